//! How long it takes until service has the files of customers to whom something was delivered.

use super::{
    hours::{median_hours, p90_hours},
    loop_closure::{FIRST, LAST, on_days},
    prospects::{column, example_id, people},
    rfm::count,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::service_transfers::SERVICE_TRANSFER;
use guanxi_kernel::{Ctx, Result, problem::Texts, ratio::Ratio};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ServiceTransfers;

/// What became of what somebody has delivered.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceTransferRow {
    /// Who has sold it; `null` for those of nobody.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: ServiceTransferFigures,
}

/// How many files went to service, and how long that took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceTransferFigures {
    /// How often something was delivered.
    pub delivered: i64,
    /// How many of these service has accepted.
    pub accepted: i64,
    /// How many wait behind their last day.
    pub overdue: i64,
    /// How many of those with a last day were accepted by then; those that are not due yet do not count.
    pub in_time: Ratio,
    /// In how many hours half of them were accepted; `null` if none was.
    #[schema(required)]
    pub median_hours: Option<String>,
    /// In how many hours nine of ten were.
    #[schema(required)]
    pub p90_hours: Option<String>,
}

static DEFINITION: Definition = Definition {
    name: "service-transfers",
    version: 1,
    title: Texts { en: "Transfers to service", zh: "客户档案移交服务时效" },
    about: Texts {
        en: "Files of customers to whom something was delivered on the days that are asked for, by who has sold it: how \
             many service has accepted by `as_of`, how many wait behind their last day, and in how many hours from the \
             delivery they were accepted: the median, half the sum of the two in the middle of an even number, and \
             the 90th percentile, the least time within which at least nine of ten were. Transfers are told as they \
             are now.",
        zh: "按负责人统计所选交付日期内的客户档案移交:截至 as_of 服务部已接收数、超期未接收数、及时率,以及从交付到接收的小时数中位数与第 90 百分位(最近秩法)。",
    },
    reads: &[&SERVICE_TRANSFER],
    needs: &["owner_id", "delivered_at", "due_on", "accepted_at", "accepted_late"],
    rests_on: &[],
    parameters: &[FIRST, LAST],
    columns: &[
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("delivered", "Delivered", "交付数", What::Count),
        column("accepted", "Accepted", "已接收数", What::Count),
        column("overdue", "Overdue", "超期未接收数", What::Count),
        column("in_time", "In time", "及时率", What::Ratio),
        column("median_hours", "Median hours", "接收用时中位数(小时)", What::Hours),
        column("p90_hours", "90th percentile of hours", "接收用时第 90 百分位(小时)", What::Hours),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["owner"],
        values: &["delivered", "accepted"],
        otherwise: &[],
    },
};

/// A transfer as far as it counts.
#[derive(Debug, Clone, Copy)]
struct One {
    /// After how many seconds it was accepted.
    seconds: Option<i64>,
    /// Whether it was in time; nothing of one that is not due, or never is.
    in_time: Option<bool>,
}

type Found = (Option<Uuid>, DateTime<Utc>, Option<NaiveDate>, Option<DateTime<Utc>>, bool, bool);

async fn transfers(tx: &mut Tx, ctx: &Ctx, asked: &Asked) -> Result<Vec<(Option<Uuid>, One)>> {
    let mut sql = Sql::new(
        "SELECT t.owner_id, t.delivered_at, t.due_on, t.accepted_at, t.accepted_late, t.limited
         FROM service_transfers t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    on_days(&mut sql, ctx, asked, "t.delivered_at")?;
    sql.push(" AND ");
    scope::within(&mut sql, &SERVICE_TRANSFER, &reach(ctx, &DEFINITION), ctx.actor.user);
    let one = |(owner, delivered, due, accepted, late, limited): Found| {
        let accepted = accepted.filter(|at| *at <= asked.as_of);
        let in_time = match (accepted, due) {
            (Some(_), _) => limited.then_some(!late),
            (None, Some(due)) if asked.today > due => Some(false),
            (None, _) => None,
        };
        (owner, One { seconds: accepted.map(|at| (at - delivered).num_seconds()), in_time })
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(one).collect())
}

/// What some transfers come to.
fn figures<'a>(of: &(impl Iterator<Item = &'a One> + Clone)) -> ServiceTransferFigures {
    let mut seconds: Vec<i64> = of.clone().filter_map(|one| one.seconds).collect();
    seconds.sort_unstable();
    let judged: Vec<bool> = of.clone().filter_map(|one| one.in_time).collect();
    let overdue = of.clone().filter(|one| one.seconds.is_none() && one.in_time == Some(false));
    let kept = judged.iter().filter(|kept| **kept).count();
    ServiceTransferFigures {
        delivered: count(of.clone().count()),
        accepted: count(seconds.len()),
        overdue: count(overdue.count()),
        in_time: Ratio::new(count(kept), count(judged.len())),
        median_hours: median_hours(&seconds),
        p90_hours: p90_hours(&seconds),
    }
}

impl Report for ServiceTransfers {
    type Row = ServiceTransferRow;
    type Totals = ServiceTransferFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = transfers(tx, ctx, asked).await?;
        let mut groups: BTreeMap<Option<Uuid>, Vec<One>> = BTreeMap::new();
        for (owner, one) in &all {
            groups.entry(*owner).or_default().push(*one);
        }
        let owners: Vec<Uuid> = groups.keys().copied().flatten().collect();
        let names = people(tx, ctx, asked, owners).await?;
        let row = |(owner_id, of): (&Option<Uuid>, &Vec<One>)| ServiceTransferRow {
            owner_id: *owner_id,
            owner: owner_id.and_then(|id| names.get(&id).cloned()),
            figures: figures(&of.iter()),
        };
        let rows = groups.iter().map(row).collect();
        Ok(Made { rows, totals: figures(&all.iter().map(|(_, one)| one)) })
    }

    fn example() -> Made<Self> {
        let all = [
            One { seconds: Some(7_200), in_time: Some(true) },
            One { seconds: None, in_time: Some(false) },
        ];
        let row = ServiceTransferRow {
            owner_id: Some(example_id()),
            owner: Some("陈静".to_owned()),
            figures: figures(&all.iter()),
        };
        Made { rows: vec![row], totals: figures(&all.iter()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_46_what_is_not_due_yet_is_neither_in_time_nor_late() {
        let one = |seconds, in_time| One { seconds, in_time };
        let all = [
            one(Some(3_600), Some(true)),
            one(Some(7_200), Some(false)),
            one(None, Some(false)),
            one(None, None),
            one(Some(60), None),
        ];
        let found = figures(&all.iter());
        assert_eq!((found.delivered, found.accepted, found.overdue), (5, 3, 1));
        assert_eq!(found.in_time, Ratio::new(1, 3));
        assert_eq!(found.median_hours.as_deref(), Some("1.00"));
    }
}

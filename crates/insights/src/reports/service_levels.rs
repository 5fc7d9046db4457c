//! How many service requests were answered and resolved in time, and how long that took.

use super::{
    prospects::{column, day, example_id, people},
    rfm::count,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::Days;
use guanxi_customers::service_requests::{SERVICE_REQUEST, ServiceRequestKind};
use guanxi_kernel::{Ctx, Result, Word as _, period::start_of_day, problem::Texts, ratio::Ratio};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ServiceLevels;

/// The requests of a kind that somebody works on.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceLevelRow {
    /// Who works on them; `null` for those that nobody does.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// What was asked for.
    pub kind: ServiceRequestKind,
    /// What that is called.
    pub kind_name: &'static str,
    /// The figures.
    #[serde(flatten)]
    pub figures: ServiceFigures,
}

/// How many requests there were, and how they were dealt with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceFigures {
    /// How many have come.
    pub requests: i64,
    /// How many were answered.
    pub answered: i64,
    /// How many of those that had to be answered by now were in time.
    pub response_in_time: Ratio,
    /// In how many minutes of working time half of them were answered; `null` if none was.
    #[schema(required)]
    pub median_response_minutes: Option<i64>,
    /// How many were resolved.
    pub resolved: i64,
    /// How many of those that had to be resolved by now were in time.
    pub resolution_in_time: Ratio,
    /// In how many minutes of working time half of them were resolved; `null` if none was.
    #[schema(required)]
    pub median_resolution_minutes: Option<i64>,
}

/// How many days before its end the time begins that is told of when nothing is said.
pub(super) const USUAL: u64 = 29;

static DEFINITION: Definition = Definition {
    name: "service-levels",
    version: 1,
    title: Texts { en: "Service levels", zh: "服务水平达成" },
    about: Texts {
        en: "Service requests that have come on the days of a time, by who works on them and what was asked for: \
             how many were answered and resolved in time, of those that a service level gives a time and that \
             were answered or resolved, or are late; and the medians of the working time that it took, without \
             what they waited for the customer. Of an even number the median is half the sum of the two in the \
             middle, rounded down. Requests are as they are now.",
        zh: "在一段时间内收到的服务请求,按负责人和类型统计响应与解决的及时率(分母为有时限且已完成或已超时者)及用时中位数(工作时间,不含等待客户的时间)。",
    },
    reads: &[&SERVICE_REQUEST],
    needs: &[
        "owner_id",
        "kind",
        "received_at",
        "response_due_at",
        "response_minutes",
        "response_late",
        "resolution_minutes",
        "resolution_late",
    ],
    rests_on: &[],
    parameters: &[
        day("from", "The first day; 29 days before the last when absent.", "首日。"),
        day("to", "The last day; that of `as_of` when absent.", "末日。"),
    ],
    columns: &[
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("kind", "Kind", "请求类型", What::Key),
        column("kind_name", "Kind", "请求类型", What::Label),
        column("requests", "Requests", "请求数", What::Count),
        column("answered", "Answered", "已响应", What::Count),
        column("response_in_time", "Answered in time", "响应及时率", What::Ratio),
        column(
            "median_response_minutes",
            "Median minutes to the answer",
            "响应用时中位数",
            What::Count,
        ),
        column("resolved", "Resolved", "已解决", What::Count),
        column("resolution_in_time", "Resolved in time", "解决及时率", What::Ratio),
        column(
            "median_resolution_minutes",
            "Median minutes to the solution",
            "解决用时中位数",
            What::Count,
        ),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["owner", "kind_name"],
        values: &["requests"],
        otherwise: &[],
    },
};

/// A request as far as it counts.
#[derive(Debug, Clone, Copy)]
struct One {
    owner: Option<Uuid>,
    kind: ServiceRequestKind,
    answer: Step,
    solution: Step,
}

/// One of the two things that are promised.
#[derive(Debug, Clone, Copy)]
struct Step {
    promised: bool,
    minutes: Option<i64>,
    late: bool,
}

impl Step {
    /// Whether it says anything of whether promises are kept.
    fn is_judged(&self) -> bool {
        self.promised && (self.minutes.is_some() || self.late)
    }
}

async fn requests(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Vec<One>> {
    type Found =
        (Option<Uuid>, ServiceRequestKind, bool, Option<i64>, bool, bool, Option<i64>, bool);
    let ((from, to), zone) = (asked.days(USUAL)?, ctx.settings.time_zone);
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    let mut sql = Sql::new(
        "SELECT t.owner_id, t.kind, t.response_due_at IS NOT NULL, t.response_minutes, t.response_late,
             t.allowed_minutes IS NOT NULL, t.resolution_minutes, t.resolution_late
         FROM service_requests t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.received_at >= ",
    );
    sql.bind(start_of_day(from, zone)).push(" AND t.received_at < ").bind(start_of_day(end, zone));
    sql.push(" AND t.received_at <= ").bind(asked.as_of).push(" AND ");
    scope::within(&mut sql, &SERVICE_REQUEST, &reach(ctx, &DEFINITION), ctx.actor.user);
    let one = |(owner, kind, answer, after, slow, solution, took, late): Found| One {
        owner,
        kind,
        answer: Step { promised: answer, minutes: after, late: slow },
        solution: Step { promised: solution, minutes: took, late },
    };
    Ok(tx.all::<Found>(sql).await?.into_iter().map(one).collect())
}

/// What some requests come to.
fn figures(of: &[One]) -> ServiceFigures {
    let in_time = |step: fn(&One) -> Step| {
        let judged: Vec<Step> = of.iter().map(step).filter(Step::is_judged).collect();
        let kept = judged.iter().filter(|step| !step.late).count();
        Ratio::new(count(kept), count(judged.len()))
    };
    let minutes = |step: fn(&One) -> Step| -> Vec<i64> {
        of.iter().filter_map(|one| step(one).minutes).collect()
    };
    let (answered, resolved) = (minutes(|one| one.answer), minutes(|one| one.solution));
    ServiceFigures {
        requests: count(of.len()),
        answered: count(answered.len()),
        response_in_time: in_time(|one| one.answer),
        median_response_minutes: median(answered),
        resolved: count(resolved.len()),
        resolution_in_time: in_time(|one| one.solution),
        median_resolution_minutes: median(resolved),
    }
}

fn median(mut figures: Vec<i64>) -> Option<i64> {
    figures.sort_unstable();
    let middle = figures.len() / 2;
    let upper = *figures.get(middle)?;
    match figures.len() % 2 {
        1 => Some(upper),
        _ => Some((upper + figures[middle - 1]) / 2),
    }
}

impl Report for ServiceLevels {
    type Row = ServiceLevelRow;
    type Totals = ServiceFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let all = requests(tx, ctx, asked).await?;
        let mut groups: BTreeMap<(Option<Uuid>, ServiceRequestKind), Vec<One>> = BTreeMap::new();
        for one in &all {
            groups.entry((one.owner, one.kind)).or_default().push(*one);
        }
        let owners = groups.keys().filter_map(|(owner, _)| *owner);
        let names = people(tx, ctx, asked, owners.collect::<Vec<_>>()).await?;
        let row = |((owner_id, kind), of): (&(Option<Uuid>, ServiceRequestKind), &Vec<One>)| {
            ServiceLevelRow {
                owner_id: *owner_id,
                owner: owner_id.and_then(|id| names.get(&id).cloned()),
                kind: *kind,
                kind_name: kind.label(ctx.language),
                figures: figures(of),
            }
        };
        let rows = groups.iter().map(row).collect();
        Ok(Made { rows, totals: figures(&all) })
    }

    fn example() -> Made<Self> {
        let kind = ServiceRequestKind::Repair;
        let step = |minutes| Step { promised: true, minutes: Some(minutes), late: false };
        let owner = Some(example_id());
        let one = One { owner, kind, answer: step(12), solution: step(240) };
        let row = ServiceLevelRow {
            owner_id: owner,
            owner: Some("陈静".to_owned()),
            kind,
            kind_name: "Repair",
            figures: figures(&[one]),
        };
        Made { rows: vec![row], totals: figures(&[one]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_02_the_median_is_the_one_in_the_middle() {
        assert_eq!(median(vec![]), None);
        assert_eq!(median(vec![7]), Some(7));
        assert_eq!(median(vec![30, 10]), Some(20));
        assert_eq!(median(vec![9, 1, 2]), Some(2));
        assert_eq!(median(vec![1, 2, 3, 4]), Some(2));
    }

    #[test]
    fn k_02_what_is_not_due_yet_is_neither_in_time_nor_late() {
        let step = |promised, minutes, late| Step { promised, minutes, late };
        let kind = ServiceRequestKind::Repair;
        let one = |answer, solution| One { owner: None, kind, answer, solution };
        let open = step(true, None, false);
        let all = [
            one(step(true, Some(10), false), step(true, Some(100), true)),
            one(step(true, Some(20), true), open),
            one(step(true, None, true), open),
            one(step(false, Some(60), false), step(false, Some(600), false)),
            one(open, open),
        ];
        let found = figures(&all);
        assert_eq!(found.response_in_time, Ratio::new(1, 3));
        assert_eq!(found.resolution_in_time, Ratio::new(0, 1));
        assert_eq!((found.requests, found.answered, found.resolved), (5, 3, 2));
        assert_eq!(found.median_response_minutes, Some(20));
        assert_eq!(found.median_resolution_minutes, Some(350));
    }
}

//! How much of people and equipment is booked on contracts, of how much there is.

use super::prospects::{column, day, example_id};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, What,
    asked::bad,
    definition::{Shape, Takes},
    report::reach,
};
use chrono::{Datelike as _, Days, Months, NaiveDate};
use guanxi_contracts::{
    bookable_resources::{Availability, BOOKABLE_RESOURCE, BookableResourceKind},
    resource_bookings::RESOURCE_BOOKING,
};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{
    Ctx, Result, Word as _,
    problem::{OUT_OF_RANGE, Texts},
    ratio::Ratio,
    scalar::Scalar,
};
use guanxi_storage::{Sql, Tx, scope, sql};
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ResourceUtilisation;

/// How much of a resource is booked.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ResourceUtilisationRow {
    /// The resource.
    pub bookable_resource_id: Uuid,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: BookableResourceKind,
    /// How much there is and how much is booked.
    #[serde(flatten)]
    pub figures: ResourceUtilisationFigures,
}

/// How much there is and how much is booked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceUtilisationFigures {
    /// The minutes that there are on the days that are asked for.
    pub available_minutes: i64,
    /// The minutes of these days that are booked on contracts.
    pub booked_minutes: i64,
    /// Booked by available minutes; without value where there are none.
    pub utilisation: Ratio,
}

/// Rows at most.
const MOST: usize = 1_000;

/// Days at most.
const LONGEST: Days = Days::new(366);

static DEFINITION: Definition = Definition {
    name: "resource-utilisation",
    version: 1,
    title: Texts { en: "Utilisation of resources", zh: "资源利用率" },
    about: Texts {
        en: "How many minutes of people and equipment are booked on contracts, of how many there are, from one day to \
             another, also in the future. There are those of the days on which a resource is there: the working days \
             of the company, or all. What is not in use is told of only if it is booked. What contracts that have \
             ended had taken from then on is free. Whoever may read resources sees how much of them is taken, by \
             whatever contract. Figures are those of now. The busiest comes first; at most 1,000 rows, and the \
             totals go over all.",
        zh: "按日期区间统计人员与设备在合同上的预订分钟、可用分钟及利用率(预订 ÷ 可用),可查询未来日期;非工作日不计入可用,合同结束后释放的预订不再计入。",
    },
    reads: &[&BOOKABLE_RESOURCE, &RESOURCE_BOOKING],
    needs: &["name", "kind"],
    rests_on: &[("minutes_per_day", &["available_minutes", "utilisation"])],
    parameters: &[
        day(
            "from",
            "The first day; the first of this month when absent.",
            "首日,默认为本月第一天。",
        ),
        day(
            "to",
            "The last day, within 366 days; the last of the month of `from` when absent.",
            "末日,最长 366 天,默认为首日所在月最后一天。",
        ),
        Parameter {
            name: "kind",
            takes: Takes::One(<BookableResourceKind as Scalar>::TYPE),
            default: None,
            required: false,
            field: Some("kind"),
            about: Texts { en: "Only resources of this kind.", zh: "仅统计该类型资源。" },
        },
    ],
    columns: &[
        column("bookable_resource_id", "Resource id", "资源标识", What::Key),
        column("name", "Resource", "资源", What::Label),
        column("kind", "Kind", "资源类型", What::Key),
        column("available_minutes", "Available minutes", "可用分钟", What::Count),
        column("booked_minutes", "Booked minutes", "预订分钟", What::Count),
        column("utilisation", "Utilisation", "利用率", What::Ratio),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["available_minutes", "booked_minutes"],
        otherwise: &["booked_minutes"],
    },
};

/// The first and the last day.
fn span(asked: &mut Asked) -> Result<(NaiveDate, NaiveDate)> {
    let from = asked.date("from").or_else(|| asked.today.with_day(1)).unwrap_or(asked.today);
    let month = from.with_day(1).and_then(|first| first.checked_add_months(Months::new(1)));
    let last = month.and_then(|next| next.pred_opt()).unwrap_or(from);
    let to = asked.date("to").unwrap_or(last);
    let end = from.checked_add_days(LONGEST).unwrap_or(from);
    if to < from || to >= end {
        let expected = "not before from, and within 366 days";
        return Err(bad(OUT_OF_RANGE.parameter("to").with("expected", expected)));
    }
    asked.understand("from", &from);
    asked.understand("to", &to);
    Ok((from, to))
}

/// Id, name, kind, minutes of a day, whether it is there every day, its first and last day, whether it is
/// in use.
type Found = (Uuid, String, String, i64, bool, Option<NaiveDate>, Option<NaiveDate>, bool);

async fn resources(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: Option<BookableResourceKind>,
) -> Result<Vec<Found>> {
    let mut sql = Sql::new(
        "SELECT t.id, t.name, t.kind, t.minutes_per_day, t.every_day, t.available_from, t.available_until, t.active
         FROM bookable_resources t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    scope::within(&mut sql, &BOOKABLE_RESOURCE, &reach(ctx, &DEFINITION), ctx.actor.user);
    if let Some(kind) = kind {
        sql.push(" AND t.kind = ").bind(kind);
    }
    sql.push(" ORDER BY t.name_folded, t.id");
    tx.all(sql).await
}

/// The minutes that are booked of each resource.
async fn booked(tx: &mut Tx, (from, to): (NaiveDate, NaiveDate)) -> Result<BTreeMap<Uuid, i64>> {
    let sql = sql!(
        "SELECT bookable_resource_id, CAST(SUM(minutes) AS BIGINT) FROM resource_booking_days
         WHERE tenant_id = $1 AND day >= $2 AND day <= $3 GROUP BY bookable_resource_id",
        from,
        to
    );
    Ok(tx.all::<(Uuid, i64)>(sql).await?.into_iter().collect())
}

impl ResourceUtilisationFigures {
    fn of(available: i64, booked: i64) -> Self {
        Self {
            available_minutes: available,
            booked_minutes: booked,
            utilisation: Ratio::new(booked, available),
        }
    }
}

impl Report for ResourceUtilisation {
    type Row = ResourceUtilisationRow;
    type Totals = ResourceUtilisationFigures;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let kind = asked.word::<BookableResourceKind>("kind");
        let (from, to) = span(asked)?;
        let taken = booked(tx, (from, to)).await?;
        let calendar = default_calendar(tx, ctx).await?;
        let (mut rows, mut all) = (Vec::new(), (0, 0));
        for (id, name, kind, minutes_per_day, every_day, first, last, active) in
            resources(tx, ctx, kind).await?
        {
            let booked = taken.get(&id).copied().unwrap_or_default();
            let Some(kind) = BookableResourceKind::from_word(&kind) else { continue };
            if !active && booked == 0 {
                continue;
            }
            let there = Availability { minutes_per_day, every_day, from: first, until: last };
            let available = there.between(from, to, calendar.as_ref());
            all = (all.0 + available, all.1 + booked);
            let figures = ResourceUtilisationFigures::of(available, booked);
            rows.push(ResourceUtilisationRow { bookable_resource_id: id, name, kind, figures });
        }
        rows.sort_by_key(|row| Reverse(row.figures.utilisation.value()));
        rows.truncate(MOST);
        Ok(Made { rows, totals: ResourceUtilisationFigures::of(all.0, all.1) })
    }

    fn example() -> Made<Self> {
        let figures = ResourceUtilisationFigures::of(9_600, 4_800);
        let row = ResourceUtilisationRow {
            bookable_resource_id: example_id(),
            name: "安装工程师 王伟".to_owned(),
            kind: BookableResourceKind::Person,
            figures: figures.clone(),
        };
        Made { rows: vec![row], totals: figures }
    }
}

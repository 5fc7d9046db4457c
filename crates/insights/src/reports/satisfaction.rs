//! How satisfied customers are, period by period.

use super::prospects::{column, parameter};
use crate::{Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Action, Ctx, Result,
    period::{Period, Unit, start_of_day},
    problem::Texts,
    ratio::Ratio,
    scalar::{Scalar as _, Type},
};
use guanxi_storage::{Sql, Tx, scope};
use guanxi_workflow::playbook_runs::PLAYBOOK_RUN;
use rust_decimal::Decimal;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The report.
pub struct Satisfaction;

guanxi_kernel::words! {
    /// How long the periods are that satisfaction is told by.
    #[derive(Default)]
    pub enum SatisfactionPeriod {
        /// A month.
        #[default]
        Month = "month" ("Month", "月"),
        /// A quarter of the fiscal year.
        Quarter = "quarter" ("Quarter", "季度"),
        /// Half a fiscal year.
        Half = "half" ("Half-year", "半年"),
        /// A fiscal year.
        Year = "year" ("Year", "年"),
    }
}

impl SatisfactionPeriod {
    /// Its length.
    pub(super) fn unit(self) -> Unit {
        match self {
            Self::Month => Unit::Month,
            Self::Quarter => Unit::Quarter,
            Self::Half => Unit::Half,
            Self::Year => Unit::Year,
        }
    }
}

/// How satisfied customers were in a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SatisfactionRow {
    /// The period, such as `2026-03`, `2026-Q1`, `2026-H1` or `2026`.
    pub period: String,
    /// Its first day.
    pub from: NaiveDate,
    /// How many responses say how satisfied somebody is.
    pub responses: i64,
    /// The mean of their indices, from 0 to 100; without value where there are none.
    pub index: Ratio,
    /// By how many points that is more than in the period before; `null` where one of the two has none.
    #[schema(required)]
    pub change: Option<String>,
}

/// How satisfied customers were in all these periods.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SatisfactionTotals {
    /// How many responses there are.
    pub responses: i64,
    /// The mean of their indices.
    pub index: Ratio,
}

/// The survey whose responses are told of.
pub(super) const PLAYBOOK_ID: Parameter = parameter(
    "playbook_id",
    Takes::One(Type::Id),
    Texts { en: "Only responses to that survey.", zh: "仅统计该调查表的答复。" },
);

/// How long periods are.
pub(super) const BY: Parameter = Parameter {
    default: Some("month"),
    ..parameter(
        "by",
        Takes::One(SatisfactionPeriod::TYPE),
        Texts { en: "How long the periods are.", zh: "统计周期。" },
    )
};

/// How many of them.
pub(super) const PERIODS: Parameter = Parameter {
    default: Some("12"),
    ..parameter(
        "periods",
        Takes::Whole(1, 36),
        Texts {
            en: "How many periods, the last one being that of `as_of`.",
            zh: "周期数,最后一个为 as_of 所在周期。",
        },
    )
};

static DEFINITION: Definition = Definition {
    name: "satisfaction",
    version: 1,
    title: Texts { en: "Customer satisfaction", zh: "客户满意度指数" },
    about: Texts {
        en: "How satisfied customers are, by the period in which they said so, and the change against the period before. \
             The index of a response to a survey goes from 0 to 100: the weighted points of the items that measure \
             satisfaction and were answered, of the most that there are, rounded to hundredths; that of a period is \
             the mean over its responses. Responses count once they are completed, as they are now.",
        zh: "按完成时间所在周期统计满意度指数(0–100)及与上一周期的变化。单份答复的指数 = 已答满意度题加权得分 ÷ 满分 × 100,周期指数为各答复的均值。",
    },
    reads: &[&PLAYBOOK_RUN],
    needs: &["owner_id", "answers", "status", "completed_at"],
    rests_on: &[],
    parameters: &[
        BY,
        PERIODS,
        PLAYBOOK_ID,
        parameter(
            "product_id",
            Takes::One(Type::Id),
            Texts {
                en: "Only responses about that product.", zh: "仅统计该产品的答复。"
            },
        ),
    ],
    columns: &[
        column("period", "Period", "周期", What::Key),
        column("from", "From", "起始日", What::Date),
        column("responses", "Responses", "答复数", What::Count),
        column("index", "Satisfaction", "满意度指数", What::Ratio),
        column("change", "Change", "变化", What::Count),
    ],
    plot: Plot { shape: Shape::Line, names: &["period"], values: &["index"], otherwise: &[] },
};

/// Indices of responses summed up: in hundredths, and how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Indices {
    pub(super) sum: i64,
    pub(super) count: i64,
}

impl Indices {
    /// Their mean, from 0 to 100.
    pub(super) fn mean(self) -> Ratio {
        Ratio::new(Decimal::new(self.sum, 2), self.count)
    }
}

/// By how much one mean is more than another, with four decimals.
pub(super) fn difference(one: Ratio, other: Ratio) -> Option<String> {
    let by = one.value()? - other.value()?;
    // A decimal zero keeps its sign.
    Some(format!("{:.4}", if by.is_zero() { Decimal::ZERO } else { by }))
}

/// The periods that are asked for, the earliest first, with one before them.
pub(super) fn periods(ctx: &Ctx, asked: &Asked) -> Vec<Period> {
    let unit = asked.word::<SatisfactionPeriod>(BY.name).unwrap_or_default().unit();
    let last = ctx.settings.fiscal.containing(unit, asked.today);
    let count = asked.whole(PERIODS.name).and_then(|count| i32::try_from(count).ok());
    (0..=count.unwrap_or(12)).rev().filter_map(|back| last.back(back)).collect()
}

/// Adds the responses `t` that are completed at the instant of the report, from one instant on and before
/// another, as far as they are asked for.
pub(super) fn responses(
    sql: &mut Sql,
    asked: &Asked,
    (from, until): (DateTime<Utc>, Option<DateTime<Utc>>),
) {
    sql.push(
        " FROM playbook_runs t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.status = 'completed' AND t.completed_at >= ",
    );
    sql.bind(from).push(" AND t.completed_at <= ").bind(asked.as_of);
    if let Some(until) = until {
        sql.push(" AND t.completed_at < ").bind(until);
    }
    for (name, column) in
        [("playbook_id", " AND t.playbook_id = "), ("product_id", " AND t.product_id = ")]
    {
        if let Some(id) = asked.id(name) {
            sql.push(column).bind(id);
        }
    }
}

/// What the responses of each period say, by its place.
pub(super) async fn by_period(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    periods: &[Period],
) -> Result<BTreeMap<usize, Indices>> {
    let (zone, fiscal) = (ctx.settings.time_zone, ctx.settings.fiscal);
    let begins = |one: &Period| start_of_day(one.range(fiscal, asked.today).start, zone);
    let begins: Vec<(i64, DateTime<Utc>)> = (0..).zip(periods.iter().map(begins)).collect();
    let Some((_, first)) = begins.first().copied() else { return Ok(BTreeMap::new()) };
    let mut sql = Sql::new(
        "SELECT x.place, COUNT(*), CAST(SUM(x.satisfaction_index) AS BIGINT) FROM (SELECT CAST(
             CASE WHEN t.completed_at IS NULL THEN 0",
    );
    for (place, begins) in begins.iter().skip(1).rev() {
        sql.push(" WHEN t.completed_at >= ").bind(*begins).push(" THEN ").bind(*place);
    }
    sql.push(" ELSE 0 END AS BIGINT) AS place, t.satisfaction_index");
    responses(&mut sql, asked, (first, None));
    sql.push(" AND t.satisfaction_index IS NOT NULL AND ");
    let reach = ctx.reach(PLAYBOOK_RUN.plural, Action::Read);
    scope::within(&mut sql, &PLAYBOOK_RUN, &reach, ctx.actor.user);
    sql.push(") x GROUP BY x.place");
    let mut found = BTreeMap::new();
    for (place, count, sum) in tx.all::<(i64, i64, i64)>(sql).await? {
        found.insert(usize::try_from(place).unwrap_or_default(), Indices { sum, count });
    }
    Ok(found)
}

impl Report for Satisfaction {
    type Row = SatisfactionRow;
    type Totals = SatisfactionTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let periods = periods(ctx, asked);
        let found = by_period(tx, ctx, asked, &periods).await?;
        let of = |place: usize| found.get(&place).copied().unwrap_or_default();
        let mut rows = Vec::with_capacity(periods.len());
        let mut all = Indices::default();
        for (place, period) in periods.iter().enumerate().skip(1) {
            let (before, now) = (of(place - 1), of(place));
            all = Indices { sum: all.sum + now.sum, count: all.count + now.count };
            rows.push(SatisfactionRow {
                period: period.to_string(),
                from: period.range(ctx.settings.fiscal, asked.today).start,
                responses: now.count,
                index: now.mean(),
                change: difference(now.mean(), before.mean()),
            });
        }
        Ok(Made { rows, totals: SatisfactionTotals { responses: all.count, index: all.mean() } })
    }

    fn example() -> Made<Self> {
        let of = Indices { sum: 82_500, count: 10 };
        let row = SatisfactionRow {
            period: "2026-03".to_owned(),
            from: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap_or_default(),
            responses: of.count,
            index: of.mean(),
            change: Some("2.5000".to_owned()),
        };
        Made {
            rows: vec![row],
            totals: SatisfactionTotals { responses: of.count, index: of.mean() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_76_the_change_is_in_points() {
        let of = |sum, count| Indices { sum, count }.mean();
        assert_eq!(of(16_500, 2), Ratio::new(165, 2));
        assert_eq!(of(16_500, 2).value(), Some(Decimal::new(825, 1)));
        assert_eq!(difference(of(16_500, 2), of(8_000, 1)).as_deref(), Some("2.5000"));
        assert_eq!(difference(of(8_000, 1), of(16_500, 2)).as_deref(), Some("-2.5000"));
        assert_eq!(difference(of(8_000, 1), of(8_000, 1)).as_deref(), Some("0.0000"));
        assert_eq!(difference(of(8_000, 1), of(0, 0)), None);
    }
}

//! On what somebody spends their time.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{Days, NaiveDate};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{
    Action, Ctx, Language, Result, Share, Word as _,
    actor::forbidden,
    period::start_of_day,
    problem::{INTERNAL, Texts},
    scalar::{Scalar, Type},
    split::{SplitError, allocate},
};
use guanxi_sales::{
    opportunities::OPPORTUNITY,
    stages::{STAGE, Tier},
};
use guanxi_storage::{Sql, Tx, scope};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct TimeAllocation;

guanxi_kernel::words! {
    /// By what time is told apart.
    pub enum TimeBy {
        /// The opportunity that an activity is about.
        Opportunity = "opportunity" ("Opportunity", "商机"),
        /// The class of customers that this stands for.
        Tier = "tier" ("Class of customers", "客户层级"),
        /// The stage in which this is.
        Stage = "stage" ("Stage", "阶段"),
    }
}

/// The time that goes into one of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TimeRow {
    /// The opportunity, class or stage; `none` for time that goes into none, `others` for what the
    /// table has no room for.
    pub key: String,
    /// What that is called; `null` for whoever may not see it.
    #[schema(required)]
    pub name: Option<String>,
    /// How long.
    #[serde(flatten)]
    pub time: AllocatedTime,
    /// Which part that is of all planned time; `null` if none is planned.
    #[schema(required)]
    pub planned_share: Option<Share>,
    /// Which part that is of all actual time; `null` if nothing was done.
    #[schema(required)]
    pub actual_share: Option<Share>,
}

/// Time that was planned, and that it took.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct AllocatedTime {
    /// How many minutes were planned.
    pub planned_minutes: i64,
    /// The same in hours; the rows add up to the total.
    #[schema(pattern = r"^[0-9]+\.[0-9]{2}$")]
    pub planned_hours: String,
    /// How many minutes it took.
    pub actual_minutes: i64,
    /// The same in hours; the rows add up to the total.
    #[schema(pattern = r"^[0-9]+\.[0-9]{2}$")]
    pub actual_hours: String,
}

/// Rows at most, besides that of the others.
const MOST: i64 = 1_000;

/// How many days before its end the time begins that is told of when nothing is said.
const USUAL: u64 = 29;

const fn parameter(name: &'static str, takes: Takes, required: bool, about: Texts) -> Parameter {
    Parameter { name, takes, default: None, required, field: None, about }
}

static DEFINITION: Definition = Definition {
    name: "time-allocation",
    version: 1,
    title: Texts { en: "Allocation of time", zh: "时间分配" },
    about: Texts {
        en: "The activities of a user that begin within a time and were not cancelled: how long they were \
             planned to take, and how long those took that were done (as long as planned where nothing else \
             was said), by the opportunity that they are about, or by the class of customers or the stage that \
             it has now. Shares are rounded by the largest remainder, so that they add up to exactly 1; so do \
             the hours of the rows to those of the total. Most time comes first; what the first 1,000 rows \
             leave is one more. Activities and opportunities are as they are now.",
        zh: "某用户在一段时间内开始且未取消的活动:计划时长与已完成活动的实际时长(未填写时同计划),按其关联的商机,或该商机目前的客户层级、阶段汇总。占比按最大余数法取整,合计恰为1,各行小时数合计等于总数。用时多者在前,超出1000行的合并为一行。",
    },
    reads: &[&ACTIVITY, &OPPORTUNITY],
    needs: &[
        "owner_id",
        "starts_at",
        "status",
        "duration_minutes",
        "actual_minutes",
        "about_type",
        "about_id",
    ],
    rests_on: &[],
    parameters: &[
        parameter("user_id", Takes::One(Type::Id), true, Texts { en: "Whose time.", zh: "用户。" }),
        Parameter {
            default: Some("opportunity"),
            ..parameter(
                "by",
                Takes::One(<TimeBy as Scalar>::TYPE),
                false,
                Texts { en: "By what time is told apart.", zh: "统计维度。" },
            )
        },
        parameter(
            "from",
            Takes::One(Type::Date),
            false,
            Texts { en: "The first day; 29 days before the last when absent.", zh: "首日。" },
        ),
        parameter(
            "to",
            Takes::One(Type::Date),
            false,
            Texts { en: "The last day; that of `as_of` when absent.", zh: "末日。" },
        ),
    ],
    columns: &[
        column("key", "Key", "标识", What::Key),
        column("name", "Name", "名称", What::Label),
        column("planned_minutes", "Planned minutes", "计划分钟", What::Count),
        column("planned_hours", "Planned hours", "计划小时", What::Hours),
        column("planned_share", "Share of planned time", "计划占比", What::Share),
        column("actual_minutes", "Actual minutes", "实际分钟", What::Count),
        column("actual_hours", "Actual hours", "实际小时", What::Hours),
        column("actual_share", "Share of actual time", "实际占比", What::Share),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["name"],
        values: &["planned_hours", "actual_hours"],
        otherwise: &[],
    },
};

/// Adds the time as a table `x` of the key and the minutes.
fn times(sql: &mut Sql, ctx: &Ctx, asked: &Asked, by: TimeBy, (from, to): (NaiveDate, NaiveDate)) {
    let zone = ctx.settings.time_zone;
    sql.push("(SELECT ").push(match by {
        TimeBy::Opportunity => "o.id",
        TimeBy::Tier => "o.tier",
        TimeBy::Stage => "o.stage_id",
    });
    sql.push(
        " AS key, COALESCE(t.duration_minutes, 0) AS planned,
             CASE WHEN t.status = 'done'
                 THEN COALESCE(t.actual_minutes, t.duration_minutes, 0) ELSE 0 END AS actual
         FROM activities t
         LEFT JOIN opportunities o ON o.tenant_id = t.tenant_id AND o.id = t.about_id
             AND t.about_type = 'opportunity' AND o.deleted_at IS NULL
         WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.status <> 'cancelled'
             AND t.owner_id = ",
    );
    sql.bind(asked.id("user_id").unwrap_or_default());
    sql.push(" AND t.starts_at >= ").bind(start_of_day(from, zone));
    let end = to.checked_add_days(Days::new(1)).unwrap_or(to);
    sql.push(" AND t.starts_at < ").bind(start_of_day(end, zone)).push(" AND ");
    scope::within(sql, &ACTIVITY, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x");
}

const MINUTES: &str = "CAST(COALESCE(SUM(x.planned), 0) AS BIGINT), \
                       CAST(COALESCE(SUM(x.actual), 0) AS BIGINT)";

/// What time goes into, and how many minutes.
type Part<K> = (Option<K>, i64, i64);

/// The parts with the most time, and all of it.
struct Parts {
    parts: Vec<Part<String>>,
    planned: i64,
    actual: i64,
}

impl Parts {
    async fn find(
        tx: &mut Tx,
        ctx: &Ctx,
        asked: &Asked,
        by: TimeBy,
        days: (NaiveDate, NaiveDate),
    ) -> Result<Self> {
        let mut sql = Sql::new("SELECT ");
        sql.push(MINUTES).push(" FROM ");
        times(&mut sql, ctx, asked, by, days);
        let (planned, actual) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let mut sql = Sql::new("SELECT x.key, ");
        sql.push(MINUTES).push(" FROM ");
        times(&mut sql, ctx, asked, by, days);
        sql.push(" GROUP BY x.key ORDER BY 3 DESC, 2 DESC, x.key NULLS LAST LIMIT ").bind(MOST);
        let parts = match by {
            TimeBy::Tier => tx.all::<Part<String>>(sql).await?,
            TimeBy::Opportunity | TimeBy::Stage => {
                let named = |(key, planned, actual): Part<Uuid>| {
                    (key.map(|key| key.to_string()), planned, actual)
                };
                tx.all::<Part<Uuid>>(sql).await?.into_iter().map(named).collect()
            }
        };
        Ok(Self { parts, planned, actual }.with_others())
    }

    /// Names what goes into nothing, and adds what there was no room for.
    fn with_others(mut self) -> Self {
        for (key, ..) in &mut self.parts {
            key.get_or_insert_with(|| "none".to_owned());
        }
        let planned = self.planned - self.parts.iter().map(|part| part.1).sum::<i64>();
        let actual = self.actual - self.parts.iter().map(|part| part.2).sum::<i64>();
        if planned > 0 || actual > 0 {
            self.parts.push((Some("others".to_owned()), planned, actual));
        }
        self
    }

    /// The rows, without what they are called.
    fn rows(self) -> Result<Vec<TimeRow>> {
        let planned: Vec<i64> = self.parts.iter().map(|part| part.1).collect();
        let actual: Vec<i64> = self.parts.iter().map(|part| part.2).collect();
        let (planned, actual) = (Shared::of(&planned)?, Shared::of(&actual)?);
        let row = |(at, (key, planned_minutes, actual_minutes)): (usize, Part<String>)| TimeRow {
            key: key.unwrap_or_default(),
            name: None,
            time: AllocatedTime {
                planned_minutes,
                planned_hours: planned.hours(at),
                actual_minutes,
                actual_hours: actual.hours(at),
            },
            planned_share: planned.shares.get(at).copied(),
            actual_share: actual.shares.get(at).copied(),
        };
        Ok(self.parts.into_iter().enumerate().map(row).collect())
    }
}

/// Minutes as shares of their sum and as hundredths of hours, both without a remainder.
struct Shared {
    shares: Vec<Share>,
    hundredths: Vec<i64>,
}

impl Shared {
    fn of(minutes: &[i64]) -> Result<Self> {
        if minutes.iter().all(|one| *one == 0) {
            return Ok(Self { shares: Vec::new(), hundredths: Vec::new() });
        }
        let ours = |error: SplitError| INTERNAL.problem().because(error);
        let hundredths = allocate(hundredths(minutes.iter().sum()), minutes).map_err(ours)?;
        Ok(Self { shares: Share::of_weights(minutes).map_err(ours)?, hundredths })
    }

    fn hours(&self, at: usize) -> String {
        shown(self.hundredths.get(at).copied().unwrap_or_default())
    }
}

/// Minutes in hundredths of an hour, halves upwards.
fn hundredths(minutes: i64) -> i64 {
    (minutes * 10 + 3) / 6
}

fn shown(hundredths: i64) -> String {
    Decimal::new(hundredths, 2).to_string()
}

/// What the rows are called.
async fn name(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    by: TimeBy,
    rows: &mut [TimeRow],
) -> Result<()> {
    let kind = if by == TimeBy::Stage { &STAGE } else { &OPPORTUNITY };
    let ids = rows.iter().filter_map(|row| row.key.parse::<Uuid>().ok());
    let names = labels(tx, ctx, asked, kind, ids).await?;
    for row in rows {
        let named = row.key.parse().ok().and_then(|id: Uuid| names.get(&id).cloned());
        let tier = Tier::from_word(&row.key).map(|tier| tier.label(ctx.language));
        let rest = match (row.key.as_str(), ctx.language) {
            ("none", Language::En) => Some("Nothing of these"),
            ("none", Language::Zh) => Some("未关联"),
            ("others", Language::En) => Some("Others"),
            ("others", Language::Zh) => Some("其他"),
            _ => None,
        };
        row.name = named.or(tier.or(rest).map(str::to_owned));
    }
    Ok(())
}

impl Report for TimeAllocation {
    type Row = TimeRow;
    type Totals = AllocatedTime;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let by = asked.word("by").unwrap_or(TimeBy::Opportunity);
        let field = match by {
            TimeBy::Opportunity => "id",
            TimeBy::Tier => "tier",
            TimeBy::Stage => "stage_id",
        };
        if ctx.actor.withheld(OPPORTUNITY.plural).hidden.contains(field) {
            return Err(forbidden(OPPORTUNITY.plural, Action::Read));
        }
        let days = asked.days(USUAL)?;
        let parts = Parts::find(tx, ctx, asked, by, days).await?;
        let totals = AllocatedTime {
            planned_minutes: parts.planned,
            planned_hours: shown(hundredths(parts.planned)),
            actual_minutes: parts.actual,
            actual_hours: shown(hundredths(parts.actual)),
        };
        let mut rows = parts.rows()?;
        name(tx, ctx, asked, by, &mut rows).await?;
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let time = AllocatedTime {
            planned_minutes: 90,
            planned_hours: shown(150),
            actual_minutes: 120,
            actual_hours: shown(200),
        };
        let row = TimeRow {
            key: "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77".to_owned(),
            name: Some("宏图软件采购".to_owned()),
            time: time.clone(),
            planned_share: Some(Share::ONE),
            actual_share: Some(Share::ONE),
        };
        Made { rows: vec![row], totals: time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(minutes: &[(i64, i64)]) -> Vec<TimeRow> {
        let part = |(planned, actual): &(i64, i64)| (None, *planned, *actual);
        let (planned, actual) = minutes.iter().fold((0, 0), |(p, a), one| (p + one.0, a + one.1));
        let parts = minutes.iter().map(part).collect();
        Parts { parts, planned, actual }.with_others().rows().unwrap()
    }

    #[test]
    fn s_27_three_equal_parts_make_one_whole() {
        let rows = parts(&[(60, 20), (60, 20), (60, 20)]);
        let shares: Vec<String> =
            rows.iter().filter_map(|row| row.planned_share).map(|one| one.to_string()).collect();
        assert_eq!(shares, ["0.3334", "0.3333", "0.3333"]);
        let hours: Vec<&str> = rows.iter().map(|row| row.time.actual_hours.as_str()).collect();
        assert_eq!(hours, ["0.34", "0.33", "0.33"]);
        let none = parts(&[(0, 5)]);
        assert_eq!((none[0].planned_share, none[0].actual_share), (None, Some(Share::ONE)));
        assert_eq!(none[0].time.planned_hours, "0.00");
        let left = Parts { parts: vec![(None, 1, 1)], planned: 4, actual: 1 };
        let left = left.with_others().rows().unwrap();
        let keys: Vec<&str> = left.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["none", "others"]);
    }

    proptest! {
        #[test]
        fn s_27_shares_and_hours_add_up(
            minutes in prop::collection::vec((0_i64..50_000, 0_i64..50_000), 1..30),
        ) {
            let rows = parts(&minutes);
            let planned: Vec<Share> = rows.iter().filter_map(|row| row.planned_share).collect();
            let total: i64 = minutes.iter().map(|one| one.0).sum();
            prop_assert_eq!(Share::make_one(planned), total > 0);
            let hours = rows.iter().map(|row| row.time.planned_hours.parse::<Decimal>().unwrap());
            prop_assert_eq!(hours.sum::<Decimal>(), Decimal::new(hundredths(total), 2));
        }
    }
}

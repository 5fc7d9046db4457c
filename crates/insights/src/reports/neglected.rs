//! Which customers and prospects nobody has been in touch with for long.

use super::{
    intervals::{instant, intervals},
    prospects::column,
};
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::{activities::ACTIVITY, parties::PARTY, service_policies::SERVICE_POLICY};
use guanxi_identity::users::USER;
use guanxi_kernel::{Ctx, Result, period::business_date, problem::Texts};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct Neglected;

/// A party that nobody has been in touch with.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeglectedRow {
    /// The party.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// Its tier; `null` if it has none.
    #[schema(required)]
    pub tier: Option<String>,
    /// Who looks after it; `null` if nobody does.
    #[schema(required)]
    pub owner_id: Option<Uuid>,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The day of the last activity with it that was done; `null` if there was none.
    #[schema(required)]
    pub last_contact_on: Option<NaiveDate>,
    /// Whole days since then, or since it was entered.
    pub days: i64,
    /// From how many on it counts as neglected: what was asked for, else what the service policy of
    /// its tier says, else 30.
    pub interval_days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NeglectedTotals {
    /// How many there are.
    pub parties: i64,
    /// With how many of them there was never any contact.
    pub never: i64,
}

/// Rows at most.
const MOST: i64 = 1_000;

/// After how many days a party counts as neglected whose tier has no policy.
const USUAL: i64 = 30;

static DEFINITION: Definition = Definition {
    name: "neglected",
    version: 2,
    title: Texts { en: "Neglected customers", zh: "被忽视的客户" },
    about: Texts {
        en: "Customers and prospects whose last contact was so many days or more before `as_of`: an activity \
             with them that was done. One without any counts from the day on which it was entered. After how \
             many days is what the service policy of their tier says, and 30 without one, unless the question \
             says it for all. The longest neglected comes first; there are at most 1,000 rows, and the totals \
             go over all. Parties, activities and policies are as they are now.",
        zh: "最近一次已完成的活动早于规定天数的客户与潜在客户;从未联系的自录入之日起算。天数取自其等级的服务策略,无策略时为30天,也可在查询中统一指定。按时间由久到近排列,最多1000行,合计包含全部。",
    },
    reads: &[&PARTY, &ACTIVITY, &SERVICE_POLICY],
    needs: &["roles"],
    rests_on: &[("tier", &["tier"]), ("owner_id", &["owner_id", "owner"])],
    parameters: &[Parameter {
        name: "days",
        takes: Takes::Whole(1, 3_650),
        default: None,
        required: false,
        field: None,
        about: Texts {
            en: "After how many days without contact, whatever the policies say.",
            zh: "未联系天数,指定后不再按等级策略。",
        },
    }],
    columns: &[
        column("party_id", "Party id", "客户标识", What::Key),
        column("party", "Party", "客户", What::Label),
        column("tier", "Tier", "客户层级", What::Key),
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("last_contact_on", "Last contact", "最近联系", What::Date),
        column("days", "Days", "天数", What::Count),
        column("interval_days", "Neglected after days", "视为忽视的天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["days"], otherwise: &[] },
};

/// After how many days parties count as neglected, and which instants these are.
struct Intervals {
    /// For all of them, if that is said.
    for_all: Option<i64>,
    by_policy: Vec<(i64, DateTime<Utc>)>,
    otherwise: DateTime<Utc>,
}

impl Intervals {
    async fn find(tx: &mut Tx, asked: &Asked) -> Result<Self> {
        let before = |days| asked.as_of - TimeDelta::days(days);
        // Who does not see tiers is not told them by what their policies say.
        let unseen = asked.hides("tier").then_some(USUAL);
        let for_all = asked.whole("days").or(unseen);
        let by_policy = match for_all {
            Some(_) => Vec::new(),
            None => intervals(tx, "neglected_after_days").await?,
        };
        let by_policy = by_policy.into_iter().map(|days| (days, before(days))).collect();
        Ok(Self { for_all, by_policy, otherwise: before(for_all.unwrap_or(USUAL)) })
    }

    /// Adds the number of days for the party whose policy is `s`.
    fn days(&self, sql: &mut Sql) {
        match self.for_all {
            Some(days) => sql.push("CAST(").bind(days).push(" AS BIGINT)"),
            None => sql.push("COALESCE(s.neglected_after_days, ").bind(USUAL).push(")"),
        };
    }

    /// Adds the instant that so many days ago was.
    fn before(&self, sql: &mut Sql) {
        instant(sql, "s.neglected_after_days", &self.by_policy, self.otherwise);
    }
}

/// Adds the neglected parties as a table `x` of the party, its tier and owner, when it was entered,
/// when the last contact was, and the interval.
fn neglected(sql: &mut Sql, ctx: &Ctx, asked: &Asked, intervals: &Intervals) {
    sql.push("(SELECT t.id, t.tier, t.owner_id, t.created_at, ");
    intervals.days(sql);
    sql.push(" AS interval_days, ");
    intervals.before(sql);
    sql.push(
        " AS before, (SELECT MAX(a.starts_at) FROM activities a
                 WHERE a.tenant_id = $1 AND a.party_id = t.id AND a.status = 'done'
                     AND a.deleted_at IS NULL AND a.starts_at <= ",
    );
    sql.bind(asked.as_of).push(
        ") AS last FROM parties t
             LEFT JOIN service_policies s ON s.tenant_id = t.tenant_id AND s.tier = t.tier
                 AND s.deleted_at IS NULL
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.created_at <= ",
    );
    sql.bind(asked.as_of).push(
        " AND t.id IN (SELECT r.record_id FROM record_terms r WHERE r.tenant_id = $1
                 AND r.kind = 'party' AND r.field = 'role' AND r.term IN ('customer', 'prospect'))
             AND NOT EXISTS (SELECT 1 FROM activities a
                 WHERE a.tenant_id = $1 AND a.party_id = t.id AND a.status = 'done'
                     AND a.deleted_at IS NULL AND a.starts_at > ",
    );
    intervals.before(sql);
    sql.push(" AND a.starts_at <= ").bind(asked.as_of).push(") AND ");
    scope::covers(sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    // Without any contact, how long it is known counts.
    sql.push(") x WHERE (x.last IS NOT NULL OR x.created_at <= x.before)");
}

type Found = (Uuid, Option<String>, Option<Uuid>, DateTime<Utc>, Option<DateTime<Utc>>, i64);

impl Report for Neglected {
    type Row = NeglectedRow;
    type Totals = NeglectedTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let intervals = Intervals::find(tx, asked).await?;
        let mut sql = Sql::new(
            "SELECT x.id, x.tier, x.owner_id, x.created_at, x.last, x.interval_days FROM ",
        );
        neglected(&mut sql, ctx, asked, &intervals);
        sql.push(" ORDER BY COALESCE(x.last, x.created_at), x.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*), COUNT(*) FILTER (WHERE x.last IS NULL) FROM ");
        neglected(&mut sql, ctx, asked, &intervals);
        let (parties, never) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let names = labels(tx, ctx, asked, &PARTY, found.iter().map(|one| one.0)).await?;
        let owners = labels(tx, ctx, asked, &USER, found.iter().filter_map(|one| one.2)).await?;
        let row = |(party_id, tier, owner_id, entered, last, interval_days): Found| NeglectedRow {
            party_id,
            party: names.get(&party_id).cloned(),
            tier,
            owner_id,
            owner: owner_id.and_then(|id| owners.get(&id)).cloned(),
            last_contact_on: last.map(|at| business_date(at, ctx.settings.time_zone)),
            days: (asked.as_of - last.unwrap_or(entered)).num_days(),
            interval_days,
        };
        let rows = found.into_iter().map(row).collect();
        Ok(Made { rows, totals: NeglectedTotals { parties, never } })
    }

    fn example() -> Made<Self> {
        let id = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let row = NeglectedRow {
            party_id: id,
            party: Some("上海宏图软件有限公司".to_owned()),
            tier: Some("A".to_owned()),
            owner_id: Some(id),
            owner: Some("王伟".to_owned()),
            last_contact_on: NaiveDate::from_ymd_opt(2026, 1, 15),
            days: 75,
            interval_days: 30,
        };
        Made { rows: vec![row], totals: NeglectedTotals { parties: 1, never: 0 } }
    }
}

//! Which customers and prospects nobody has been in touch with for long.

use crate::{
    Asked, Column, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::{activities::ACTIVITY, parties::PARTY};
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

const fn column(name: &'static str, en: &'static str, zh: &'static str, what: What) -> Column {
    Column { name, label: Texts { en, zh }, what }
}

static DEFINITION: Definition = Definition {
    name: "neglected",
    version: 1,
    title: Texts { en: "Neglected customers", zh: "被忽视的客户" },
    about: Texts {
        en: "Customers and prospects whose last contact was more than so many days before `as_of`: an activity \
             with them that was done. One without any counts from the day on which it was entered. The longest \
             neglected comes first; there are at most 1,000 rows, and the totals go over all. Parties and \
             activities are as they are now.",
        zh: "最近一次已完成的活动早于指定天数的客户与潜在客户;从未联系的自录入之日起算。按时间由久到近排列,最多1000行,合计包含全部。",
    },
    reads: &[&PARTY, &ACTIVITY],
    needs: &["roles"],
    rests_on: &[("tier", &["tier"]), ("owner_id", &["owner_id", "owner"])],
    parameters: &[Parameter {
        name: "days",
        takes: Takes::Whole(1, 3_650),
        default: Some("30"),
        required: false,
        field: None,
        about: Texts { en: "After how many days without contact.", zh: "未联系天数。" },
    }],
    columns: &[
        column("party_id", "Party id", "客户标识", What::Key),
        column("party", "Party", "客户", What::Label),
        column("tier", "Tier", "客户层级", What::Key),
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("last_contact_on", "Last contact", "最近联系", What::Date),
        column("days", "Days", "天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["party"], values: &["days"], otherwise: &[] },
};

/// Adds the neglected parties as a table `x` of the party, its tier and owner, when it was entered, and
/// when the last contact was.
fn neglected(sql: &mut Sql, ctx: &Ctx, asked: &Asked, before: DateTime<Utc>) {
    sql.push(
        "(SELECT t.id, t.tier, t.owner_id, t.created_at, (SELECT MAX(a.starts_at) FROM activities a
                 WHERE a.tenant_id = $1 AND a.party_id = t.id AND a.status = 'done'
                     AND a.deleted_at IS NULL AND a.starts_at <= ",
    );
    sql.bind(asked.as_of).push(
        ") AS last FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
             AND t.created_at <= ",
    );
    sql.bind(asked.as_of).push(
        " AND t.id IN (SELECT r.record_id FROM record_terms r WHERE r.tenant_id = $1
                 AND r.kind = 'party' AND r.field = 'role' AND r.term IN ('customer', 'prospect'))
             AND NOT EXISTS (SELECT 1 FROM activities a
                 WHERE a.tenant_id = $1 AND a.party_id = t.id AND a.status = 'done'
                     AND a.deleted_at IS NULL AND a.starts_at > ",
    );
    sql.bind(before).push(" AND a.starts_at <= ").bind(asked.as_of).push(") AND ");
    scope::covers(sql, "t.owner_id", &reach(ctx, &DEFINITION), ctx.actor.user);
    // Without any contact, how long it is known counts.
    sql.push(") x WHERE (x.last IS NOT NULL OR x.created_at <= ").bind(before).push(")");
}

type Found = (Uuid, Option<String>, Option<Uuid>, DateTime<Utc>, Option<DateTime<Utc>>);

impl Report for Neglected {
    type Row = NeglectedRow;
    type Totals = NeglectedTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let before = asked.as_of - TimeDelta::days(asked.whole("days").unwrap_or(30));
        let mut sql = Sql::new("SELECT x.id, x.tier, x.owner_id, x.created_at, x.last FROM ");
        neglected(&mut sql, ctx, asked, before);
        sql.push(" ORDER BY COALESCE(x.last, x.created_at), x.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*), COUNT(*) FILTER (WHERE x.last IS NULL) FROM ");
        neglected(&mut sql, ctx, asked, before);
        let (parties, never) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let names = labels(tx, ctx, asked, &PARTY, found.iter().map(|one| one.0)).await?;
        let owners = labels(tx, ctx, asked, &USER, found.iter().filter_map(|one| one.2)).await?;
        let row = |(party_id, tier, owner_id, entered, last): Found| NeglectedRow {
            party_id,
            party: names.get(&party_id).cloned(),
            tier,
            owner_id,
            owner: owner_id.and_then(|id| owners.get(&id)).cloned(),
            last_contact_on: last.map(|at| business_date(at, ctx.settings.time_zone)),
            days: (asked.as_of - last.unwrap_or(entered)).num_days(),
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
        };
        Made { rows: vec![row], totals: NeglectedTotals { parties: 1, never: 0 } }
    }
}

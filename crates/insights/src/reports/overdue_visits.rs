//! Which visits of plans are overdue, by customer.

use super::prospects::column;
use crate::{
    Asked, Definition, Made, Parameter, Plot, Report, Takes, What, definition::Shape,
    labels::labels, report::reach,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{parties::PARTY, visit_plans::VISIT_PLAN};
use guanxi_identity::{roles::ROLE, users::USER};
use guanxi_kernel::{
    Ctx, Result,
    period::{business_date, start_of_day},
    problem::Texts,
    scalar::Type,
};
use guanxi_storage::{Sql, Tx, scope};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct OverdueVisits;

/// A visit that was to be made.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueVisitRow {
    /// The party.
    pub party_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub party: Option<String>,
    /// The plan that calls for the visit.
    pub visit_plan_id: Uuid,
    /// The role of whoever was to visit.
    pub role_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub role: Option<String>,
    /// Who was to visit.
    pub owner_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub owner: Option<String>,
    /// The day by which it was to be made.
    pub due_on: NaiveDate,
    /// How many days that is over, at least 1.
    pub overdue_days: i64,
    /// The day of the last visit of the plan; `null` if there was none.
    #[schema(required)]
    pub last_visit_on: Option<NaiveDate>,
}

/// What goes over all of them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueVisitTotals {
    /// How many visits are overdue.
    pub visits: i64,
    /// With how many parties.
    pub parties: i64,
}

/// Rows at most.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "overdue-visits",
    version: 1,
    title: Texts { en: "Overdue visits of plans", zh: "逾期的定期拜访" },
    about: Texts {
        en: "Visits that plans call for, such as those of senior managers, whose task is open and whose day is \
             over, customer by customer: those with the longest overdue visit first. The day is that of the \
             task, wherever it was moved to. There are at most 1,000 rows, and the totals go over all. Plans \
             and tasks are as they are now.",
        zh: "定期拜访计划(如高层拜访)产生、已过截止日仍未完成的拜访,按客户排列,逾期最久的客户在前。截止日以待办为准,最多1000行,合计包含全部。",
    },
    reads: &[&VISIT_PLAN, &PARTY],
    needs: &["party_id", "role_id", "owner_id"],
    rests_on: &[("last_visit_on", &["last_visit_on"])],
    parameters: &[Parameter {
        name: "role_id",
        takes: Takes::One(Type::Id),
        default: None,
        required: false,
        field: None,
        about: Texts { en: "Only visits by that role.", zh: "仅统计该角色的拜访。" },
    }],
    columns: &[
        column("party_id", "Party id", "客户标识", What::Key),
        column("party", "Party", "客户", What::Label),
        column("visit_plan_id", "Visit plan id", "拜访计划标识", What::Key),
        column("role_id", "Role id", "角色标识", What::Key),
        column("role", "Role", "角色", What::Label),
        column("owner_id", "Owner id", "负责人标识", What::Key),
        column("owner", "Owner", "负责人", What::Label),
        column("due_on", "Due", "截止日期", What::Date),
        column("overdue_days", "Days overdue", "逾期天数", What::Count),
        column("last_visit_on", "Last visit", "最近拜访", What::Date),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["party", "role"],
        values: &["overdue_days"],
        otherwise: &[],
    },
};

/// Adds the overdue visits as a table `x` of the party, the plan, its role, who was to visit, by when,
/// the last visit, and since when a visit with the party is overdue.
fn overdue(sql: &mut Sql, ctx: &Ctx, asked: &Asked) {
    sql.push(
        "(SELECT t.party_id, t.id, t.role_id, k.owner_id, k.due_at, t.last_visit_on,
             MIN(k.due_at) OVER (PARTITION BY t.party_id) AS since
         FROM tasks k JOIN visit_plans t ON t.tenant_id = k.tenant_id AND t.id = k.subject_id
             AND t.deleted_at IS NULL
         WHERE k.tenant_id = $1 AND k.rule = 'visit_plan' AND k.status = 'open'
             AND k.deleted_at IS NULL AND k.due_at < ",
    );
    sql.bind(start_of_day(asked.today, ctx.settings.time_zone));
    if let Some(role) = asked.id("role_id") {
        sql.push(" AND t.role_id = ").bind(role);
    }
    sql.push(" AND ");
    scope::within(sql, &VISIT_PLAN, &reach(ctx, &DEFINITION), ctx.actor.user);
    sql.push(") x");
}

type Found = (Uuid, Uuid, Uuid, Uuid, DateTime<Utc>, Option<NaiveDate>);

impl Report for OverdueVisits {
    type Row = OverdueVisitRow;
    type Totals = OverdueVisitTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        let mut sql = Sql::new(
            "SELECT x.party_id, x.id, x.role_id, x.owner_id, x.due_at, x.last_visit_on FROM ",
        );
        overdue(&mut sql, ctx, asked);
        sql.push(" ORDER BY x.since, x.party_id, x.due_at, x.id LIMIT ").bind(MOST);
        let found = tx.all::<Found>(sql).await?;
        let mut sql = Sql::new("SELECT COUNT(*), COUNT(DISTINCT x.party_id) FROM ");
        overdue(&mut sql, ctx, asked);
        let (visits, parties) = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
        let names = labels(tx, ctx, asked, &PARTY, found.iter().map(|one| one.0)).await?;
        let roles = labels(tx, ctx, asked, &ROLE, found.iter().map(|one| one.2)).await?;
        let owners = labels(tx, ctx, asked, &USER, found.iter().map(|one| one.3)).await?;
        let row = |(party_id, visit_plan_id, role_id, owner_id, due, last_visit_on): Found| {
            let due_on = business_date(due, ctx.settings.time_zone);
            OverdueVisitRow {
                party_id,
                party: names.get(&party_id).cloned(),
                visit_plan_id,
                role_id,
                role: roles.get(&role_id).cloned(),
                owner_id,
                owner: owners.get(&owner_id).cloned(),
                due_on,
                overdue_days: (asked.today - due_on).num_days(),
                last_visit_on,
            }
        };
        let rows = found.into_iter().map(row).collect();
        Ok(Made { rows, totals: OverdueVisitTotals { visits, parties } })
    }

    fn example() -> Made<Self> {
        let id = Uuid::from_u128(0x0193_2c07_5a3e_7c41_9d1f_6b2f_0a4e_8c77);
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        let row = OverdueVisitRow {
            party_id: id,
            party: Some("上海宏图软件有限公司".to_owned()),
            visit_plan_id: id,
            role_id: id,
            role: Some("销售副总裁".to_owned()),
            owner_id: id,
            owner: Some("王伟".to_owned()),
            due_on: day(4, 15),
            overdue_days: 6,
            last_visit_on: Some(day(1, 15)),
        };
        Made { rows: vec![row], totals: OverdueVisitTotals { visits: 1, parties: 1 } }
    }
}

//! The contact status table: what became of the leads of a month, day by day.

use super::prospects::{
    CONSULTANT, MONTH, Month, column, example_id, people, require_fields, sees, stood, was_there,
};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, report::reach};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{Action, Ctx, Language, Result, Word as _, problem::Texts};
use guanxi_sales::{
    leads::LEAD,
    prospect_tables::{PROSPECT_TABLE, ProspectOrigin},
};
use guanxi_storage::{Sql, Tx, expansion::Json, scope, sql};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct ProspectContactStatus;

guanxi_kernel::words! {
    /// What became of a lead.
    #[derive(Default)]
    pub enum ProspectResult {
        /// It is worked on.
        #[default]
        Open = "open" ("Open", "跟进中"),
        /// It was converted.
        Won = "won" ("Won", "成交"),
        /// It was lost.
        Lost = "lost" ("Lost", "战败"),
        /// It was deleted.
        Deleted = "deleted" ("Deleted", "已删除"),
    }
}

/// A lead on a table.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProspectStatusRow {
    /// The table.
    pub prospect_table_id: Uuid,
    /// The consultant.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// Whether it was carried over.
    pub origin: ProspectOrigin,
    /// The code of the level with which it came onto the table.
    #[schema(required)]
    pub level_at_start: Option<String>,
    /// The code of its level at the end of the month, or now.
    #[schema(required)]
    pub level_now: Option<String>,
    /// How many contacts there were.
    pub contacts: i64,
    /// How many on each day of the month.
    pub contacts_by_day: Vec<i64>,
    /// The day of the next visit.
    #[schema(required)]
    pub next_visit_on: Option<NaiveDate>,
    /// What became of it.
    pub result: ProspectResult,
    /// What that is called.
    pub result_name: &'static str,
}

/// What goes over all of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ProspectStatusTotals {
    /// How many there are.
    pub leads: i64,
    /// How many were carried over.
    pub carried_over: i64,
    /// How many came in the month.
    pub new: i64,
    /// How many contacts there were.
    pub contacts: i64,
    /// How many are worked on.
    pub open: i64,
    /// How many were won.
    pub won: i64,
    /// How many were lost.
    pub lost: i64,
}

/// Rows at most.
const MOST: i64 = 10_000;

static DEFINITION: Definition = Definition {
    name: "prospect-contact-status",
    version: 2,
    title: Texts { en: "Prospect contact status", zh: "意向客户接触状况表" },
    about: Texts {
        en: "The leads on the contact status tables of a month, by consultant: how they came onto the table, their \
             levels then and now, how many contacts there were on each day (activities about the lead that were \
             done), the next visit, and what became of them by the end of the month. Tables name their leads, and \
             all else is read where it is, so a new contact shows at once; a table that was closed by the instant \
             of the report shows what was written down then. At most 10,000 rows.",
        zh: "当月接触状况表上的意向客户:来源(留存/新增)、月初与当前级别、逐日接触次数(已完成的相关活动)、预定访问日期与结果。已关闭的表按关闭时的记录显示,最多10000行。",
    },
    reads: &[&PROSPECT_TABLE, &LEAD, &ACTIVITY],
    needs: &["month", "consultant_id", "owner_id"],
    rests_on: &[],
    parameters: &[MONTH, CONSULTANT],
    columns: &[
        column("prospect_table_id", "Table id", "接触状况表标识", What::Key),
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("origin", "Origin", "来源", What::Key),
        column("level_at_start", "Level at the start", "月初级别", What::Key),
        column("level_now", "Level now", "当前级别", What::Key),
        column("contacts", "Contacts", "接触次数", What::Count),
        column("contacts_by_day", "Contacts on day", "接触日", What::EachDay),
        column("next_visit_on", "Next visit", "预定访问日期", What::Date),
        column("result", "Result", "结果", What::Key),
        column("result_name", "Result", "结果", What::Label),
    ],
    plot: Plot { shape: Shape::Bars, names: &["lead"], values: &["contacts"], otherwise: &[] },
};

/// Adds which tables these are.
fn of_month(sql: &mut Sql, ctx: &Ctx, asked: &Asked, month: &Month) {
    sql.push("t.tenant_id = $1 AND t.month = ").bind(month.first).push(" AND ");
    was_there(sql, "t.deleted_at", asked);
    if let Some(consultant) = asked.id("consultant_id") {
        sql.push(" AND t.consultant_id = ").bind(consultant);
    }
    sql.push(" AND ");
    scope::within(sql, &PROSPECT_TABLE, &reach(ctx, &DEFINITION), ctx.actor.user);
}

/// A line: table, when it was closed, consultant, lead, its name, origin, level at the start; what it is now;
/// what was written down.
type Found = (
    Uuid,
    Option<DateTime<Utc>>,
    Uuid,
    Uuid,
    Option<String>,
    ProspectOrigin,
    Option<Uuid>,
    Option<Uuid>,
    Option<String>,
    Option<NaiveDate>,
    Option<Uuid>,
    Option<String>,
    Option<NaiveDate>,
    Option<Json<Vec<i64>>>,
);

async fn found(tx: &mut Tx, ctx: &Ctx, asked: &Asked, month: &Month) -> Result<Vec<Found>> {
    let at = asked.as_of.min(month.ends - TimeDelta::microseconds(1));
    let mut sql = Sql::new(
        "SELECT t.id, t.closed_at, t.consultant_id, l.lead_id, n.name, l.origin, l.level_id,
             s.level_id, s.state, s.next_visit_on,
             l.final_level_id, l.final_state, l.final_next_visit_on, l.final_contacts
         FROM prospect_tables t JOIN prospect_table_lines l ON l.tenant_id = t.tenant_id
             AND l.table_id = t.id AND l.added_at <= ",
    );
    sql.bind(asked.as_of);
    sql.push(" LEFT JOIN lead_spans s ON s.tenant_id = l.tenant_id AND s.lead_id = l.lead_id AND ");
    stood(&mut sql, "s.from_at", "s.until_at", at);
    sql.push(" LEFT JOIN leads n ON n.tenant_id = l.tenant_id AND n.id = l.lead_id AND ");
    let leads = ctx.reach(LEAD.plural, Action::Read);
    scope::covers(&mut sql, "n.owner_id", &leads, ctx.actor.user);
    sql.push(" WHERE ");
    of_month(&mut sql, ctx, asked, month);
    sql.push(" ORDER BY t.consultant_id, l.lead_id LIMIT ").bind(MOST);
    tx.all(sql).await
}

/// How many contacts there were with each lead of each table on each day.
async fn contacts(
    tx: &mut Tx,
    ctx: &Ctx,
    asked: &Asked,
    month: &Month,
) -> Result<BTreeMap<(Uuid, Uuid), Vec<i64>>> {
    let mut sql = Sql::new(
        "SELECT x.table_id, x.lead_id, x.day, COUNT(*) FROM (SELECT l.table_id, l.lead_id, ",
    );
    month.day(&mut sql, "a.starts_at");
    // SQLite keeps to the order of what is joined like this; it would else read all that was done in the
    // month, whatever it was about.
    sql.push(
        " AS day FROM prospect_tables t CROSS JOIN prospect_table_lines l CROSS JOIN activities a
         WHERE l.tenant_id = t.tenant_id AND l.table_id = t.id
             AND a.tenant_id = l.tenant_id AND a.about_id = l.lead_id
             AND a.about_type = 'lead' AND a.status = 'done' AND l.added_at <= ",
    );
    sql.bind(asked.as_of)
        .push(" AND a.starts_at >= ")
        .bind(month.begins())
        .push(" AND a.starts_at < ")
        .bind(month.ends);
    sql.push(" AND a.closed_at <= ").bind(asked.as_of).push(" AND ");
    was_there(&mut sql, "a.deleted_at", asked);
    sql.push(" AND ");
    of_month(&mut sql, ctx, asked, month);
    sql.push(" AND (t.closed_at IS NULL OR t.closed_at > ").bind(asked.as_of);
    sql.push(")) x GROUP BY x.table_id, x.lead_id, x.day");
    let mut counts: BTreeMap<(Uuid, Uuid), Vec<i64>> = BTreeMap::new();
    for (table, lead, day, count) in tx.all::<(Uuid, Uuid, i64, i64)>(sql).await? {
        let days = counts.entry((table, lead)).or_insert_with(|| vec![0; month.days.len()]);
        if let Some(of) = usize::try_from(day).ok().and_then(|day| days.get_mut(day)) {
            *of = count;
        }
    }
    Ok(counts)
}

/// The codes of levels.
async fn levels(tx: &mut Tx) -> Result<BTreeMap<Uuid, String>> {
    let sql = sql!(
        "SELECT id, code FROM lead_levels WHERE tenant_id = $1 ORDER BY id LIMIT $2",
        1_000_i64
    );
    Ok(tx.all::<(Uuid, String)>(sql).await?.into_iter().collect())
}

impl Report for ProspectContactStatus {
    type Row = ProspectStatusRow;
    type Totals = ProspectStatusTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &LEAD, &["status", "owner_id"])?;
        require_fields(ctx, &ACTIVITY, &["about_type", "about_id", "status", "starts_at"])?;
        let month = Month::asked(ctx, asked);
        let found = found(tx, ctx, asked, &month).await?;
        let mut counts = contacts(tx, ctx, asked, &month).await?;
        let levels = levels(tx).await?;
        let names = people(tx, ctx, asked, found.iter().map(|one| one.2)).await?;
        let (sees_level, sees_visit) =
            (sees(ctx, &LEAD, "level_id"), sees(ctx, &LEAD, "next_visit_on"));
        let code =
            |id: Option<Uuid>| id.filter(|_| sees_level).and_then(|id| levels.get(&id).cloned());
        let mut totals = ProspectStatusTotals::default();
        let mut rows = Vec::with_capacity(found.len());
        for one in found {
            let (table, closed, consultant_id, lead_id, lead, origin, first, ..) = one;
            let written = closed.is_some_and(|closed| closed <= asked.as_of);
            let (level, state, next, days) = match written {
                true => (one.10, one.11, one.12, one.13.map(|days| days.0)),
                false => (one.7, one.8, one.9, counts.remove(&(table, lead_id))),
            };
            let days = days.unwrap_or_else(|| vec![0; month.days.len()]);
            let result = state.and_then(|state| ProspectResult::from_word(&state));
            let row = ProspectStatusRow {
                prospect_table_id: table,
                consultant_id,
                consultant: names.get(&consultant_id).cloned(),
                lead_id,
                lead,
                origin,
                level_at_start: code(first),
                level_now: code(level),
                contacts: days.iter().sum(),
                contacts_by_day: days,
                next_visit_on: next.filter(|_| sees_visit),
                result: result.unwrap_or_default(),
                result_name: result.unwrap_or_default().label(ctx.language),
            };
            totals.count(&row);
            rows.push(row);
        }
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let mut days = vec![0; 31];
        days[4] = 1;
        let row = ProspectStatusRow {
            prospect_table_id: example_id(),
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            lead_id: example_id(),
            lead: Some("陈静".to_owned()),
            origin: ProspectOrigin::CarriedOver,
            level_at_start: Some("C".to_owned()),
            level_now: Some("B".to_owned()),
            contacts: 1,
            contacts_by_day: days,
            next_visit_on: NaiveDate::from_ymd_opt(2026, 4, 2),
            result: ProspectResult::Open,
            result_name: ProspectResult::Open.label(Language::Zh),
        };
        let mut totals = ProspectStatusTotals::default();
        totals.count(&row);
        Made { rows: vec![row], totals }
    }
}

impl ProspectStatusTotals {
    fn count(&mut self, row: &ProspectStatusRow) {
        self.leads += 1;
        self.contacts += row.contacts;
        match row.origin {
            ProspectOrigin::CarriedOver => self.carried_over += 1,
            ProspectOrigin::New => self.new += 1,
        }
        match row.result {
            ProspectResult::Open => self.open += 1,
            ProspectResult::Won => self.won += 1,
            ProspectResult::Lost => self.lost += 1,
            ProspectResult::Deleted => {}
        }
    }
}

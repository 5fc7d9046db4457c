//! Which leads have no visit planned, or one that is too late.

use super::prospects::{CONSULTANT, Hands, column, example_id, people, require_fields};
use crate::{Asked, Definition, Made, Plot, Report, What, definition::Shape, labels::labels};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_kernel::{Ctx, Language, Result, Word as _, period::business_date, problem::Texts};
use guanxi_sales::leads::{LEAD, VisitState, visit_due, visit_state};
use guanxi_storage::{Sql, Tx};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct UnplannedVisits;

/// A lead whose next visit is not planned in time.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnplannedVisitRow {
    /// The lead.
    pub lead_id: Uuid,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// Its owner.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// How the plan stands against the cycle of its level.
    pub state: VisitState,
    /// What that is called.
    pub state_name: &'static str,
    /// The day that is planned.
    #[schema(required)]
    pub next_visit_on: Option<NaiveDate>,
    /// The day by which the cycle of its level wants the visit.
    #[schema(required)]
    pub visit_due_on: Option<NaiveDate>,
    /// How many days that is over; 0 if it is not.
    pub overdue_days: i64,
}

/// What goes over all of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct UnplannedVisitTotals {
    /// How many open leads somebody has.
    pub leads: i64,
    /// How many are planned in time.
    pub scheduled: i64,
    /// How many are not planned.
    pub unscheduled: i64,
    /// How many are planned too late, or for a day that has passed.
    pub late: i64,
}

/// Leads that are looked at.
const MOST: i64 = 20_000;

/// Rows at most.
const SHOWN: usize = 1_000;

static DEFINITION: Definition = Definition {
    name: "unplanned-visits",
    version: 1,
    title: Texts { en: "Visits that are not planned in time", zh: "预定访问检查" },
    about: Texts {
        en: "Open leads that somebody has and whose next visit is not planned (unscheduled), or planned for a day that \
             has passed or lies behind the cycle of their level, counted from the last contact or from when they \
             were given to their owner (late). This is the `visit_state` of the lead. At most 1,000 rows, those of \
             leads with the earliest plan first, out of 20,000 leads. Leads and activities are as they are now.",
        zh: "未预定下次访问(未预定),或预定日已过、晚于级别访问周期(逾期)的意向客户。最多检查20000个、列出1000行。",
    },
    reads: &[&LEAD, &ACTIVITY],
    needs: &["owner_id", "status", "level_id", "next_visit_on"],
    rests_on: &[],
    parameters: &[CONSULTANT],
    columns: &[
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("state", "State", "状态", What::Key),
        column("state_name", "State", "状态", What::Label),
        column("next_visit_on", "Next visit", "预定访问日期", What::Date),
        column("visit_due_on", "Due", "应访问日期", What::Date),
        column("overdue_days", "Days overdue", "逾期天数", What::Count),
    ],
    plot: Plot { shape: Shape::Bars, names: &["lead"], values: &["overdue_days"], otherwise: &[] },
};

type Found = (Uuid, Uuid, Option<NaiveDate>, DateTime<Utc>, Option<DateTime<Utc>>, Option<i64>);

impl Report for UnplannedVisits {
    type Row = UnplannedVisitRow;
    type Totals = UnplannedVisitTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ACTIVITY, &["about_type", "about_id", "status", "starts_at"])?;
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let mut sql = Sql::new(
            "SELECT t.id, t.owner_id, t.next_visit_on, COALESCE(t.assigned_at, t.created_at),
                 (SELECT MAX(a.starts_at) FROM activities a WHERE a.tenant_id = $1
                     AND a.about_id = t.id AND a.about_type = 'lead' AND a.status = 'done'
                     AND a.deleted_at IS NULL), v.visit_cycle_days
             FROM leads t LEFT JOIN lead_levels v ON v.tenant_id = t.tenant_id AND v.id = t.level_id
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND t.status IN ('new', 'working', 'qualified') AND ",
        );
        hands.hold(&mut sql, "t.owner_id");
        sql.push(" ORDER BY t.visit_key, t.id LIMIT ").bind(MOST);
        let zone = ctx.settings.time_zone;
        let mut totals = UnplannedVisitTotals::default();
        let mut rows = Vec::new();
        for (lead_id, consultant_id, planned, given, contact, cycle) in tx.all::<Found>(sql).await?
        {
            let touched = contact.map_or(given, |contact| contact.max(given));
            let due = cycle.and_then(|days| visit_due(business_date(touched, zone), days));
            let state = visit_state(planned, due, asked.today);
            totals.leads += 1;
            match state {
                VisitState::Unscheduled => totals.unscheduled += 1,
                VisitState::Late => totals.late += 1,
                VisitState::Scheduled | VisitState::None => {
                    totals.scheduled += 1;
                    continue;
                }
            }
            if rows.len() < SHOWN {
                rows.push(UnplannedVisitRow {
                    lead_id,
                    lead: None,
                    consultant_id,
                    consultant: None,
                    state,
                    state_name: state.label(ctx.language),
                    next_visit_on: planned,
                    visit_due_on: due,
                    overdue_days: due.map_or(0, |due| (asked.today - due).num_days().max(0)),
                });
            }
        }
        let leads = labels(tx, ctx, asked, &LEAD, rows.iter().map(|one| one.lead_id)).await?;
        let names = people(tx, ctx, asked, rows.iter().map(|one| one.consultant_id)).await?;
        for one in &mut rows {
            one.lead = leads.get(&one.lead_id).cloned();
            one.consultant = names.get(&one.consultant_id).cloned();
        }
        Ok(Made { rows, totals })
    }

    fn example() -> Made<Self> {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        let row = UnplannedVisitRow {
            lead_id: example_id(),
            lead: Some("陈静".to_owned()),
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            state: VisitState::Late,
            state_name: VisitState::Late.label(Language::Zh),
            next_visit_on: day(9),
            visit_due_on: day(8),
            overdue_days: 0,
        };
        let totals = UnplannedVisitTotals { leads: 12, scheduled: 10, unscheduled: 1, late: 1 };
        Made { rows: vec![row], totals }
    }
}

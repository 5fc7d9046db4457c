//! Who has entered nothing on a day on which the company works.

use super::prospects::{
    CONSULTANT, Hands, column, example_id, parameter, people, require_fields, stood,
};
use crate::{
    Asked, Definition, Made, Plot, Report, Takes, What, definition::Shape, labels::labels,
};
use chrono::{DateTime, Days, TimeDelta, Utc};
use guanxi_customers::activities::ACTIVITY;
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{
    Ctx, Language, Result, Word as _, period::start_of_day, problem::Texts, scalar::Type,
};
use guanxi_sales::leads::LEAD;
use guanxi_storage::{Sql, Tx};
use guanxi_workflow::playbooks::latest_card;
use serde::Serialize;
use std::ops::Range;
use utoipa::ToSchema;
use uuid::Uuid;

/// The report.
pub struct MissingUpdates;

guanxi_kernel::words! {
    /// What is missing.
    pub enum MissingUpdate {
        /// A consultant who holds leads has entered nothing.
        NoEntry = "no_entry" ("No entry", "当日未更新"),
        /// A lead was raised, and nothing was entered on its card.
        NoCardEntry = "no_card_entry" ("No entry on the card", "促进后信息卡未登入"),
    }
}

/// What is missing of whom.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MissingUpdateRow {
    /// The consultant.
    pub consultant_id: Uuid,
    /// What they are called; `null` for whoever may not see them.
    #[schema(required)]
    pub consultant: Option<String>,
    /// What is missing.
    pub reason: MissingUpdate,
    /// What that is called.
    pub reason_name: &'static str,
    /// The lead whose card it is.
    #[schema(required)]
    pub lead_id: Option<Uuid>,
    /// What it is called; `null` for whoever may not see it.
    #[schema(required)]
    pub lead: Option<String>,
    /// How many leads the consultant holds; `null` where it is about a card.
    #[schema(required)]
    pub holding: Option<i64>,
}

/// What goes over all of them.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct MissingUpdateTotals {
    /// Whether the company works on the day; nothing is missing on others.
    pub working_day: bool,
    /// How many consultants hold leads when the day ends.
    pub consultants: i64,
    /// How many of them have entered nothing.
    pub without_entry: i64,
    /// How many raised leads have no entry on their cards.
    pub without_card_entry: i64,
}

/// Rows at most for each reason.
const MOST: i64 = 1_000;

static DEFINITION: Definition = Definition {
    name: "missing-updates",
    version: 1,
    title: Texts { en: "Missing updates", zh: "未更新名单" },
    about: Texts {
        en: "Consultants who hold open leads when a day ends and have entered nothing on it: no activity about a \
             lead that was done, and no change of who has a lead, its level, its state or its next visit. And, \
             where leads have a card, those that were raised to a higher level on the day while nothing was \
             entered on their card, neither an answer nor a field of the lead. Days on which the company does \
             not work by its default calendar do not count. At most 1,000 rows of each.",
        zh: "工作日内持有意向客户但当日无任何更新(接触、级别、状态、负责人或预定访问)的销售顾问;以及当日级别提升但信息卡当日未登入的意向客户。非工作日不计。",
    },
    reads: &[&LEAD, &ACTIVITY],
    needs: &["owner_id", "status", "level_id"],
    rests_on: &[],
    parameters: &[
        parameter(
            "date",
            Takes::One(Type::Date),
            Texts {
                en: "The day; that of `as_of` when absent.", zh: "日期,默认为统计当日。"
            },
        ),
        CONSULTANT,
    ],
    columns: &[
        column("consultant_id", "Consultant id", "销售顾问标识", What::Key),
        column("consultant", "Consultant", "销售顾问", What::Label),
        column("reason", "Reason", "原因", What::Key),
        column("reason_name", "Reason", "原因", What::Label),
        column("lead_id", "Lead id", "意向客户标识", What::Key),
        column("lead", "Lead", "意向客户", What::Label),
        column("holding", "Held", "保有量", What::Count),
    ],
    plot: Plot {
        shape: Shape::Bars,
        names: &["consultant", "reason_name"],
        values: &["holding"],
        otherwise: &[],
    },
};

/// Those who hold leads when the day ends, with how many, and whether they have entered something.
async fn entered(
    tx: &mut Tx,
    asked: &Asked,
    hands: &Hands,
    day: &Range<DateTime<Utc>>,
) -> Result<Vec<(Uuid, i64, bool)>> {
    let at = asked.as_of.min(day.end - TimeDelta::microseconds(1));
    let mut sql = Sql::new(
        "SELECT h.owner_id, h.held, (EXISTS (SELECT 1 FROM activities a WHERE a.tenant_id = $1
                 AND a.owner_id = h.owner_id AND a.about_type = 'lead' AND a.status = 'done'
                 AND a.deleted_at IS NULL AND a.closed_at >= ",
    );
    sql.bind(day.start).push(" AND a.closed_at < ").bind(day.end);
    sql.push(" AND a.closed_at <= ").bind(asked.as_of).push(
        ") OR EXISTS (SELECT 1 FROM lead_spans c WHERE c.tenant_id = $1
                 AND (c.owner_id = h.owner_id OR c.was_owner_id = h.owner_id) AND c.from_at >= ",
    );
    sql.bind(day.start).push(" AND c.from_at < ").bind(day.end);
    sql.push(" AND c.from_at <= ").bind(asked.as_of).push(
        ")) FROM (SELECT s.owner_id, COUNT(*) AS held FROM lead_spans s WHERE s.tenant_id = $1 AND ",
    );
    hands.are(&mut sql);
    sql.push(" AND ");
    stood(&mut sql, "s.from_at", "s.until_at", at);
    sql.push(" GROUP BY s.owner_id) h ORDER BY h.owner_id");
    tx.all(sql).await
}

/// The leads that were raised on the day while nothing was entered on their cards, with who had them.
async fn without_card(
    tx: &mut Tx,
    asked: &Asked,
    hands: &Hands,
    day: &Range<DateTime<Utc>>,
) -> Result<Vec<(Uuid, Uuid)>> {
    let mut sql = Sql::new(
        "SELECT DISTINCT s.owner_id, s.lead_id FROM lead_spans s
         JOIN lead_levels n ON n.tenant_id = s.tenant_id AND n.id = s.level_id
         LEFT JOIN lead_levels w ON w.tenant_id = s.tenant_id AND w.id = s.was_level_id
         WHERE s.tenant_id = $1 AND s.was_state = 'open'
             AND (s.was_level_id IS NULL OR n.position < w.position) AND s.from_at >= ",
    );
    sql.bind(day.start).push(" AND s.from_at < ").bind(day.end);
    sql.push(" AND s.from_at <= ").bind(asked.as_of).push(" AND ");
    hands.are(&mut sql);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM event_links k JOIN events e ON e.tenant_id = k.tenant_id
             AND e.seq = k.seq WHERE k.tenant_id = $1 AND k.record_id = s.lead_id
             AND e.kind IN ('playbook_run.created', 'playbook_run.updated', 'lead.updated')
             AND e.occurred_at >= ",
    );
    sql.bind(day.start).push(" AND e.occurred_at < ").bind(day.end);
    sql.push(") ORDER BY s.owner_id, s.lead_id LIMIT ").bind(MOST);
    tx.all(sql).await
}

impl Report for MissingUpdates {
    type Row = MissingUpdateRow;
    type Totals = MissingUpdateTotals;

    fn definition() -> &'static Definition {
        &DEFINITION
    }

    async fn make(tx: &mut Tx, ctx: &Ctx, asked: &mut Asked) -> Result<Made<Self>> {
        require_fields(ctx, &ACTIVITY, &["owner_id", "about_type", "status", "starts_at"])?;
        let date = asked.date("date").unwrap_or(asked.today);
        asked.understand("date", &date);
        let calendar = default_calendar(tx, ctx).await?;
        let mut totals = MissingUpdateTotals {
            working_day: calendar.is_none_or(|calendar| calendar.is_working_day(date)),
            ..MissingUpdateTotals::default()
        };
        if !totals.working_day {
            return Ok(Made { rows: Vec::new(), totals });
        }
        let zone = ctx.settings.time_zone;
        let next = date.checked_add_days(Days::new(1)).unwrap_or(date);
        let day = start_of_day(date, zone)..start_of_day(next, zone);
        let hands = Hands::asked(ctx, &DEFINITION, asked);
        let entered = entered(tx, asked, &hands, &day).await?;
        let cards = match latest_card(tx, LEAD.name).await? {
            Some(_) => without_card(tx, asked, &hands, &day).await?,
            None => Vec::new(),
        };
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let silent = entered.iter().filter(|one| !one.2).take(1_000);
        let silent: Vec<(Uuid, i64)> = silent.map(|one| (one.0, one.1)).collect();
        totals.consultants = number(entered.len());
        totals.without_entry = number(entered.iter().filter(|one| !one.2).count());
        totals.without_card_entry = number(cards.len());
        let ids = silent.iter().map(|one| one.0).chain(cards.iter().map(|one| one.0));
        let names = people(tx, ctx, asked, ids).await?;
        let leads = labels(tx, ctx, asked, &LEAD, cards.iter().map(|one| one.1)).await?;
        let row = |consultant_id: Uuid, reason: MissingUpdate| MissingUpdateRow {
            consultant_id,
            consultant: names.get(&consultant_id).cloned(),
            reason,
            reason_name: reason.label(ctx.language),
            lead_id: None,
            lead: None,
            holding: None,
        };
        let silent = silent.into_iter().map(|(consultant, held)| MissingUpdateRow {
            holding: Some(held),
            ..row(consultant, MissingUpdate::NoEntry)
        });
        let cards = cards.into_iter().map(|(consultant, lead)| MissingUpdateRow {
            lead_id: Some(lead),
            lead: leads.get(&lead).cloned(),
            ..row(consultant, MissingUpdate::NoCardEntry)
        });
        Ok(Made { rows: silent.chain(cards).collect(), totals })
    }

    fn example() -> Made<Self> {
        let row = MissingUpdateRow {
            consultant_id: example_id(),
            consultant: Some("王伟".to_owned()),
            reason: MissingUpdate::NoEntry,
            reason_name: MissingUpdate::NoEntry.label(Language::Zh),
            lead_id: None,
            lead: None,
            holding: Some(12),
        };
        let totals = MissingUpdateTotals {
            working_day: true,
            consultants: 8,
            without_entry: 1,
            without_card_entry: 0,
        };
        Made { rows: vec![row], totals }
    }
}

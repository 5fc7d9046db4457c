//! The information card of a lead. Its front is what is known of the lead: fields of the lead, and
//! answers to the playbook that is the card of leads. Its back is the log of contacts: the activities
//! about the lead, with the levels before and after. Nothing of it is written twice.
//!
//! The card is compulsory where leads rise, once they have one: levels say so (`card_required`; H, A, B and
//! C of the template do). Nothing is asked while no playbook is the card of leads, nor of a lead that sinks
//! or was raised before. A lead is never made with more than its fields can answer: it is made, its card is
//! filled in, then it rises. The endpoints ask for the rights on the lead alone, so no role needs rights on
//! runs.

use super::{
    model::{LEAD, Lead, LeadId},
    store,
};
use crate::lead_levels::LeadLevelId;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::{
    activities::{ACTIVITY, ActivityId, ActivityKind},
    coaching,
};
use guanxi_kernel::{Action, Ctx, Problem, Result, Text, UserId, actor::forbidden};
use guanxi_storage::{Sql, Tx, resource, scope};
use guanxi_workflow::playbook_runs::{self, Card, FillCard};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

guanxi_kernel::words! {
    /// A side of the card.
    #[derive(Default)]
    pub enum CardSide {
        /// What is known of the lead.
        #[default]
        Front = "front" ("Front", "正面"),
        /// The log of contacts.
        Back = "back" ("Back", "反面"),
    }
}

/// A contact with a lead, as the back of its card has it. What the caller may not see of activities is
/// `null`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LeadContact {
    /// The activity.
    pub activity_id: ActivityId,
    /// When it was.
    #[schema(required)]
    pub at: Option<DateTime<Utc>>,
    /// The way in which people met.
    #[schema(required)]
    pub kind: Option<ActivityKind>,
    /// What it was about.
    #[schema(required)]
    pub subject: Option<String>,
    /// What came of it.
    #[schema(required)]
    pub result: Option<String>,
    /// The level of the lead before it.
    #[schema(required)]
    pub level_before: Option<LeadLevelId>,
    /// The level after it, up to the next contact.
    #[schema(required)]
    pub level_after: Option<LeadLevelId>,
    /// What was agreed to do next.
    #[schema(required)]
    pub next_step: Option<String>,
    /// The day for that.
    #[schema(required)]
    pub next_step_on: Option<NaiveDate>,
    /// Who it was.
    #[schema(required)]
    pub owner_id: Option<UserId>,
    /// What a manager remarked last, for those who may see that.
    #[schema(required)]
    pub remark: Option<Text<4000>>,
    /// Who did.
    #[schema(required)]
    pub remarked_by: Option<UserId>,
}

/// The card of a lead.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeadCard {
    /// The lead.
    pub lead_id: LeadId,
    /// Which side it is.
    pub side: CardSide,
    /// Whether the level of the lead wants a complete card.
    pub required: bool,
    /// The front; `null` on the back.
    #[schema(required)]
    pub card: Option<Card>,
    /// The back, the last contact first, a thousand at most; `null` on the front.
    #[schema(required)]
    pub contacts: Option<Vec<LeadContact>>,
}

/// Contacts that a card shows.
const SHOWN: i64 = 1_000;

/// Refuses a lead whose card lacks something.
///
/// # Errors
/// `validation_failed` with a finding for each item.
pub(super) async fn require(tx: &mut Tx, ctx: &Ctx, lead: &Lead) -> Result<()> {
    let record = serde_json::to_value(lead).unwrap_or_default();
    let of = (&LEAD, lead.meta.id.uuid());
    Problem::collect(playbook_runs::gaps(tx, ctx, of, &record, "/level_id").await?)
}

/// One side of the card of a lead.
///
/// # Errors
/// `not_found`, `forbidden`; `no_card` if leads have none.
pub async fn card(tx: &mut Tx, ctx: &Ctx, id: LeadId, side: CardSide) -> Result<LeadCard> {
    let shown = resource::get::<Lead>(tx, ctx, id.uuid()).await?;
    let required = match shown.record.input.level_id {
        Some(level) => {
            crate::lead_levels::given(tx, level).await?.is_some_and(|level| level.card_required)
        }
        None => false,
    };
    let mut found = LeadCard { lead_id: id, side, required, card: None, contacts: None };
    match side {
        CardSide::Front => {
            let seen: Json = serde_json::to_value(&shown).unwrap_or_default();
            found.card = Some(playbook_runs::card(tx, ctx, (&LEAD, id.uuid()), &seen).await?);
        }
        CardSide::Back => found.contacts = Some(contacts(tx, ctx, id).await?),
    }
    Ok(found)
}

/// Fills in the card of a lead that the caller may change.
///
/// # Errors
/// `not_found`, `forbidden`, `lead_in_pool`, `no_card`; `validation_failed` for answers that do not fit.
pub async fn fill_card(tx: &mut Tx, ctx: &Ctx, id: LeadId, wish: FillCard) -> Result<LeadCard> {
    let lead = resource::load::<Lead>(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &LEAD, Action::Update, id.uuid()).await? {
        return Err(forbidden(LEAD.plural, Action::Update));
    }
    lead.require_taken(ctx)?;
    let of = (&LEAD, id.uuid());
    playbook_runs::fill_card(tx, ctx, of, lead.input.owner_id, wish).await?;
    card(tx, ctx, id, CardSide::Front).await
}

type Row = (
    ActivityId,
    DateTime<Utc>,
    ActivityKind,
    String,
    Option<String>,
    Option<String>,
    Option<NaiveDate>,
    UserId,
);

/// The contacts with a lead, the last first.
async fn contacts(tx: &mut Tx, ctx: &Ctx, id: LeadId) -> Result<Vec<LeadContact>> {
    let reach = ctx.require(ACTIVITY.plural, Action::Read)?;
    let mut sql = Sql::new(
        "SELECT t.id, t.starts_at, t.kind, t.subject, t.result, t.next_step, t.next_step_on, t.owner_id
         FROM activities t WHERE t.tenant_id = $1 AND t.about_type = 'lead' AND t.about_id = ",
    );
    sql.bind(id).push(" AND t.status = 'done' AND t.deleted_at IS NULL AND ");
    scope::within(&mut sql, &ACTIVITY, &reach, ctx.actor.user);
    sql.push(" ORDER BY t.starts_at DESC, t.id DESC LIMIT ").bind(SHOWN);
    let rows = tx.all::<Row>(sql).await?;
    let ids: Vec<ActivityId> = rows.iter().map(|row| row.0).collect();
    let mut notes = coaching::last_of(tx, ctx, &ids).await?;
    let changes = store::level_changes(tx, id).await?;
    let hidden = ctx.actor.withheld(ACTIVITY.plural).hidden;
    let levels_hidden = ctx.actor.withheld(LEAD.plural).hidden.contains("level_id");
    let mut next: Option<DateTime<Utc>> = None;
    let mut found = Vec::with_capacity(rows.len());
    for (activity_id, at, kind, subject, result, next_step, next_step_on, owner) in rows {
        let (before, after) = levels(&changes, activity_id.uuid(), at, next);
        next = Some(at);
        let note = notes.remove(&activity_id);
        found.push(LeadContact {
            activity_id,
            at: seen(&hidden, "starts_at", Some(at)),
            kind: seen(&hidden, "kind", Some(kind)),
            subject: seen(&hidden, "subject", Some(subject)),
            result: seen(&hidden, "result", result),
            level_before: before.filter(|_| !levels_hidden),
            level_after: after.filter(|_| !levels_hidden),
            next_step: seen(&hidden, "next_step", next_step),
            next_step_on: seen(&hidden, "next_step_on", next_step_on),
            owner_id: seen(&hidden, "owner_id", Some(owner)),
            remarked_by: note.as_ref().map(|note| note.author_id),
            remark: note.map(|note| note.text),
        });
    }
    Ok(found)
}

fn seen<T>(hidden: &BTreeSet<String>, field: &str, value: Option<T>) -> Option<T> {
    value.filter(|_| !hidden.contains(field))
}

/// A change of the level: from, to, the activity that speaks for it, when.
pub(super) type Change = (Option<LeadLevelId>, Option<LeadLevelId>, Option<Uuid>, DateTime<Utc>);

/// The levels before a contact and after it, up to the next one. A change that names the contact is its
/// own, whenever it was written down.
fn levels(
    changes: &[Change],
    contact: Uuid,
    at: DateTime<Utc>,
    next: Option<DateTime<Utc>>,
) -> (Option<LeadLevelId>, Option<LeadLevelId>) {
    if let Some((from, to, ..)) = changes.iter().rev().find(|change| change.2 == Some(contact)) {
        return (*from, *to);
    }
    let until = |before: &dyn Fn(DateTime<Utc>) -> bool| {
        let last = changes.iter().rev().find(|(.., changed)| before(*changed));
        let first = changes.first().and_then(|(from, ..)| *from);
        last.map_or(first, |(_, to, ..)| *to)
    };
    let before = until(&|changed| changed <= at);
    let after = until(&|changed| next.is_none_or(|next| changed <= next));
    (before, after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn d_19_a_contact_has_the_levels_before_and_after_it() {
        let level = |number: u128| Some(LeadLevelId::from(Uuid::from_u128(number)));
        let day = |days: i64| DateTime::UNIX_EPOCH + TimeDelta::days(days);
        let (one, other) = (Uuid::from_u128(8), Uuid::from_u128(9));
        let changes: Vec<Change> = vec![
            (None, level(3), None, day(0)),
            (level(3), level(2), None, day(4)),
            (level(2), level(1), Some(other), day(9)),
        ];
        // Contacts on the 2nd, the 5th and the 7th.
        assert_eq!(levels(&changes, one, day(2), Some(day(5))), (level(3), level(2)));
        assert_eq!(levels(&changes, one, day(5), Some(day(7))), (level(2), level(2)));
        assert_eq!(levels(&changes, one, day(7), None), (level(2), level(1)));
        // Written down late, but it says so.
        assert_eq!(levels(&changes, other, day(5), Some(day(7))), (level(2), level(1)));
        assert_eq!(levels(&[], one, day(5), None), (None, None));
    }
}

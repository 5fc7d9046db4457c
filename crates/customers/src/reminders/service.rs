//! What a reminder is as a resource, its moves, and what ends it by itself.

use super::{
    CompleteReminder, REMINDER, Reminder, ReminderId, ReminderStatus, SkipReminder, store,
    telling::RULE,
};
use crate::{assets::Asset, problems::REMINDER_CLOSED};
use guanxi_kernel::{Action, Ctx, Id, Result, Text};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::tasks;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Reminder {
    fn kind() -> &'static Kind {
        &REMINDER
    }

    fn concerns(&self) -> Vec<Uuid> {
        let asset = self.input.asset_id.map(Id::uuid);
        let contact = self.input.contact_id.map(Id::uuid);
        [Some(self.input.party_id.uuid()), asset, contact].into_iter().flatten().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name| match self.is_open() {
            true => Verb::open(name, Action::Update),
            false => Verb::closed(name, Action::Update, &REMINDER_CLOSED),
        };
        ["complete", "skip"].map(verb).into()
    }

    fn example() -> Json {
        json!({
            "rule_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "asset_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c79",
            "occasion_on": "2026-06-17",
            "remind_on": "2026-05-18"
        })
    }
}

/// A reminder was followed, and so is its task.
///
/// # Errors
/// `reminder_closed`, and as any change.
pub async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReminderId,
    wish: CompleteReminder,
) -> Result<Shown<Reminder>> {
    let (by, result) = ((ctx.now, ctx.actor.user), wish.result.clone());
    let shown = resource::change(tx, ctx, id.uuid(), "completed", |one: &mut Reminder| {
        one.close(ReminderStatus::Done, result, by)
    })
    .await?;
    tasks::fulfil_next(tx, ctx, &[RULE.to_owned()], id.uuid(), wish.result).await?;
    Ok(shown)
}

/// A reminder is not followed, and there is no task of it any more.
///
/// # Errors
/// `reminder_closed`, and as any change.
pub async fn skip(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ReminderId,
    wish: SkipReminder,
) -> Result<Shown<Reminder>> {
    let (by, reason) = ((ctx.now, ctx.actor.user), wish.reason.clone());
    let shown = resource::change(tx, ctx, id.uuid(), "skipped", |one: &mut Reminder| {
        one.close(ReminderStatus::Skipped, Some(reason), by)
    })
    .await?;
    tasks::settle(tx, ctx, RULE, id.uuid(), Some(wish.reason)).await?;
    Ok(shown)
}

/// Ends the reminders of an asset whose occasion is over: it was serviced, its insurance was renewed, it
/// has another owner, or it is not used any more. What is due now is planned by the next run.
pub(crate) async fn follow_asset(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &Asset,
    after: &Asset,
) -> Result<()> {
    let over = before.occasions_over(after);
    if over.is_empty() {
        return Ok(());
    }
    for id in store::open_of_asset(tx, after.meta.id, &over).await? {
        supersede(tx, ctx, id, "The occasion is over.").await?;
    }
    Ok(())
}

/// Ends a reminder, and its task, because there is nothing left to be reminded of.
pub(super) async fn supersede(tx: &mut Tx, ctx: &Ctx, id: ReminderId, why: &str) -> Result<()> {
    let (by, reason) = ((ctx.now, ctx.actor.user), Text::new(why).ok());
    let system = ctx.on_behalf();
    let told = reason.clone();
    resource::change(tx, &system, id.uuid(), "superseded", |one: &mut Reminder| {
        one.close(ReminderStatus::Superseded, told, by)
    })
    .await?;
    tasks::settle(tx, ctx, RULE, id.uuid(), reason).await.map(drop)
}

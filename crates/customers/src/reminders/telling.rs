//! A reminder whose day has come becomes a task, and is done when that is.

use super::{
    Festival, PLANNING, REMINDER, Reminder, ReminderKind, ReminderRule, ReminderStatus,
    service::supersede, store,
};
use crate::{
    contacts::Contact,
    rules::{last_second, line, today},
};
use guanxi_kernel::{Ctx, Language, Line, Result, UserId, Word as _, problem::NOT_FOUND};
use guanxi_storage::{Resource, Tx, resource};
use guanxi_workflow::{
    chores::{self, Chore},
    tasks::{self, Task, TaskStatus, Wanted},
};
use uuid::Uuid;

/// The rule of the tasks.
pub(super) const RULE: &str = "reminder";

/// What the workflow does about reminders.
pub static TELLING: Chore = Chore {
    name: "reminders",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(tell(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(store::put_off(tx, id, to)),
};

/// Has reminders told in time, and follow what becomes of their tasks.
pub fn register() {
    chores::register(&PLANNING);
    chores::register(&TELLING);
    tasks::on_close(RULE, |tx, ctx, task| Box::pin(closed(tx, ctx, task)));
}

/// The record, if it is there still.
async fn there<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Option<R>> {
    match resource::load::<R>(tx, ctx, id).await {
        Err(problem) if problem.is(&NOT_FOUND) => Ok(None),
        found => found.map(Some),
    }
}

/// Makes a task of a reminder, if it is still to be told; whether it was. `ctx` has all rights.
async fn tell(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let Some(reminder) = there::<Reminder>(tx, ctx, id).await? else { return Ok(false) };
    let due = reminder.due_at.is_some_and(|at| at <= ctx.now);
    let Some(owner) = reminder.owner_id.filter(|_| due) else { return Ok(false) };
    if reminder.status != ReminderStatus::Planned {
        return Ok(false);
    }
    let rule = there::<ReminderRule>(tx, ctx, reminder.input.rule_id.uuid()).await?;
    let Some(rule) = rule.filter(|rule| rule.input.active) else {
        supersede(tx, ctx, reminder.meta.id, "The rule is not in use any more.").await?;
        return Ok(true);
    };
    if let Some(contact) = reminder.input.contact_id
        && there::<Contact>(tx, ctx, contact.uuid()).await?.is_none()
    {
        supersede(tx, ctx, reminder.meta.id, "The contact is gone.").await?;
        return Ok(true);
    }
    let wanted = wanted(ctx, &reminder, &rule, owner)?;
    tasks::ensure(tx, ctx, wanted).await?;
    let told = |one: &mut Reminder| {
        one.status = ReminderStatus::Told;
        Ok(())
    };
    resource::change::<Reminder>(tx, ctx, id, "told", told).await?;
    Ok(true)
}

fn wanted(
    ctx: &Ctx,
    reminder: &Reminder,
    rule: &ReminderRule,
    owner: UserId,
) -> Result<Wanted<'static>> {
    // What should have been long ago is to be done today.
    let by = reminder.input.occasion_on.max(today(ctx));
    Ok(Wanted {
        rule: RULE,
        subject: (&REMINDER, reminder.meta.id.uuid()),
        title: title(ctx.language, reminder, rule.input.festival)?,
        kind: rule.input.task_kind.clone(),
        owner,
        due_at: Some(last_second(ctx, by)),
        occasion: None,
    })
}

/// What the task is called, in the language of whoever gets it.
fn title(language: Language, reminder: &Reminder, festival: Option<Festival>) -> Result<Line<200>> {
    let what = match (reminder.kind, language) {
        (ReminderKind::Maintenance, Language::En) => "Service due",
        (ReminderKind::Maintenance, Language::Zh) => "保养提醒",
        (ReminderKind::Insurance, Language::En) => "Insurance ends",
        (ReminderKind::Insurance, Language::Zh) => "续保提醒",
        (ReminderKind::Birthday, Language::En) => "Birthday",
        (ReminderKind::Birthday, Language::Zh) => "生日祝福",
        (ReminderKind::NewUse, Language::En) => "How it is used, bought",
        (ReminderKind::NewUse, Language::Zh) => "新车使用关怀",
        (ReminderKind::ThankYou, Language::En) => "Thank-you letter, bought",
        (ReminderKind::ThankYou, Language::Zh) => "感谢信",
        (ReminderKind::Festival, language) => {
            festival.map_or("…", |festival| festival.label(language))
        }
    };
    let about = reminder.about.as_deref().unwrap_or("…");
    line(&format!("{what} {}: {about}", reminder.input.occasion_on))
}

/// Somebody has closed the task of a reminder.
async fn closed(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let Some(id) = task.input.subject_id else { return Ok(()) };
    let open = there::<Reminder>(tx, ctx, id).await?.filter(Reminder::is_open);
    if open.is_none() {
        return Ok(());
    }
    let (status, verb) = match task.status {
        TaskStatus::Done => (ReminderStatus::Done, "completed"),
        _ => (ReminderStatus::Skipped, "skipped"),
    };
    let (by, result) = ((ctx.now, ctx.actor.user), task.result.clone());
    let close = |one: &mut Reminder| one.close(status, result, by);
    resource::change::<Reminder>(tx, ctx, id, verb, close).await.map(drop)
}

//! A contact is a task of somebody from its day on, and is done when that is.

use super::{CARE_CONTACT, CareContact, CareContactStatus, store};
use crate::rules::line;
use guanxi_kernel::{Ctx, Result, Word as _, problem::NOT_FOUND};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::{
    chores::{self, Chore},
    tasks::{self, Task, TaskStatus, Wanted},
};
use uuid::Uuid;

/// The rule of the tasks.
pub(super) const RULE: &str = "care_contact";

/// What the workflow does about care contacts.
pub static TELLING: Chore = Chore {
    name: "care_contacts",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(tell(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(store::put_off(tx, id, to)),
};

/// Has contacts planned and told in time, and follow what becomes of their tasks.
pub fn register() {
    chores::register(&crate::care_plans::PLANNING);
    chores::register(&TELLING);
    tasks::on_close(RULE, |tx, ctx, task| Box::pin(closed(tx, ctx, task)));
}

/// The contact, if it is there still.
async fn there(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Option<CareContact>> {
    match resource::load::<CareContact>(tx, ctx, id).await {
        Err(problem) if problem.is(&NOT_FOUND) => Ok(None),
        found => found.map(Some),
    }
}

/// Opens a contact, which makes its task, if it is still planned; whether it was. `ctx` has all rights.
async fn tell(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let Some(contact) = there(tx, ctx, id).await? else { return Ok(false) };
    let due = contact.tell_at.is_some_and(|at| at <= ctx.now);
    if !due || contact.status != CareContactStatus::Planned {
        return Ok(false);
    }
    let open = |one: &mut CareContact| {
        one.status = CareContactStatus::Open;
        Ok(())
    };
    resource::change::<CareContact>(tx, ctx, id, "told", open).await?;
    Ok(true)
}

/// Brings the task of an open contact to what the contact says now.
pub(super) async fn ensure(tx: &mut Tx, ctx: &Ctx, one: &CareContact) -> Result<()> {
    let Some(owner) = one.input.owner_id else { return Ok(()) };
    let purpose = one.input.purpose.label(ctx.language);
    let wanted = Wanted {
        rule: RULE,
        subject: (&CARE_CONTACT, one.meta.id.uuid()),
        title: line(&format!("{purpose}: {}", one.input.subject))?,
        kind: one.input.task_kind.clone(),
        owner,
        due_at: one.input.due_at,
        occasion: None,
    };
    tasks::ensure(tx, ctx, wanted).await.map(drop)
}

/// Somebody has closed the task of a contact.
async fn closed(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let Some(id) = task.input.subject_id else { return Ok(()) };
    let open = there(tx, ctx, id).await?.filter(CareContact::is_open);
    if open.is_none() {
        return Ok(());
    }
    let (by, result) = ((ctx.now, ctx.actor.user), task.result.clone());
    let done = task.status == TaskStatus::Done;
    let close = |one: &mut CareContact| match done {
        true => one.complete(result, by),
        false => one.close(CareContactStatus::Skipped, result, by),
    };
    let verb = if done { "completed" } else { "skipped" };
    resource::change::<CareContact>(tx, ctx, id, verb, close).await.map(drop)
}

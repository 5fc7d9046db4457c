//! What is done with a phone call, and the tasks that follow one of a customer.

use super::{
    ClosePhoneCall, MissPhoneCall, PHONE_CALL, PhoneCall, PhoneCallId, RatePhoneCall, TakeCallStep,
    moves::USUAL,
};
use crate::rules::{line, today};
use chrono::{DateTime, Utc};
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Result, Text,
    problem::{NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use guanxi_workflow::tasks::{self, Task, TaskStatus, Wanted};

/// The rule of the tasks to reply by mail.
pub const MAIL_REPLY: &str = "call_mail_reply";

/// The rule of the tasks to call back.
pub const FOLLOW_UP: &str = "call_follow_up";

/// They begin to speak.
///
/// # Errors
/// `phone_call_state`, and as any change.
pub async fn answer(tx: &mut Tx, ctx: &Ctx, id: PhoneCallId) -> Result<Shown<PhoneCall>> {
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "answered", |one: &mut PhoneCall| one.answer(now)).await
}

/// They have not spoken.
///
/// # Errors
/// `phone_call_state`, `unknown_value`, and as any change.
pub async fn miss(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    wish: MissPhoneCall,
) -> Result<Shown<PhoneCall>> {
    let now = ctx.now;
    let miss = |one: &mut PhoneCall| one.miss(wish.result, now);
    resource::change(tx, ctx, id.uuid(), "missed", miss).await
}

/// They have spoken. After a call of a customer, whoever has taken it has two tasks: to reply by mail, and to
/// call back.
///
/// # Errors
/// `phone_call_state`, `unknown_value`, `out_of_range`, and as any change.
pub async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    wish: ClosePhoneCall,
) -> Result<Shown<PhoneCall>> {
    let (now, rules) = (ctx.now, ctx.settings.preferences.calls.unwrap_or(USUAL));
    let close = |one: &mut PhoneCall| one.close(wish, (now, today(ctx)), rules);
    let shown = resource::change(tx, ctx, id.uuid(), "closed", close).await?;
    for step in steps(&shown.record) {
        let occasion = step.2.map(|due| due.to_rfc3339());
        want(tx, ctx, &shown.record, step, occasion).await?;
    }
    Ok(shown)
}

/// A step of a call that is still to be done: the rule of its task, what it is, and by when.
type Step = (&'static str, &'static str, Option<DateTime<Utc>>);

/// What has to follow a call and has not.
fn steps(call: &PhoneCall) -> Vec<Step> {
    let all = [
        (call.replied_at, (MAIL_REPLY, "Reply by mail", call.reply_due_at)),
        (call.followed_up_at, (FOLLOW_UP, "Call back", call.follow_up_due_at)),
    ];
    all.into_iter().filter(|(done, _)| done.is_none()).map(|(_, step)| step).collect()
}

/// A call was deleted: nothing has to follow any more.
pub(super) async fn forget_steps(tx: &mut Tx, ctx: &Ctx, call: &PhoneCall) -> Result<()> {
    for rule in [MAIL_REPLY, FOLLOW_UP] {
        let why = Some(Text::literal("The call was deleted."));
        tasks::settle(tx, ctx, rule, call.meta.id.uuid(), why).await?;
    }
    Ok(())
}

/// A call was restored: what had to follow has to again.
pub(super) async fn recall_steps(tx: &mut Tx, ctx: &Ctx, call: &PhoneCall) -> Result<()> {
    for step in steps(call) {
        want(tx, ctx, call, step, None).await?;
    }
    Ok(())
}

/// Sees to it that there is a task for a step that is due; with an occasion only if there was none for it before.
async fn want(
    tx: &mut Tx,
    ctx: &Ctx,
    call: &PhoneCall,
    (rule, what, due_at): Step,
    occasion: Option<String>,
) -> Result<()> {
    let (Some(owner), Some(due_at)) = (call.input.owner_id, due_at) else { return Ok(()) };
    let wanted = Wanted {
        rule,
        subject: (&PHONE_CALL, call.meta.id.uuid()),
        title: line(&format!("{what}: {}", &*call.input.subject))?,
        kind: line(if rule == MAIL_REPLY { "mail" } else { "call" })?,
        owner,
        due_at: Some(due_at),
        occasion,
    };
    match tasks::ensure(tx, ctx, wanted).await {
        // The step is due all the same.
        Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => Ok(()),
        done => done.map(drop),
    }
}

/// A reply was mailed; its task is done.
///
/// # Errors
/// `phone_call_state`, and as any change.
pub async fn reply(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    wish: TakeCallStep,
) -> Result<Shown<PhoneCall>> {
    let (now, note) = (ctx.now, wish.note.clone());
    let reply = |one: &mut PhoneCall| one.reply(note, now);
    let shown = resource::change(tx, ctx, id.uuid(), "replied", reply).await?;
    fulfil(tx, ctx, id, MAIL_REPLY, wish.note).await?;
    Ok(shown)
}

/// Somebody has called back; its task is done.
///
/// # Errors
/// `phone_call_state`, also before a reply was mailed, and as any change.
pub async fn follow_up(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    wish: TakeCallStep,
) -> Result<Shown<PhoneCall>> {
    let (now, note) = (ctx.now, wish.note.clone());
    let follow = |one: &mut PhoneCall| one.follow_up(note, now);
    let shown = resource::change(tx, ctx, id.uuid(), "followed_up", follow).await?;
    fulfil(tx, ctx, id, FOLLOW_UP, wish.note).await?;
    Ok(shown)
}

async fn fulfil(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    rule: &str,
    note: Option<Text<2000>>,
) -> Result<()> {
    let result = note.and_then(|note| Text::new(&note).ok());
    tasks::fulfil_next(tx, ctx, &[rule.to_owned()], id.uuid(), result).await.map(drop)
}

/// Whoever has done the task of a step has done the step.
pub(crate) async fn step_done(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let Some(id) = task.input.subject_id.filter(|_| task.status == TaskStatus::Done) else {
        return Ok(());
    };
    let call: PhoneCall = match resource::load(tx, ctx, id).await {
        // It was deleted, or its customer was: nothing has to follow any more.
        Err(gone) if gone.is(&NOT_FOUND) => return Ok(()),
        found => found?,
    };
    let (now, note) = (ctx.now, task.result.as_ref().and_then(|text| note_of(text)));
    match task.rule.as_deref() {
        // A task that was opened again can be done again; the step was done then.
        Some(MAIL_REPLY) if call.replied_at.is_none() => {
            let reply = |one: &mut PhoneCall| one.reply(note, now);
            resource::change(tx, ctx, id, "replied", reply).await.map(drop)
        }
        Some(FOLLOW_UP) if call.followed_up_at.is_none() => {
            let follow = |one: &mut PhoneCall| one.follow_up(note, now);
            resource::change(tx, ctx, id, "followed_up", follow).await.map(drop)
        }
        _ => Ok(()),
    }
}

/// As much of a text as a note holds.
fn note_of(text: &str) -> Option<Text<2000>> {
    let note: String = text.chars().take(2000).collect();
    Text::new(&note).ok()
}

/// Somebody who has listened judges how well it was done.
///
/// # Errors
/// `own_phone_call`, `phone_call_state`, and as any change.
pub async fn rate(
    tx: &mut Tx,
    ctx: &Ctx,
    id: PhoneCallId,
    wish: RatePhoneCall,
) -> Result<Shown<PhoneCall>> {
    let (now, by) = (ctx.now, ctx.actor.user);
    let rate = |one: &mut PhoneCall| one.rate(wish, by, now);
    resource::change(tx, ctx, id.uuid(), "rated", rate).await
}

//! Tasks that rules call for: one open task for each rule and record.

use super::{Task, TaskId, TaskInput, TaskMove, TaskSource, TaskStatus, store};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Line, Result, Text, UserId, problem::INTERNAL};
use guanxi_storage::{
    Kind, Meta, Tx,
    kind::Parts as _,
    resource::{self},
};
use std::{collections::BTreeMap, sync::RwLock};
use uuid::Uuid;

/// What a rule calls for.
#[derive(Debug, Clone)]
pub struct Wanted<'a> {
    /// The code of the rule, e.g. `opportunity_review`.
    pub rule: &'a str,
    /// The record that calls for it.
    pub subject: (&'static Kind, Uuid),
    /// What is to be done.
    pub title: Line<200>,
    /// What sort of task it is.
    pub kind: Line<60>,
    /// Who has to do it.
    pub owner: UserId,
    /// By when.
    pub due_at: Option<DateTime<Utc>>,
    /// What the rule is reminded by, e.g. a date: for the same there is no second task once the first
    /// one was closed. Without one a closed task is followed by another.
    pub occasion: Option<String>,
}

/// What follows when somebody completes or cancels a task of a rule, in the same transaction and with
/// all rights, e.g. the next one of a series.
pub type Closed = for<'a> fn(&'a mut Tx, &'a Ctx, &'a Task) -> BoxFuture<'a, Result<()>>;

static CLOSED: RwLock<BTreeMap<&'static str, Closed>> = RwLock::new(BTreeMap::new());

/// Says what follows when a task of that rule is closed by somebody.
pub fn on_close(rule: &'static str, closed: Closed) {
    let mut known = CLOSED.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.insert(rule, closed);
}

/// Calls those who wait for it.
pub(super) async fn closed(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    let known = |rule: &String| {
        let known = CLOSED.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        known.get(rule.as_str()).copied()
    };
    match task.rule.as_ref().and_then(known) {
        Some(closed) => closed(tx, &ctx.on_behalf(), task).await,
        None => Ok(()),
    }
}

/// Sees to it that there is the task: makes it, or moves an open one to the new time, title and owner.
/// `None` if it was done for the same occasion before. No right on tasks is needed.
///
/// # Errors
/// `inactive_owner`, and those of the store.
pub async fn ensure(tx: &mut Tx, ctx: &Ctx, wanted: Wanted<'_>) -> Result<Option<Task>> {
    ensure_with(tx, ctx, wanted, None).await
}

/// The same with what its owner must know. An open task keeps its note.
///
/// # Errors
/// As [`ensure`].
pub async fn ensure_with(
    tx: &mut Tx,
    ctx: &Ctx,
    wanted: Wanted<'_>,
    note: Option<Text<4000>>,
) -> Result<Option<Task>> {
    let system = ctx.on_behalf();
    let (kind, subject) = wanted.subject;
    if let Some(open) = store::open(tx, wanted.rule, subject).await? {
        let change = |task: &mut Task| {
            task.input.title = wanted.title;
            task.input.owner_id = Some(wanted.owner);
            task.input.due_at = wanted.due_at;
            task.occasion = wanted.occasion;
            Ok(())
        };
        let shown = resource::change::<Task>(tx, &system, open.uuid(), "updated", change).await?;
        return Ok(Some(shown.record));
    }
    if let Some(occasion) = &wanted.occasion
        && store::had(tx, wanted.rule, subject, occasion).await?
    {
        return Ok(None);
    }
    let subject_type = Line::new(kind.name).map_err(|error| INTERNAL.problem().because(error))?;
    let input = TaskInput {
        title: wanted.title,
        kind: wanted.kind,
        subject_type: Some(subject_type),
        subject_id: Some(subject),
        owner_id: Some(wanted.owner),
        due_at: wanted.due_at,
        note,
    };
    let mut task = Task::assemble(Meta::new(ctx), input);
    task.source = TaskSource::Rule;
    (task.rule, task.occasion) = (Some(wanted.rule.to_owned()), wanted.occasion);
    resource::insert(tx, &system, task, "created").await.map(|shown| Some(shown.record))
}

/// What one of these rules has called for about a record was done: of several open tasks the one that
/// is due first; whether there was any.
///
/// # Errors
/// Those of the store.
pub async fn fulfil_next(
    tx: &mut Tx,
    ctx: &Ctx,
    rules: &[String],
    subject: Uuid,
    result: Option<Text<4000>>,
) -> Result<bool> {
    let Some(open) = store::next_of(tx, rules, subject).await? else { return Ok(false) };
    close(tx, ctx, open, (TaskMove::Complete, "completed"), result).await
}

/// Somebody has tried to do a task, e.g. by a call; the first time counts, and only while it is open.
///
/// # Errors
/// Those of the store.
pub async fn attempted(tx: &mut Tx, ctx: &Ctx, task: TaskId, at: DateTime<Utc>) -> Result<()> {
    let tried = |task: &mut Task| {
        if task.status == TaskStatus::Open {
            task.attempted_at.get_or_insert(at);
        }
        Ok(())
    };
    let system = ctx.on_behalf();
    resource::change::<Task>(tx, &system, task.uuid(), "updated", tried).await.map(drop)
}

/// The same of the open task of a rule about a record, if there is one.
///
/// # Errors
/// Those of the store.
pub async fn attempted_of(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &str,
    subject: Uuid,
    at: DateTime<Utc>,
) -> Result<()> {
    match store::open(tx, rule, subject).await? {
        Some(open) => attempted(tx, ctx, open, at).await,
        None => Ok(()),
    }
}

/// The record does not call for the task any more; whether there was one.
///
/// # Errors
/// Those of the store.
pub async fn settle(
    tx: &mut Tx,
    ctx: &Ctx,
    rule: &str,
    subject: Uuid,
    why: Option<Text<4000>>,
) -> Result<bool> {
    let Some(open) = store::open(tx, rule, subject).await? else { return Ok(false) };
    close(tx, ctx, open, (TaskMove::Cancel, "settled"), why).await
}

async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    open: TaskId,
    (how, verb): (TaskMove, &'static str),
    result: Option<Text<4000>>,
) -> Result<bool> {
    let (system, now) = (ctx.on_behalf(), ctx.now);
    let close = |task: &mut Task| task.go(how, result, now);
    resource::change::<Task>(tx, &system, open.uuid(), verb, close).await?;
    Ok(true)
}

//! A run from its beginning to its end.

use super::{
    DEEPEST, WORKFLOW_RUN, WorkflowOutcome, WorkflowResult, WorkflowRun, WorkflowRunId,
    WorkflowRunInput, WorkflowRunStatus,
    acting::{act, told},
    source,
    store::{self, Progress},
};
use crate::workflows::{self, WorkflowId, table_named};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Ctx, Line, Result, UserId,
    problem::{INTERNAL, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Meta, Tx, kind::Parts as _};
use uuid::Uuid;

/// What begins.
pub(crate) struct Begun<'a> {
    /// The workflow.
    pub(crate) workflow: WorkflowId,
    /// Its edition.
    pub(crate) edition: i64,
    /// In whose name it acts.
    pub(crate) author: UserId,
    /// How long the first step waits.
    pub(crate) wait_hours: i64,
    /// The record.
    pub(crate) record: (&'static Kind, Uuid),
    /// What it begins for.
    pub(crate) occasion: &'a str,
    /// The kind of the event, if it is one.
    pub(crate) event: Option<&'a str>,
    /// How many workflows had begun each other before this one.
    pub(crate) depth: i64,
}

/// Begins a run; nothing happens if there is one for the same occasion. One that stands too deep is only
/// noted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn begin(tx: &mut Tx, ctx: &Ctx, begun: &Begun<'_>) -> Result<()> {
    let (kind, record_id) = begun.record;
    let unfit = |error| INTERNAL.problem().because(error);
    let input = WorkflowRunInput {
        workflow_id: begun.workflow,
        edition: begun.edition,
        record_type: Line::new(kind.name).map_err(unfit)?,
        record_id,
        occasion: Line::new(begun.occasion).map_err(unfit)?,
    };
    let mut run = WorkflowRun::assemble(Meta::new(ctx), input);
    run.event_kind = begun.event.map(str::to_owned);
    run.author_id = Some(begun.author);
    run.depth = begun.depth;
    if begun.depth > DEEPEST {
        (run.status, run.finished_at) = (WorkflowRunStatus::Stopped, Some(ctx.now));
    } else {
        run.due_at = Some(after(ctx.now, begun.wait_hours));
    }
    store::insert(tx, &WORKFLOW_RUN, &run).await
}

/// The instant so many hours later.
fn after(now: DateTime<Utc>, hours: i64) -> DateTime<Utc> {
    let wait = TimeDelta::try_hours(hours).unwrap_or_default();
    now.checked_add_signed(wait).unwrap_or(now)
}

/// Does the steps of a run whose time has come, if it is still due; whether it was.
///
/// What a step wrote is taken back if the rules refuse it; what those before it wrote stays.
///
/// # Errors
/// Those of the store; nothing was done then.
pub(crate) async fn step(tx: &mut Tx, ctx: &Ctx, id: WorkflowRunId) -> Result<bool> {
    let Some(run) = store::running(tx, id, ctx.now).await? else { return Ok(false) };
    let mut progress = Progress { next_step: run.next_step, outcomes: run.outcomes.0, end: None };
    let mut due_at = Some(ctx.now);
    let definition = workflows::edition(tx, run.workflow_id, run.edition).await?;
    let definition = definition.filter(|_| !run.gone);
    let Some(definition) = definition else {
        progress.end = Some(WorkflowRunStatus::Stopped);
        store::keep(tx, id, &progress, None, ctx.now).await?;
        return Ok(true);
    };
    let author = workflows::author(tx, ctx, run.author_id, source(id)).await?;
    let table = table_named(&definition.resource);
    while progress.end.is_none() && due_at == Some(ctx.now) {
        let at = usize::try_from(progress.next_step).unwrap_or(usize::MAX);
        let Some(one) = definition.steps.get(at) else {
            progress.end = Some(WorkflowRunStatus::Done);
            break;
        };
        tx.begin_part().await?;
        let done = match table {
            Some(table) => act(tx, &author, one, table.kind, run.record_id).await,
            None => Err(UNKNOWN_REFERENCE.problem()),
        };
        let mut outcome = WorkflowOutcome {
            step: progress.next_step,
            kind: one.kind,
            result: WorkflowResult::Done,
            at: ctx.now,
            record_type: None,
            record_id: None,
            fields: Vec::new(),
            code: None,
            detail: None,
        };
        match tx.end_part(done).await? {
            Ok(effect) => {
                if effect.unchanged {
                    outcome.result = WorkflowResult::Unchanged;
                }
                let made = effect.record.map(|(kind, id)| (kind.name.to_owned(), id));
                (outcome.record_type, outcome.record_id) = made.unzip();
                outcome.fields = effect.changes.into_iter().map(|(field, ..)| field).collect();
            }
            Err(problem) => {
                let (code, detail) = told(&problem);
                outcome.result = WorkflowResult::Refused;
                (outcome.code, outcome.detail) = (Some(code), Some(detail));
                progress.end = Some(WorkflowRunStatus::Failed);
            }
        }
        progress.outcomes.push(outcome);
        if progress.end.is_none() {
            progress.next_step += 1;
            let wait = definition.steps.get(at + 1).map_or(0, |next| next.wait_hours);
            due_at = Some(after(ctx.now, wait));
        }
    }
    let due_at = due_at.filter(|_| progress.end.is_none());
    store::keep(tx, id, &progress, due_at, ctx.now).await?;
    Ok(true)
}

//! Runs in the store. Nothing is decided here.

use super::{WorkflowOutcome, WorkflowRun, WorkflowRunId, WorkflowRunStatus};
use crate::workflows::WorkflowId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Kind, Record as _, Sql, Tx, expansion::Json, record, sql};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How often the program may fail at a step before the run has failed.
const TRIES: i64 = 5;

/// Stores a new run; there is one for each record and occasion of a workflow.
pub(super) async fn insert(tx: &mut Tx, kind: &Kind, run: &WorkflowRun) -> Result<()> {
    let mut values = Vec::new();
    run.write(&mut values);
    let mut insert = Sql::fixed(kind.shape.insert, values);
    insert.push(" ON CONFLICT (tenant_id, workflow_id, record_id, occasion) DO NOTHING");
    tx.execute(insert).await.map(drop)
}

/// How deep these runs stand.
///
/// # Errors
/// Those of the store.
pub(crate) async fn depths(tx: &mut Tx, runs: BTreeSet<Uuid>) -> Result<BTreeMap<Uuid, i64>> {
    if runs.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut select =
        Sql::new("SELECT id, depth FROM workflow_runs WHERE tenant_id = $1 AND id IN ");
    select.bind_all(runs);
    Ok(tx.all::<(Uuid, i64)>(select).await?.into_iter().collect())
}

/// The runs of which a step is due now, the longest due first; each with its author.
///
/// # Errors
/// Those of the store.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(WorkflowRunId, UserId)>> {
    let select = sql!(
        "SELECT id, author_id FROM workflow_runs
         WHERE tenant_id = $1 AND due_at <= $2 ORDER BY due_at, id LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// A run of which a step is due.
#[derive(sqlx::FromRow)]
pub(super) struct Running {
    pub(super) workflow_id: WorkflowId,
    pub(super) edition: i64,
    pub(super) record_id: Uuid,
    pub(super) author_id: UserId,
    pub(super) next_step: i64,
    pub(super) outcomes: Json<Vec<WorkflowOutcome>>,
    /// Whether its workflow was deleted.
    pub(super) gone: bool,
}

/// The run, if a step of it is due.
pub(super) async fn running(
    tx: &mut Tx,
    id: WorkflowRunId,
    now: DateTime<Utc>,
) -> Result<Option<Running>> {
    let select = sql!(
        "SELECT r.workflow_id, r.edition, r.record_id, r.author_id, r.next_step, r.outcomes,
             w.deleted_at IS NOT NULL AS gone
         FROM workflow_runs r
         JOIN workflows w ON w.tenant_id = r.tenant_id AND w.id = r.workflow_id
         WHERE r.tenant_id = $1 AND r.id = $2 AND r.status = 'running' AND r.due_at <= $3",
        id,
        now
    );
    tx.optional(select).await
}

/// How far a run has come.
pub(super) struct Progress {
    pub(super) next_step: i64,
    pub(super) outcomes: Vec<WorkflowOutcome>,
    /// How it has ended, if it has.
    pub(super) end: Option<WorkflowRunStatus>,
}

/// Keeps how far a run has come, and when it goes on.
pub(super) async fn keep(
    tx: &mut Tx,
    id: WorkflowRunId,
    progress: &Progress,
    due_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE workflow_runs SET status = $3, next_step = $4, due_at = $5, outcomes = $6,
             finished_at = $7, tries = 0, updated_at = $8, version = version + 1
         WHERE tenant_id = $1 AND id = $2",
        id,
        progress.end.unwrap_or(WorkflowRunStatus::Running),
        progress.next_step,
        due_at,
        record::json(&progress.outcomes),
        progress.end.map(|_| now),
        now
    );
    tx.execute(update).await.map(drop)
}

/// The run is tried again then, and not before others that are due; a few times, and then it has failed.
///
/// # Errors
/// Those of the store.
pub(crate) async fn postpone(tx: &mut Tx, id: WorkflowRunId, to: DateTime<Utc>) -> Result<()> {
    let fail = sql!(
        "UPDATE workflow_runs SET status = 'failed', finished_at = due_at, due_at = NULL,
             tries = tries + 1, version = version + 1
         WHERE tenant_id = $1 AND id = $2 AND status = 'running' AND tries + 1 >= $3",
        id,
        TRIES
    );
    if tx.execute(fail).await? > 0 {
        return Ok(());
    }
    let wait = sql!(
        "UPDATE workflow_runs SET due_at = $3, tries = tries + 1
         WHERE tenant_id = $1 AND id = $2 AND status = 'running'",
        id,
        to
    );
    tx.execute(wait).await.map(drop)
}

/// Removes a bounded number of runs that ended before `old`; how many.
///
/// # Errors
/// Those of the store.
pub(crate) async fn forget(tx: &mut Tx, old: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = sql!(
        "DELETE FROM workflow_runs WHERE tenant_id = $1 AND id IN
             (SELECT id FROM workflow_runs WHERE tenant_id = $1 AND finished_at < $2
              ORDER BY finished_at LIMIT $3)",
        old,
        most
    );
    tx.execute(delete).await
}

//! Workflows, their editions and how far events and dates were read, in the store. Nothing is decided
//! here.

use super::{Workflow, WorkflowDefinition, WorkflowId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, UserId, Word as _};
use guanxi_storage::{Tx, expansion::Json, record, resource, sql};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Workflows that are in use at once, at most.
pub(super) const MOST: i64 = 200;
/// Editions that are shown, the newest.
const SHOWN: i64 = 100;

/// Keeps what was published.
pub(super) async fn add_edition(tx: &mut Tx, ctx: &Ctx, workflow: &Workflow) -> Result<()> {
    let insert = sql!(
        "INSERT INTO workflow_editions
             (tenant_id, workflow_id, edition, trigger_kind, definition, published_at, author_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        workflow.meta.id,
        workflow.edition,
        workflow.input.trigger.kind.word(),
        record::json(&workflow.input.definition()),
        ctx.now,
        ctx.actor.user
    );
    tx.execute(insert).await.map(drop)
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkflowEdition {
    /// Its number.
    pub edition: i64,
    /// What it says.
    pub definition: WorkflowDefinition,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// In whose name it acts.
    pub author_id: UserId,
}

/// The editions of a workflow, the newest first; the newest hundred.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn editions(tx: &mut Tx, ctx: &Ctx, id: WorkflowId) -> Result<Vec<WorkflowEdition>> {
    resource::load::<Workflow>(tx, ctx, id.uuid()).await?;
    type Row = (i64, Json<WorkflowDefinition>, DateTime<Utc>, UserId);
    let select = sql!(
        "SELECT edition, definition, published_at, author_id FROM workflow_editions
         WHERE tenant_id = $1 AND workflow_id = $2 ORDER BY edition DESC LIMIT $3",
        id,
        SHOWN
    );
    let told = |(edition, definition, published_at, author_id): Row| WorkflowEdition {
        edition,
        definition: definition.0,
        published_at,
        author_id,
    };
    Ok(tx.all::<Row>(select).await?.into_iter().map(told).collect())
}

/// What an edition says.
///
/// # Errors
/// Those of the store.
pub(crate) async fn edition(
    tx: &mut Tx,
    id: WorkflowId,
    edition: i64,
) -> Result<Option<WorkflowDefinition>> {
    let select = sql!(
        "SELECT definition FROM workflow_editions
         WHERE tenant_id = $1 AND workflow_id = $2 AND edition = $3",
        id,
        edition
    );
    let found = tx.optional::<(Json<WorkflowDefinition>,)>(select).await?;
    Ok(found.map(|(definition,)| definition.0))
}

/// How many workflows are in use.
pub(super) async fn published(tx: &mut Tx) -> Result<i64> {
    let select = sql!(
        "SELECT COUNT(*) FROM workflows
         WHERE tenant_id = $1 AND status = 'published' AND deleted_at IS NULL"
    );
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

/// The workflows in use that act in the name of that user.
pub(super) async fn published_by(tx: &mut Tx, user: UserId) -> Result<Vec<WorkflowId>> {
    let select = sql!(
        "SELECT id FROM workflows WHERE tenant_id = $1 AND author_id = $2
             AND status = 'published' AND deleted_at IS NULL ORDER BY id",
        user
    );
    Ok(tx.all::<(WorkflowId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// A workflow in use, with its edition.
#[derive(sqlx::FromRow)]
pub(super) struct Live {
    pub(super) id: WorkflowId,
    pub(super) edition: i64,
    pub(super) author_id: UserId,
    pub(super) definition: Json<WorkflowDefinition>,
    /// The position of the event by which it was put into use; none while that is not sealed.
    pub(super) since: Option<i64>,
}

/// The workflows in use that wait for events.
pub(super) async fn listeners(tx: &mut Tx) -> Result<Vec<Live>> {
    let select = sql!(
        "SELECT w.id, w.edition, e.author_id, e.definition,
             (SELECT c.position FROM events v
              JOIN event_chain c ON c.tenant_id = v.tenant_id AND c.seq = v.seq
              WHERE v.tenant_id = w.tenant_id AND v.subject_id = w.id
                  AND v.version = w.active_since) AS since
         FROM workflows w
         JOIN workflow_editions e ON e.tenant_id = w.tenant_id AND e.workflow_id = w.id
             AND e.edition = w.edition AND e.trigger_kind = 'event'
         WHERE w.tenant_id = $1 AND w.status = 'published' AND w.deleted_at IS NULL
         ORDER BY w.id LIMIT $2",
        MOST
    );
    tx.all(select).await
}

/// Whether there are any.
pub(super) async fn listens(tx: &mut Tx) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM workflows w
         JOIN workflow_editions e ON e.tenant_id = w.tenant_id AND e.workflow_id = w.id
             AND e.edition = w.edition AND e.trigger_kind = 'event'
         WHERE w.tenant_id = $1 AND w.status = 'published' AND w.deleted_at IS NULL LIMIT 1"
    );
    tx.exists(select).await
}

/// The one that waits for a date, if it is in use.
pub(super) async fn dated(tx: &mut Tx, id: WorkflowId) -> Result<Option<Live>> {
    let select = sql!(
        "SELECT w.id, w.edition, e.author_id, e.definition, CAST(NULL AS BIGINT) AS since
         FROM workflows w
         JOIN workflow_editions e ON e.tenant_id = w.tenant_id AND e.workflow_id = w.id
             AND e.edition = w.edition AND e.trigger_kind = 'date'
         WHERE w.tenant_id = $1 AND w.id = $2 AND w.status = 'published'
             AND w.deleted_at IS NULL",
        id
    );
    tx.optional(select).await
}

/// An event, as far as workflows hear of it.
#[derive(sqlx::FromRow)]
pub(super) struct Heard {
    pub(super) position: i64,
    pub(super) kind: String,
    pub(super) subject_id: Uuid,
    pub(super) source: String,
    pub(super) changed: String,
}

/// The sealed events behind a position, up to another one.
pub(super) async fn heard(tx: &mut Tx, after: i64, end: i64, most: i64) -> Result<Vec<Heard>> {
    let select = sql!(
        "SELECT c.position, e.kind, e.subject_id, e.source, e.changed
         FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
         WHERE c.tenant_id = $1 AND c.position > $2 AND c.position <= $3
         ORDER BY c.position LIMIT $4",
        after,
        end,
        most
    );
    tx.all(select).await
}

/// How far events have been read.
pub(super) async fn cursor(tx: &mut Tx) -> Result<Option<i64>> {
    let select = sql!("SELECT position FROM workflow_cursors WHERE tenant_id = $1");
    Ok(tx.optional::<(i64,)>(select).await?.map(|row| row.0))
}

/// The same, kept from others until the transaction ends.
pub(super) async fn lock_cursor(tx: &mut Tx) -> Result<i64> {
    tx.execute(sql!(
        "INSERT INTO workflow_cursors (tenant_id, position) VALUES ($1, 0)
         ON CONFLICT (tenant_id) DO NOTHING"
    ))
    .await?;
    let mut select = sql!("SELECT position FROM workflow_cursors WHERE tenant_id = $1");
    select.push(tx.for_update());
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

/// Events have been read up to there.
pub(super) async fn move_cursor(tx: &mut Tx, position: i64) -> Result<()> {
    let update = sql!("UPDATE workflow_cursors SET position = $2 WHERE tenant_id = $1", position);
    tx.execute(update).await.map(drop)
}

/// Looks for dates from the first record on.
pub(super) async fn begin_pass(tx: &mut Tx, id: WorkflowId, now: DateTime<Utc>) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO workflow_passes (tenant_id, workflow_id, due_at, cursor)
         VALUES ($1, $2, $3, NULL)
         ON CONFLICT (tenant_id, workflow_id) DO UPDATE SET due_at = $3, cursor = NULL",
        id,
        now
    );
    tx.execute(upsert).await.map(drop)
}

/// Looks for no dates any more.
pub(super) async fn end_pass(tx: &mut Tx, id: WorkflowId) -> Result<()> {
    let delete = sql!("DELETE FROM workflow_passes WHERE tenant_id = $1 AND workflow_id = $2", id);
    tx.execute(delete).await.map(drop)
}

/// The workflows whose dates are to be looked for now, with their authors.
///
/// # Errors
/// Those of the store.
pub(crate) async fn due_passes(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(WorkflowId, UserId)>> {
    let select = sql!(
        "SELECT p.workflow_id, w.created_by FROM workflow_passes p
         JOIN workflows w ON w.tenant_id = p.tenant_id AND w.id = p.workflow_id
         WHERE p.tenant_id = $1 AND p.due_at <= $2 ORDER BY p.due_at, p.workflow_id LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// Behind which record the search goes on, if it is due.
pub(super) async fn pass_of(
    tx: &mut Tx,
    id: WorkflowId,
    now: DateTime<Utc>,
) -> Result<Option<Option<String>>> {
    let select = sql!(
        "SELECT cursor FROM workflow_passes
         WHERE tenant_id = $1 AND workflow_id = $2 AND due_at <= $3",
        id,
        now
    );
    Ok(tx.optional::<(Option<String>,)>(select).await?.map(|row| row.0))
}

/// The search goes on there, then.
pub(super) async fn go_on(
    tx: &mut Tx,
    id: WorkflowId,
    cursor: Option<String>,
    due_at: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE workflow_passes SET cursor = $3, due_at = $4
         WHERE tenant_id = $1 AND workflow_id = $2",
        id,
        cursor,
        due_at
    );
    tx.execute(update).await.map(drop)
}

/// The search is tried again then, and not before others that are due.
///
/// # Errors
/// Those of the store.
pub(crate) async fn postpone_pass(tx: &mut Tx, id: WorkflowId, to: DateTime<Utc>) -> Result<()> {
    let update = sql!(
        "UPDATE workflow_passes SET due_at = $3 WHERE tenant_id = $1 AND workflow_id = $2",
        id,
        to
    );
    tx.execute(update).await.map(drop)
}

//! How far rules have been worked through. Nothing is decided here.

use super::TaskRuleId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// Where the pass of a rule goes on.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Run {
    /// Whether it walks over open tasks already.
    pub(super) checking: bool,
    /// Behind which record.
    pub(super) cursor: Option<String>,
}

/// Begins a pass from its start.
pub(super) async fn begin(tx: &mut Tx, rule: TaskRuleId, now: DateTime<Utc>) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO task_rule_runs (tenant_id, rule_id, due_at, checking, cursor, steps)
         VALUES ($1, $2, $3, FALSE, NULL, 0)
         ON CONFLICT (tenant_id, rule_id) DO UPDATE SET due_at = $3, checking = FALSE, cursor = NULL",
        rule,
        now
    );
    tx.execute(upsert).await.map(drop)
}

/// The rules that are due, with who has made them.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(TaskRuleId, UserId)>> {
    let select = sql!(
        "SELECT r.rule_id, t.created_by FROM task_rule_runs r
         JOIN task_rules t ON t.tenant_id = r.tenant_id AND t.id = r.rule_id
         WHERE r.tenant_id = $1 AND r.due_at <= $2 ORDER BY r.due_at LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// The pass of a rule, if it is due.
pub(super) async fn run(tx: &mut Tx, rule: TaskRuleId, now: DateTime<Utc>) -> Result<Option<Run>> {
    let select = sql!(
        "SELECT checking, cursor FROM task_rule_runs
         WHERE tenant_id = $1 AND rule_id = $2 AND due_at <= $3",
        rule,
        now
    );
    tx.optional(select).await
}

/// The pass goes on there, then.
pub(super) async fn go_on(
    tx: &mut Tx,
    rule: TaskRuleId,
    run: &Run,
    due_at: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE task_rule_runs SET checking = $3, cursor = $4, due_at = $5, steps = steps + 1
         WHERE tenant_id = $1 AND rule_id = $2",
        rule,
        run.checking,
        run.cursor.clone(),
        due_at
    );
    tx.execute(update).await.map(drop)
}

/// The rule is looked at again then, and not before others that are due.
pub(crate) async fn postpone(tx: &mut Tx, rule: TaskRuleId, to: DateTime<Utc>) -> Result<()> {
    let update = sql!(
        "UPDATE task_rule_runs SET due_at = $3 WHERE tenant_id = $1 AND rule_id = $2",
        rule,
        to
    );
    tx.execute(update).await.map(drop)
}

/// There is nothing left to do for the rule.
pub(super) async fn end(tx: &mut Tx, rule: TaskRuleId) -> Result<()> {
    let delete = sql!("DELETE FROM task_rule_runs WHERE tenant_id = $1 AND rule_id = $2", rule);
    tx.execute(delete).await.map(drop)
}

/// When something last happened to a record or to what concerns it, tasks and approvals aside.
pub(super) async fn last_event(tx: &mut Tx, record: Uuid) -> Result<Option<DateTime<Utc>>> {
    let select = sql!(
        "SELECT e.occurred_at FROM event_links l
         JOIN events e ON e.tenant_id = l.tenant_id AND e.seq = l.seq
         WHERE l.tenant_id = $1 AND l.record_id = $2
             AND e.subject_type NOT IN ('task', 'approval', 'notification')
         ORDER BY l.seq DESC LIMIT 1",
        record
    );
    Ok(tx.optional::<(DateTime<Utc>,)>(select).await?.map(|row| row.0))
}

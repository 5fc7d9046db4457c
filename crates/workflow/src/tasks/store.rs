//! Tasks in the store, beyond what every resource has. Nothing is decided here.

use super::{Task, TaskId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The open task of a rule about a record.
pub(crate) async fn open(tx: &mut Tx, rule: &str, subject: Uuid) -> Result<Option<TaskId>> {
    let select = sql!(
        "SELECT id FROM tasks WHERE tenant_id = $1 AND rule = $2 AND subject_id = $3
             AND status = 'open' AND deleted_at IS NULL",
        rule,
        subject
    );
    Ok(tx.optional::<(TaskId,)>(select).await?.map(|row| row.0))
}

/// How many open tasks each of these users has; nothing for those who have none.
pub(crate) async fn open_numbers(tx: &mut Tx, users: &[UserId]) -> Result<BTreeMap<UserId, i64>> {
    if users.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut select = Sql::new(
        "SELECT owner_id, COUNT(*) FROM tasks
         WHERE tenant_id = $1 AND status = 'open' AND deleted_at IS NULL AND owner_id IN ",
    );
    select.bind_all(users.iter().copied()).push(" GROUP BY owner_id");
    Ok(tx.all::<(UserId, i64)>(select).await?.into_iter().collect())
}

/// Whether a task rule is one whose tasks stay with the owners of their records.
pub(super) async fn is_personal(tx: &mut Tx, rule: Uuid) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM task_rules
         WHERE tenant_id = $1 AND id = $2 AND personal = TRUE",
        rule
    );
    tx.exists(select).await
}

/// The open task of one of these rules about a record that is due first.
pub(super) async fn next_of(
    tx: &mut Tx,
    rules: &[String],
    subject: Uuid,
) -> Result<Option<TaskId>> {
    let mut select = Sql::new("SELECT id FROM tasks WHERE tenant_id = $1 AND subject_id = ");
    select.bind(subject).push(" AND status = 'open' AND deleted_at IS NULL AND rule IN ");
    select.bind_all(rules.iter().cloned()).push(" ORDER BY due_at NULLS LAST, rule, id LIMIT 1");
    Ok(tx.optional::<(TaskId,)>(select).await?.map(|row| row.0))
}

/// Whether the rule has called for something about the record for the same reason.
pub(super) async fn had(tx: &mut Tx, rule: &str, subject: Uuid, occasion: &str) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM tasks WHERE tenant_id = $1 AND rule = $2
             AND subject_id = $3 AND occasion = $4 LIMIT 1",
        rule,
        subject,
        occasion
    );
    tx.exists(select).await
}

/// Records about which a rule has open tasks, behind one of them.
pub(crate) async fn open_of_rule(
    tx: &mut Tx,
    rule: &str,
    after: Option<Uuid>,
    most: i64,
) -> Result<Vec<Uuid>> {
    let mut select = Sql::new("SELECT subject_id FROM tasks WHERE tenant_id = $1 AND rule = ");
    select.bind(rule.to_owned());
    select.push(" AND status = 'open' AND deleted_at IS NULL AND subject_id IS NOT NULL");
    if let Some(after) = after {
        select.push(" AND subject_id > ").bind(after);
    }
    select.push(" ORDER BY subject_id LIMIT ").bind(most);
    Ok(tx.all::<(Uuid,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Keeps that a task was put off; the reason is that of the verb, if it was that.
pub(super) async fn add_carry(tx: &mut Tx, ctx: &Ctx, after: &Task, before: &Task) -> Result<()> {
    let reason = after.carry_reason.clone().filter(|_| after.carried > before.carried);
    let insert = sql!(
        "INSERT INTO task_carries
             (tenant_id, task_id, seq, owner_id, due_at, new_due_at, reason, carried_at, actor)
         VALUES ($1, $2, (SELECT COALESCE(MAX(seq), 0) + 1 FROM task_carries
                 WHERE tenant_id = $1 AND task_id = $2), $3, $4, $5, $6, $7, $8)",
        after.meta.id,
        before.input.owner_id,
        before.input.due_at,
        after.input.due_at,
        reason,
        ctx.now,
        ctx.actor.user
    );
    tx.execute(insert).await.map(drop)
}

/// The open tasks of a user that are due before then, the most urgent first.
///
/// # Errors
/// Those of the store.
pub async fn due_for(
    tx: &mut Tx,
    user: UserId,
    before: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Uuid>> {
    let select = sql!(
        "SELECT id FROM tasks WHERE tenant_id = $1 AND owner_id = $2 AND due_at < $3
             AND status = 'open' AND deleted_at IS NULL ORDER BY due_at, id LIMIT $4",
        user,
        before,
        most
    );
    Ok(tx.all::<(Uuid,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// How many there are.
///
/// # Errors
/// Those of the store.
pub async fn due_number(tx: &mut Tx, user: UserId, before: DateTime<Utc>) -> Result<i64> {
    let select = sql!(
        "SELECT COUNT(*) FROM tasks WHERE tenant_id = $1 AND owner_id = $2 AND due_at < $3
             AND status = 'open' AND deleted_at IS NULL",
        user,
        before
    );
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

//! When rules are looked at, and the tasks that they have called for. Nothing is decided here.

use super::KpiRuleId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// The rule is looked at then.
pub(super) async fn look(tx: &mut Tx, rule: KpiRuleId, at: DateTime<Utc>) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO kpi_rule_looks (tenant_id, rule_id, due_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, rule_id) DO UPDATE SET due_at = $3",
        rule,
        at
    );
    tx.execute(upsert).await.map(drop)
}

/// The rule is not looked at any more.
pub(super) async fn forget(tx: &mut Tx, rule: KpiRuleId) -> Result<()> {
    let delete = sql!("DELETE FROM kpi_rule_looks WHERE tenant_id = $1 AND rule_id = $2", rule);
    tx.execute(delete).await.map(drop)
}

/// The rules that are to be looked at now, with who has made them.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let select = sql!(
        "SELECT l.rule_id, r.created_by FROM kpi_rule_looks l
         JOIN kpi_rules r ON r.tenant_id = l.tenant_id AND r.id = l.rule_id
         WHERE l.tenant_id = $1 AND l.due_at <= $2 ORDER BY l.due_at, l.rule_id LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// Whether it is to be looked at now.
pub(super) async fn is_due(tx: &mut Tx, rule: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM kpi_rule_looks
         WHERE tenant_id = $1 AND rule_id = $2 AND due_at <= $3",
        rule,
        now
    );
    tx.exists(select).await
}

/// The key figures about which a rule has an open task: one at most, unless it was about another one
/// before.
pub(super) async fn open(tx: &mut Tx, rule: &str) -> Result<Vec<Uuid>> {
    let select = sql!(
        "SELECT subject_id FROM tasks WHERE tenant_id = $1 AND rule = $2 AND status = 'open'
             AND deleted_at IS NULL AND subject_id IS NOT NULL ORDER BY subject_id",
        rule
    );
    Ok(tx.all::<(Uuid,)>(select).await?.into_iter().map(|row| row.0).collect())
}

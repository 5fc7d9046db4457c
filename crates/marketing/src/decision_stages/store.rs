//! Stages in the store. Nothing is decided here.

use super::{DecisionStage, DecisionStageId, DecisionStageName};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether another record says in which stage somebody is.
pub(super) async fn has_person(tx: &mut Tx, person: &str, but: DecisionStageId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM decision_stages
         WHERE tenant_id = $1 AND person = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        person,
        but
    );
    tx.exists(sql).await
}

/// Ends the stage in which somebody was.
pub(super) async fn leave(tx: &mut Tx, id: DecisionStageId, now: DateTime<Utc>) -> Result<()> {
    let sql = sql!(
        "UPDATE decision_stage_spans SET left_at = $3
         WHERE tenant_id = $1 AND decision_stage_id = $2 AND left_at IS NULL",
        id,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// Begins a stage, with the version of the record that says so.
pub(super) async fn enter(tx: &mut Tx, of: &DecisionStage, stage: DecisionStageName) -> Result<()> {
    let sql = sql!(
        "INSERT INTO decision_stage_spans (tenant_id, decision_stage_id, version, stage, entered_at)
         VALUES ($1, $2, $3, $4, $5)",
        of.meta.id,
        of.meta.version,
        stage,
        of.entered_at
    );
    tx.execute(sql).await.map(drop)
}

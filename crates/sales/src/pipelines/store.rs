//! Pipelines in the store. Nothing is decided here.

use super::{PipelineId, PipelineStatus};
use crate::stages::StageKind;
use guanxi_kernel::{Currency, Result};
use guanxi_storage::{Tx, expansion::Json, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The kinds that the live stages of a pipeline have, but for one of them.
pub(super) async fn kinds_of_stages(
    tx: &mut Tx,
    id: PipelineId,
    without: Option<Uuid>,
) -> Result<BTreeSet<StageKind>> {
    let sql = sql!(
        "SELECT DISTINCT kind FROM pipeline_stages
         WHERE tenant_id = $1 AND pipeline_id = $2 AND id <> $3 AND deleted_at IS NULL",
        id,
        without.unwrap_or_else(Uuid::nil)
    );
    Ok(tx.all::<(StageKind,)>(sql).await?.into_iter().map(|(kind,)| kind).collect())
}

/// The live pipeline that opportunities are of when they name none.
pub(crate) async fn default_pipeline(tx: &mut Tx) -> Result<Option<PipelineId>> {
    let sql = sql!(
        "SELECT id FROM pipelines
         WHERE tenant_id = $1 AND is_default = TRUE AND deleted_at IS NULL LIMIT 1"
    );
    Ok(tx.optional::<(PipelineId,)>(sql).await?.map(|(id,)| id))
}

/// The statuses of a pipeline.
pub(crate) async fn statuses_of(tx: &mut Tx, id: PipelineId) -> Result<Vec<PipelineStatus>> {
    let sql = sql!("SELECT statuses FROM pipelines WHERE tenant_id = $1 AND id = $2", id);
    let found = tx.optional::<(Json<Vec<PipelineStatus>>,)>(sql).await?;
    Ok(found.map(|(statuses,)| statuses.0).unwrap_or_default())
}

/// Whether there is such a live pipeline.
pub(crate) async fn is_there(tx: &mut Tx, id: PipelineId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM pipelines
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    tx.exists(sql).await
}

/// Whether a pipeline is active.
pub(super) async fn is_active(tx: &mut Tx, id: PipelineId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM pipelines
         WHERE tenant_id = $1 AND id = $2 AND active = TRUE AND deleted_at IS NULL",
        id
    );
    tx.exists(sql).await
}

/// Whether a live opportunity in a pipeline has an amount in another currency than this.
pub(super) async fn has_other_amounts(
    tx: &mut Tx,
    id: PipelineId,
    currency: Currency,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM opportunities WHERE tenant_id = $1 AND pipeline_id = $2
             AND amount_currency <> $3 AND deleted_at IS NULL LIMIT 1",
        id,
        currency.code()
    );
    tx.exists(sql).await
}

/// Whether opportunities are or were in a pipeline.
pub(super) async fn is_used(tx: &mut Tx, id: PipelineId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM opportunities WHERE tenant_id = $1 AND pipeline_id = $2 LIMIT 1",
        id
    );
    tx.exists(sql).await
}

//! Checks in the store. Nothing is decided here.

use super::HealthCheck;
use crate::campaigns::CampaignId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether another live check of the campaign is of the same asset.
pub(super) async fn is_checked(
    tx: &mut Tx,
    campaign: CampaignId,
    one: &HealthCheck,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM health_checks
         WHERE tenant_id = $1 AND campaign_id = $2 AND asset_id = $3 AND id <> $4
             AND deleted_at IS NULL LIMIT 1",
        campaign,
        one.input.asset_id,
        one.meta.id
    );
    tx.exists(sql).await
}

//! Retention cases in the store. Nothing is decided here.

use super::RetentionCaseId;
use crate::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Whether another case of the customer is open.
pub(super) async fn has_open(tx: &mut Tx, party: PartyId, but: RetentionCaseId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM retention_cases WHERE tenant_id = $1 AND party_id = $2
             AND id <> $3 AND status = 'open' AND deleted_at IS NULL LIMIT 1",
        party,
        but
    );
    tx.exists(sql).await
}

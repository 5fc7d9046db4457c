//! Service transfers in the store. Nothing is decided here.

use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// Whether a contract has told its delivery.
pub(super) async fn has_contract(tx: &mut Tx, contract: Uuid) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM service_transfers
         WHERE tenant_id = $1 AND contract_id = $2 AND deleted_at IS NULL LIMIT 1",
        contract
    );
    tx.exists(sql).await
}

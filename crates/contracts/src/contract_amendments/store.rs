//! Amendments in the store. Nothing is decided here.

use super::model::ContractAmendmentId;
use crate::contracts::ContractId;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Tx, sql};

/// Whether another live amendment has the number.
pub(super) async fn has_number(
    tx: &mut Tx,
    number: &Line<40>,
    of: ContractAmendmentId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM contract_amendments
         WHERE tenant_id = $1 AND deleted_at IS NULL AND number = $2 AND id <> $3 LIMIT 1",
        number.clone(),
        of
    );
    tx.exists(sql).await
}

/// Another amendment of that contract that is neither signed nor cancelled.
pub(super) async fn open(
    tx: &mut Tx,
    contract: ContractId,
    but: ContractAmendmentId,
) -> Result<Option<ContractAmendmentId>> {
    let sql = sql!(
        "SELECT id FROM contract_amendments WHERE tenant_id = $1 AND contract_id = $2
             AND closed_at IS NULL AND deleted_at IS NULL AND id <> $3 LIMIT 1",
        contract,
        but
    );
    Ok(tx.optional::<(ContractAmendmentId,)>(sql).await?.map(|(id,)| id))
}

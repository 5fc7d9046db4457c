//! Service holds in the store. Nothing is decided here.

use super::{ServiceHoldId, ServiceHoldStatus};
use crate::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// The hold of a party that is asked for or in force, of which there is one at most.
pub(super) async fn open_of(
    tx: &mut Tx,
    party: PartyId,
) -> Result<Option<(ServiceHoldId, ServiceHoldStatus)>> {
    let sql = sql!(
        "SELECT id, status FROM service_holds WHERE tenant_id = $1 AND party_id = $2
             AND status IN ('requested', 'held') AND deleted_at IS NULL LIMIT 1",
        party
    );
    tx.optional(sql).await
}

/// How many service requests of a party are still to be resolved.
pub(super) async fn open_requests(tx: &mut Tx, party: PartyId) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM service_requests WHERE tenant_id = $1 AND party_id = $2
             AND status IN ('new', 'accepted', 'waiting') AND deleted_at IS NULL",
        party
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

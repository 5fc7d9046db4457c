//! Customer owners in the store. Nothing is decided here.

use super::model::Held;
use crate::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};

/// The owners that a customer has now, of which there is one of each duty at most; nobody else changes them
/// meanwhile.
pub(super) async fn open_of(tx: &mut Tx, party: PartyId) -> Result<Vec<Held>> {
    let mut lock = Sql::new("SELECT CAST(1 AS BIGINT) FROM parties WHERE tenant_id = $1 AND id = ");
    lock.bind(party).push(tx.for_update());
    tx.exists(lock).await?;
    let sql = sql!(
        "SELECT id, duty, user_id, is_primary FROM customer_owners WHERE tenant_id = $1 AND party_id = $2
             AND held_until IS NULL AND deleted_at IS NULL ORDER BY duty",
        party
    );
    tx.all(sql).await
}

/// Whether a customer has ever had an owner.
pub(super) async fn has_any(tx: &mut Tx, party: PartyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM customer_owners WHERE tenant_id = $1 AND party_id = $2 LIMIT 1",
        party
    );
    tx.exists(sql).await
}

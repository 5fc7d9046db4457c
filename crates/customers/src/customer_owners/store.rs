//! Customer owners in the store. Nothing is decided here.

use super::model::{CustomerOwnerId, Held};
use crate::parties::PartyId;
use guanxi_kernel::{Result, UserId};
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

/// The duties that a user has now, `most` at most: each with its customer and what that is called.
///
/// # Errors
/// Those of the store.
pub async fn held_by(
    tx: &mut Tx,
    user: UserId,
    most: usize,
) -> Result<Vec<(CustomerOwnerId, PartyId, String)>> {
    let sql = sql!(
        "SELECT o.id, o.party_id, p.name FROM customer_owners o
         JOIN parties p ON p.tenant_id = o.tenant_id AND p.id = o.party_id AND p.deleted_at IS NULL
         WHERE o.tenant_id = $1 AND o.user_id = $2 AND o.held_until IS NULL AND o.deleted_at IS NULL
         ORDER BY o.created_at, o.id LIMIT $3",
        user,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    tx.all(sql).await
}

//! Phone representatives in the store. Nothing is decided here.

use super::PhoneRepresentativeId;
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};

/// Whether another live representative is that user.
pub(super) async fn has_user(
    tx: &mut Tx,
    user: UserId,
    but: PhoneRepresentativeId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM phone_representatives
         WHERE tenant_id = $1 AND user_id = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        user,
        but
    );
    tx.exists(sql).await
}

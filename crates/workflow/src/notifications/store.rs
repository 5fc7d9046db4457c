//! Notifications in the store, beyond what every resource has.

use super::NotificationId;
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};

/// What a user has not read, the oldest first.
pub(super) async fn unread(tx: &mut Tx, user: UserId, most: i64) -> Result<Vec<NotificationId>> {
    let select = sql!(
        "SELECT id FROM notifications WHERE tenant_id = $1 AND owner_id = $2
             AND read_at IS NULL AND deleted_at IS NULL ORDER BY created_at, id LIMIT $3",
        user,
        most
    );
    Ok(tx.all::<(NotificationId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

//! Definitions in the store, beyond what every resource has. Nothing is decided here.

use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// The active definitions for a type with their conditions, in the order in which they count.
pub(super) async fn active(tx: &mut Tx, document: &str) -> Result<Vec<(Uuid, Option<String>)>> {
    let select = sql!(
        "SELECT id, condition FROM approval_definitions
         WHERE tenant_id = $1 AND document = $2 AND active AND deleted_at IS NULL
         ORDER BY priority, created_at, id",
        document
    );
    tx.all(select).await
}

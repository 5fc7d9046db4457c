//! Causes in the store. Nothing is decided here.

use super::model::{CauseClass, Item, MissedItem, RootCauseId};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// What is known of a task or a step that was not given up.
pub(super) async fn item(tx: &mut Tx, what: MissedItem, id: Uuid) -> Result<Option<Item>> {
    let sql = match what {
        MissedItem::Task => sql!(
            "SELECT u.id AS owner_id, u.org_unit_id, t.due_at, t.closed_at, t.carried > 0 AS put_off
             FROM tasks t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.owner_id
             WHERE t.tenant_id = $1 AND t.id = $2 AND t.status <> 'cancelled'
                 AND t.deleted_at IS NULL",
            id
        ),
        MissedItem::RolloutStep => sql!(
            "SELECT u.id AS owner_id, u.org_unit_id, t.due_at, t.done_at AS closed_at, FALSE AS put_off
             FROM rollout_steps t JOIN users u ON u.tenant_id = t.tenant_id AND u.id = t.owner_id
             WHERE t.tenant_id = $1 AND t.id = $2 AND t.status <> 'dropped'
                 AND t.deleted_at IS NULL",
            id
        ),
    };
    tx.optional(sql).await
}

/// Whether another live cause says that class of the item.
pub(super) async fn is_said(
    tx: &mut Tx,
    subject: Uuid,
    class: CauseClass,
    but: RootCauseId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM root_causes
         WHERE tenant_id = $1 AND subject_id = $2 AND class = $3 AND id <> $4
             AND deleted_at IS NULL LIMIT 1",
        subject,
        class,
        but
    );
    tx.exists(sql).await
}

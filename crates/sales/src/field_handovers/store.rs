//! Hand-overs to field sales in the store. Nothing is decided here.

use super::FieldHandoverId;
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx};

/// Lets these users see the hand-over.
pub(super) async fn involve(
    tx: &mut Tx,
    id: FieldHandoverId,
    users: impl IntoIterator<Item = UserId>,
) -> Result<()> {
    let mut insert =
        Sql::new("INSERT INTO field_handover_people (tenant_id, record_id, user_id) VALUES ");
    let mut before = "";
    for user in users {
        insert.push(before).push("($1, ").bind(id).push(", ").bind(user).push(")");
        before = ", ";
    }
    if before.is_empty() {
        return Ok(());
    }
    insert.push(" ON CONFLICT DO NOTHING");
    tx.execute(insert).await.map(drop)
}

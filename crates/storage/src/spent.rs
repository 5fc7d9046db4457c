//! What callers have spent of their quotas at each node: a row for each node, for the others to read. What it
//! says is between the nodes.

use crate::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::Result;
use uuid::Uuid;

/// When the row of a node that tells nothing any more is removed.
const GONE: TimeDelta = TimeDelta::hours(1);

/// What a node has told last.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Told {
    /// The node.
    pub node_id: Uuid,
    /// What it has told.
    pub spent: String,
}

/// Tells the other nodes in place of what `node` has told before, and removes nodes that are gone.
///
/// # Errors
/// Those of the store.
pub async fn tell(tx: &mut Tx, node: Uuid, spent: &str, now: DateTime<Utc>) -> Result<()> {
    let remove =
        crate::sql!("DELETE FROM spent_quotas WHERE tenant_id = $1 AND told_at < $2", now - GONE);
    tx.execute(remove).await?;
    let upsert = crate::sql!(
        "INSERT INTO spent_quotas (tenant_id, node_id, spent, told_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, node_id)
         DO UPDATE SET spent = excluded.spent, told_at = excluded.told_at",
        node,
        spent,
        now
    );
    tx.execute(upsert).await.map(drop)
}

/// What the other nodes have told after `since`.
///
/// # Errors
/// Those of the store.
pub async fn told(tx: &mut Tx, node: Uuid, since: DateTime<Utc>) -> Result<Vec<Told>> {
    let select = crate::sql!(
        "SELECT node_id, spent FROM spent_quotas
         WHERE tenant_id = $1 AND node_id <> $2 AND told_at > $3",
        node,
        since
    );
    tx.all(select).await
}

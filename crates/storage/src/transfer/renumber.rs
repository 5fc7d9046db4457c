//! Numbers of transactions after PostgreSQL's own dump was restored into another server.
//!
//! Events carry the number of their transaction, and those of the old server may lie in the future of
//! the new one: its next events would come before the end of the chain, and the old ones would count
//! as running. So, before anybody writes, they become transactions of the past, as in a file of a
//! tenant.

use crate::Error;
use sqlx::{Connection as _, Executor as _, PgConnection};

/// Tenants that have events or a head of transactions that this server has not begun.
const FROM_ELSEWHERE: &str = "SELECT t.id FROM tenants t,
         (SELECT CAST(CAST(pg_snapshot_xmax(pg_current_snapshot()) AS TEXT) AS BIGINT) AS next) s
     WHERE EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.id AND e.txid >= s.next)
         OR EXISTS (SELECT 1 FROM event_heads h WHERE h.tenant_id = t.id AND h.txid >= s.next)";

const RENUMBER: [&str; 2] = [
    "UPDATE events e SET txid = CASE WHEN EXISTS (SELECT 1 FROM event_chain c
         WHERE c.tenant_id = e.tenant_id AND c.seq = e.seq) THEN 0 ELSE 1 END
     WHERE e.tenant_id = $1",
    "UPDATE event_heads h SET txid = 0, seq = COALESCE((SELECT MAX(c.seq) FROM event_chain c
         WHERE c.tenant_id = h.tenant_id), 0)
     WHERE h.tenant_id = $1",
];

/// Renumbers what came from another server; how many tenants that was.
pub(crate) async fn renumber(connection: &mut PgConnection) -> Result<usize, Error> {
    let mut tx = connection.begin().await?;
    let found: Vec<(uuid::Uuid,)> = sqlx::query_as(FROM_ELSEWHERE).fetch_all(&mut *tx).await?;
    if found.is_empty() {
        return Ok(0);
    }
    // Nobody writes events or seals them meanwhile.
    tx.execute("LOCK TABLE event_heads, events IN SHARE ROW EXCLUSIVE MODE").await?;
    let found: Vec<(uuid::Uuid,)> = sqlx::query_as(FROM_ELSEWHERE).fetch_all(&mut *tx).await?;
    for (tenant,) in &found {
        for statement in RENUMBER {
            sqlx::query(statement).bind(tenant).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    tracing::warn!(
        tenants = found.len(),
        "events came from another PostgreSQL server; their transactions have been renumbered"
    );
    Ok(found.len())
}

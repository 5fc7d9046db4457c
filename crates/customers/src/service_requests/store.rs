//! Service requests and levels in the store. Nothing is decided here.

use super::{ServiceLevelId, ServicePriority, ServiceRequestKind, levels::key};
use crate::parties::PartyId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// Whether another live level is for the same.
pub(super) async fn has_level(tx: &mut Tx, level: &str, but: ServiceLevelId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM service_levels WHERE tenant_id = $1 AND level_key = $2
             AND id <> $3 AND deleted_at IS NULL",
        level,
        but
    );
    tx.exists(sql).await
}

/// The minutes to the answer and to the solution of such a request: by its own level, else by that of its
/// priority.
pub(super) async fn level(
    tx: &mut Tx,
    priority: ServicePriority,
    kind: ServiceRequestKind,
) -> Result<Option<(i64, i64)>> {
    let sql = sql!(
        "SELECT response_minutes, resolution_minutes FROM service_levels
         WHERE tenant_id = $1 AND level_key IN ($2, $3) AND deleted_at IS NULL
         ORDER BY CASE WHEN level_key = $2 THEN 0 ELSE 1 END LIMIT 1",
        key(priority, Some(kind)),
        key(priority, None)
    );
    tx.optional(sql).await
}

/// Within how many minutes customers of the tier of a party are answered.
pub(super) async fn response_of_tier(tx: &mut Tx, party: PartyId) -> Result<Option<i64>> {
    let sql = sql!(
        "SELECT s.response_minutes FROM parties p
         JOIN service_policies s ON s.tenant_id = $1 AND s.tier = p.tier AND s.deleted_at IS NULL
         WHERE p.tenant_id = $1 AND p.id = $2 AND s.response_minutes IS NOT NULL LIMIT 1",
        party
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map(|(minutes,)| minutes))
}

/// Requests that have become late, each with who works on it.
pub(super) async fn breached(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT id, COALESCE(owner_id, created_by) FROM service_requests
         WHERE tenant_id = $1 AND breach_at < $2 AND deleted_at IS NULL
         ORDER BY breach_at, id LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// A request is looked at again then.
pub(super) async fn look_at(tx: &mut Tx, id: Uuid, at: DateTime<Utc>) -> Result<()> {
    let sql =
        sql!("UPDATE service_requests SET breach_at = $3 WHERE tenant_id = $1 AND id = $2", id, at);
    tx.execute(sql).await.map(drop)
}

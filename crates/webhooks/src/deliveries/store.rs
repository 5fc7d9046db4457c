//! Deliveries in the store, beyond what every resource has. Nothing is decided here.

use super::{Attempt, DELIVERY, DeliveryId, DeliveryStatus, Replay, WebhookDelivery};
use crate::{dispatch::Told, endpoints::EndpointId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Record as _, Sql, Tx, record, sql};
use sqlx::types::Json;
use uuid::Uuid;

/// Columns of [`Told`], without a condition.
const TOLD: &str =
    "SELECT c.position, e.occurred_at, e.kind, e.subject_type, e.subject_id, e.version
     FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
     WHERE c.tenant_id = $1";

/// The sealed events behind `after`, up to `end`, in their order.
pub(crate) async fn told(tx: &mut Tx, after: i64, end: i64, most: i64) -> Result<Vec<Told>> {
    let mut select = Sql::new(TOLD);
    select.push(" AND c.position > ").bind(after).push(" AND c.position <= ").bind(end);
    select.push(" ORDER BY c.position LIMIT ").bind(most);
    tx.all(select).await
}

/// The sealed events of a range that the patterns match, in their order.
pub(super) async fn events(
    tx: &mut Tx,
    range: &Replay,
    patterns: &[Line<100>],
    most: i64,
) -> Result<Vec<Told>> {
    let mut select = Sql::new(TOLD);
    if let Some(first) = range.from_position {
        select.push(" AND c.position >= ").bind(first);
    }
    if let Some(last) = range.to_position {
        select.push(" AND c.position <= ").bind(last);
    }
    if let Some(after) = range.occurred_after {
        select.push(" AND e.occurred_at >= ").bind(after);
    }
    if let Some(before) = range.occurred_before {
        select.push(" AND e.occurred_at < ").bind(before);
    }
    let kinds = patterns.iter().filter_map(|pattern| pattern.strip_suffix(".*"));
    if !patterns.iter().any(|pattern| **pattern == *"*") {
        select.push(" AND (e.kind IN ").bind_all(patterns.iter().map(ToString::to_string));
        select.push(" OR e.subject_type IN ").bind_all(kinds.map(str::to_owned)).push(")");
    }
    select.push(" ORDER BY c.position LIMIT ").bind(most);
    tx.all(select).await
}

/// How far the events have become deliveries.
pub(crate) async fn cursor(tx: &mut Tx) -> Result<Option<i64>> {
    let select = sql!("SELECT position FROM webhook_cursors WHERE tenant_id = $1");
    Ok(tx.optional::<(i64,)>(select).await?.map(|row| row.0))
}

/// The same, kept from others until the transaction ends.
pub(crate) async fn lock_cursor(tx: &mut Tx) -> Result<i64> {
    tx.execute(sql!(
        "INSERT INTO webhook_cursors (tenant_id, position) VALUES ($1, 0)
         ON CONFLICT (tenant_id) DO NOTHING"
    ))
    .await?;
    let mut select = sql!("SELECT position FROM webhook_cursors WHERE tenant_id = $1");
    select.push(tx.for_update());
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

pub(crate) async fn move_cursor(tx: &mut Tx, position: i64) -> Result<()> {
    let update = sql!("UPDATE webhook_cursors SET position = $2 WHERE tenant_id = $1", position);
    tx.execute(update).await.map(drop)
}

/// Stores a new delivery; one of the same event to the same endpoint stays as it is.
pub(crate) async fn insert(tx: &mut Tx, delivery: &WebhookDelivery) -> Result<u64> {
    let mut values = Vec::new();
    delivery.write(&mut values);
    let mut insert = Sql::fixed(DELIVERY.shape.insert, values);
    insert.push(" ON CONFLICT (tenant_id, endpoint_id, position) DO NOTHING");
    tx.execute(insert).await
}

/// Stores a new delivery; one of the same event to the same endpoint is due again.
pub(super) async fn send_again(tx: &mut Tx, delivery: &WebhookDelivery) -> Result<()> {
    let update = sql!(
        "UPDATE webhook_deliveries
         SET status = 'pending', next_attempt_at = $4, tries = 0, lease = NULL,
             leased_until = NULL, version = version + 1, updated_at = $4
         WHERE tenant_id = $1 AND endpoint_id = $2 AND position = $3",
        delivery.input.endpoint_id,
        delivery.input.position,
        delivery.meta.created_at
    );
    if tx.execute(update).await? == 0 {
        insert(tx, delivery).await?;
    }
    Ok(())
}

/// Whether the endpoint was disabled.
pub(super) async fn is_disabled(tx: &mut Tx, id: EndpointId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM webhook_endpoints
         WHERE tenant_id = $1 AND id = $2 AND status = 'disabled'",
        id
    );
    tx.exists(select).await
}

/// Gives up everything that waits for an endpoint.
pub(crate) async fn drop_pending(tx: &mut Tx, id: EndpointId, now: DateTime<Utc>) -> Result<()> {
    let update = sql!(
        "UPDATE webhook_deliveries
         SET status = 'dropped', next_attempt_at = NULL, lease = NULL, leased_until = NULL,
             version = version + 1, updated_at = $3
         WHERE tenant_id = $1 AND endpoint_id = $2 AND status = 'pending'",
        id,
        now
    );
    tx.execute(update).await.map(drop)
}

/// Locks up to `room` deliveries that are due and that nobody is sending.
pub(crate) async fn lock_due(
    tx: &mut Tx,
    id: EndpointId,
    now: DateTime<Utc>,
    room: i64,
) -> Result<Vec<DeliveryId>> {
    let mut select = sql!(
        "SELECT id FROM webhook_deliveries
         WHERE tenant_id = $1 AND endpoint_id = $2 AND status = 'pending'
             AND next_attempt_at <= $3 AND (leased_until IS NULL OR leased_until <= $3)
         ORDER BY next_attempt_at, position LIMIT $4",
        id,
        now,
        room
    );
    select.push(tx.for_update_of_free_rows());
    let rows: Vec<(DeliveryId,)> = tx.all(select).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Nobody else sends the delivery until then.
pub(crate) async fn lease(
    tx: &mut Tx,
    id: DeliveryId,
    lease: Uuid,
    until: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE webhook_deliveries SET lease = $3, leased_until = $4 WHERE tenant_id = $1 AND id = $2",
        id,
        lease,
        until
    );
    tx.execute(update).await.map(drop)
}

/// Locks a delivery that is still leased to `lease`: its tries and attempts.
pub(crate) async fn lock_leased(
    tx: &mut Tx,
    id: DeliveryId,
    lease: Uuid,
) -> Result<Option<(i64, Vec<Attempt>)>> {
    let mut select = sql!(
        "SELECT tries, attempts FROM webhook_deliveries
         WHERE tenant_id = $1 AND id = $2 AND lease = $3",
        id,
        lease
    );
    select.push(tx.for_update());
    let row: Option<(i64, Json<Vec<Attempt>>)> = tx.optional(select).await?;
    Ok(row.map(|(tries, attempts)| (tries, attempts.0)))
}

/// What has become of a delivery; ends its lease.
pub(crate) struct Verdict {
    pub(crate) status: DeliveryStatus,
    pub(crate) next: Option<DateTime<Utc>>,
    pub(crate) tries: i64,
    pub(crate) attempts: Option<Vec<Attempt>>,
}

/// Keeps what has become of a delivery.
pub(crate) async fn settle(
    tx: &mut Tx,
    id: DeliveryId,
    verdict: &Verdict,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut update = Sql::new("UPDATE webhook_deliveries SET version = version + 1, status = ");
    update.bind(verdict.status).push(", next_attempt_at = ").bind(verdict.next);
    update.push(", tries = ").bind(verdict.tries).push(", updated_at = ").bind(now);
    if let Some(attempts) = &verdict.attempts {
        update.push(", attempts = ").bind(record::json(attempts));
    }
    update.push(", lease = NULL, leased_until = NULL WHERE tenant_id = $1 AND id = ").bind(id);
    tx.execute(update).await.map(drop)
}

/// Removes up to `most` deliveries that were made before `old`; how many.
pub(crate) async fn forget(tx: &mut Tx, old: DateTime<Utc>, most: i64) -> Result<u64> {
    tx.execute(sql!(
        "DELETE FROM webhook_deliveries WHERE tenant_id = $1 AND id IN
             (SELECT id FROM webhook_deliveries WHERE tenant_id = $1 AND created_at < $2
              ORDER BY created_at LIMIT $3)",
        old,
        most
    ))
    .await
}

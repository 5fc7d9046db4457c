//! Endpoints in the store, beyond what every resource has. Nothing is decided here.

use super::{EndpointId, EndpointStatus, PayloadKind, Sealed};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, TenantId, UserId};
use guanxi_outbound::Streak;
use guanxi_storage::{Sql, Tx, record::json, sql};
use sqlx::types::Json;
use std::collections::BTreeMap;

/// An endpoint as the dispatcher needs it.
#[derive(sqlx::FromRow)]
pub(crate) struct Listener {
    pub(crate) id: EndpointId,
    pub(crate) owner_id: UserId,
    pub(crate) event_types: Json<Vec<Line<100>>>,
    pub(crate) payload: PayloadKind,
    /// The position of the event by which it was made; it is told of what comes after.
    pub(crate) made_at: Option<i64>,
}

/// The endpoints that are told of what happens, in the order of their ids.
pub(crate) async fn listeners(tx: &mut Tx) -> Result<Vec<Listener>> {
    tx.all(sql!(
        "SELECT w.id, w.owner_id, w.event_types, w.payload,
             (SELECT c.position FROM events e
              JOIN event_chain c ON c.tenant_id = e.tenant_id AND c.seq = e.seq
              WHERE e.tenant_id = w.tenant_id AND e.subject_id = w.id AND e.version = 1) AS made_at
         FROM webhook_endpoints w
         WHERE w.tenant_id = $1 AND w.deleted_at IS NULL AND w.enabled AND w.status <> 'disabled'
         ORDER BY w.id"
    ))
    .await
}

/// The tenants that have endpoints.
pub(crate) async fn tenants(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let select = Sql::new(
        "SELECT t.id FROM tenants t WHERE EXISTS
             (SELECT 1 FROM webhook_endpoints w WHERE w.tenant_id = t.id)
         ORDER BY t.id",
    );
    let rows: Vec<(TenantId,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The endpoints of every tenant for which something is to be sent now.
pub(crate) async fn due(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<(TenantId, EndpointId)>> {
    let select = sql!(
        "SELECT w.tenant_id, w.id FROM webhook_endpoints w
         WHERE w.deleted_at IS NULL AND w.enabled AND w.status = 'active' AND EXISTS
             (SELECT 1 FROM webhook_deliveries d
              WHERE d.tenant_id = w.tenant_id AND d.endpoint_id = w.id AND d.status = 'pending'
                  AND d.next_attempt_at <= $1 AND (d.leased_until IS NULL OR d.leased_until <= $1))
         ORDER BY w.tenant_id, w.id",
        now
    );
    tx.all_untenanted(select).await
}

/// What the last attempts at an endpoint have come to.
#[derive(sqlx::FromRow)]
pub(crate) struct Health {
    pub(crate) status: EndpointStatus,
    failing_since: Option<DateTime<Utc>>,
    last_failure_at: Option<DateTime<Utc>>,
    pub(crate) last_success_at: Option<DateTime<Utc>>,
}

impl Health {
    pub(crate) fn streak(&self) -> Option<Streak> {
        Some(Streak { since: self.failing_since?, latest: self.last_failure_at? })
    }
}

/// Locks a live endpoint, so that attempts that end together are counted one after the other.
pub(crate) async fn lock(tx: &mut Tx, id: EndpointId) -> Result<Option<Health>> {
    let mut select = sql!(
        "SELECT status, failing_since, last_failure_at, last_success_at FROM webhook_endpoints
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    select.push(tx.for_update());
    tx.optional(select).await
}

/// Keeps what the attempts have come to, beside the record.
pub(crate) async fn keep_health(
    tx: &mut Tx,
    id: EndpointId,
    streak: Option<Streak>,
    success: Option<DateTime<Utc>>,
) -> Result<()> {
    let update = sql!(
        "UPDATE webhook_endpoints
         SET failing_since = $3, last_failure_at = $4, last_success_at = $5
         WHERE tenant_id = $1 AND id = $2",
        id,
        streak.map(|streak| streak.since),
        streak.map(|streak| streak.latest),
        success
    );
    tx.execute(update).await.map(drop)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: EndpointId,
    secret: String,
    previous_secret: Option<String>,
    header_values: Json<BTreeMap<String, String>>,
}

/// What is sealed of the next endpoints behind that one, deleted ones too, which others cannot change
/// meanwhile.
pub(crate) async fn lock_sealed(
    tx: &mut Tx,
    after: EndpointId,
    limit: i64,
) -> Result<Vec<(EndpointId, Sealed)>> {
    let mut select = sql!(
        "SELECT id, secret, previous_secret, header_values FROM webhook_endpoints
         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        after,
        limit
    );
    select.push(tx.for_update());
    let rows: Vec<Row> = tx.all(select).await?;
    let sealed = |row: Row| {
        let (secret, previous_secret) = (row.secret, row.previous_secret);
        (row.id, Sealed { secret, previous_secret, header_values: row.header_values.0 })
    };
    Ok(rows.into_iter().map(sealed).collect())
}

/// Keeps the same secrets sealed otherwise, beside the record: nothing that anybody sees changes.
pub(crate) async fn keep_sealed(tx: &mut Tx, id: EndpointId, sealed: &Sealed) -> Result<()> {
    let update = sql!(
        "UPDATE webhook_endpoints SET secret = $3, previous_secret = $4, header_values = $5
         WHERE tenant_id = $1 AND id = $2",
        id,
        sealed.secret.clone(),
        sealed.previous_secret.clone(),
        json(&sealed.header_values)
    );
    tx.execute(update).await.map(drop)
}

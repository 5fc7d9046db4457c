//! API keys in the store, beyond what every resource has. Nothing is decided here.

use super::KeyScope;
use chrono::{DateTime, Utc};
use guanxi_kernel::{ApiKeyId, Result, TenantId, UserId};
use guanxi_storage::{Tx, sql};
use sqlx::types::Json;

/// A key that somebody has presented, before it is checked.
#[derive(sqlx::FromRow)]
pub(crate) struct Presented {
    pub(crate) tenant_id: TenantId,
    pub(crate) id: ApiKeyId,
    pub(crate) owner_id: UserId,
    pub(crate) digest: String,
    pub(crate) scopes: Json<Vec<KeyScope>>,
    pub(crate) allowed_origins: Json<Vec<String>>,
    pub(crate) expires_at: Option<DateTime<Utc>>,
    pub(crate) access_version: i64,
    pub(crate) tenant_version: i64,
}

/// The key with that prefix, if it is not deleted and its owner is active. A key says by itself
/// which tenant it belongs to.
pub(crate) async fn present(tx: &mut Tx, prefix: &str) -> Result<Option<Presented>> {
    let select = sql!(
        "SELECT k.tenant_id, k.id, k.owner_id, k.digest, k.scopes, k.allowed_origins, k.expires_at,
             t.access_version, t.version AS tenant_version
         FROM api_keys k
         JOIN users u ON u.tenant_id = k.tenant_id AND u.id = k.owner_id
         JOIN tenants t ON t.tenant_id = k.tenant_id AND t.id = k.tenant_id
         WHERE k.prefix = $1 AND k.deleted_at IS NULL
             AND u.deleted_at IS NULL AND u.status = 'active'",
        prefix
    );
    tx.optional_untenanted(select).await
}

/// The origins that any key of any tenant allows.
pub(crate) async fn origins(tx: &mut Tx, now: DateTime<Utc>) -> Result<Vec<String>> {
    let select = sql!(
        "SELECT allowed_origins FROM api_keys
         WHERE deleted_at IS NULL AND allowed_origins <> '[]'
             AND (expires_at IS NULL OR expires_at > $1)",
        now
    );
    let rows: Vec<(Json<Vec<String>>,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().flat_map(|row| row.0.0).collect())
}

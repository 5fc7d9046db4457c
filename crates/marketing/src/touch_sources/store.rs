//! Touch sources in the store, beyond what every resource has. Nothing is decided here.

use super::{TouchSourceId, sealed::Sealed};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, TenantId};
use guanxi_storage::{Sql, Tx, sql};

/// The live source with that key of which something is taken.
pub(super) async fn by_key(tx: &mut Tx, key: &str) -> Result<Option<TouchSourceId>> {
    let sql = sql!(
        "SELECT id FROM touch_sources
         WHERE tenant_id = $1 AND event_key = $2 AND active AND deleted_at IS NULL",
        key
    );
    Ok(tx.optional::<(TouchSourceId,)>(sql).await?.map(|(id,)| id))
}

/// Whether another source has the name, also one that is deleted: its events are still there.
pub(super) async fn has_name(tx: &mut Tx, name: &Line<60>, but: TouchSourceId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM touch_sources
         WHERE tenant_id = $1 AND source = $2 AND id <> $3 LIMIT 1",
        name.clone(),
        but
    );
    tx.exists(sql).await
}

/// When the batch under a name was taken after which so many have come.
pub(super) async fn nth_last(
    tx: &mut Tx,
    name: &Line<60>,
    count: i64,
) -> Result<Option<DateTime<Utc>>> {
    let sql = sql!(
        "SELECT created_at FROM touch_batches WHERE tenant_id = $1 AND source = $2
         ORDER BY created_at DESC LIMIT 1 OFFSET $3",
        name.clone(),
        count
    );
    Ok(tx.optional::<(DateTime<Utc>,)>(sql).await?.map(|(at,)| at))
}

/// The tenants that have sources.
pub(super) async fn tenants(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let select = Sql::new(
        "SELECT t.id FROM tenants t WHERE EXISTS
             (SELECT 1 FROM touch_sources s WHERE s.tenant_id = t.id)
         ORDER BY t.id",
    );
    let rows: Vec<(TenantId,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What is sealed of the next sources behind that one, deleted ones too, which others cannot change
/// meanwhile.
pub(super) async fn lock_sealed(
    tx: &mut Tx,
    after: TouchSourceId,
    limit: i64,
) -> Result<Vec<(TouchSourceId, Sealed)>> {
    let mut select = sql!(
        "SELECT id, secret, previous_secret FROM touch_sources
         WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3",
        after,
        limit
    );
    select.push(tx.for_update());
    let rows = tx.all::<(TouchSourceId, String, Option<String>)>(select).await?;
    let sealed = |(id, secret, previous_secret)| (id, Sealed { secret, previous_secret });
    Ok(rows.into_iter().map(sealed).collect())
}

/// Keeps the same secrets sealed otherwise, beside the record: nothing that anybody sees changes.
pub(super) async fn keep_sealed(tx: &mut Tx, id: TouchSourceId, sealed: &Sealed) -> Result<()> {
    let update = sql!(
        "UPDATE touch_sources SET secret = $3, previous_secret = $4 WHERE tenant_id = $1 AND id = $2",
        id,
        sealed.secret.clone(),
        sealed.previous_secret.clone()
    );
    tx.execute(update).await.map(drop)
}

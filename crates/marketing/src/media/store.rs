//! Media in the store. Nothing is decided here.

use super::{MediumId, MediumKind};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Whether a live medium other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<4>, except: MediumId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM media
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// Whether a source code names the medium.
pub(super) async fn is_used(tx: &mut Tx, id: MediumId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE
             EXISTS (SELECT 1 FROM source_codes
                 WHERE tenant_id = $1 AND medium_id = $2 AND deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM content_items
                 WHERE tenant_id = $1 AND medium_id = $2 AND deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM nurture_tracks
                 WHERE tenant_id = $1 AND medium_id = $2 AND deleted_at IS NULL)",
        id
    );
    tx.exists(sql).await
}

/// The live media that have one of these codes, by code.
pub(crate) async fn by_code(
    tx: &mut Tx,
    codes: impl IntoIterator<Item = String>,
) -> Result<BTreeMap<String, (MediumId, bool)>> {
    let mut sql = Sql::new(
        "SELECT code, id, active FROM media WHERE tenant_id = $1 AND deleted_at IS NULL AND code IN ",
    );
    sql.bind_all(codes);
    let rows = tx.all::<(String, MediumId, bool)>(sql).await?;
    Ok(rows.into_iter().map(|(code, id, active)| (code, (id, active))).collect())
}

/// Of which sorts these media are, as far as they are used.
pub(crate) async fn kinds_of(tx: &mut Tx, ids: Vec<MediumId>) -> Result<BTreeSet<MediumKind>> {
    let mut sql = Sql::new(
        "SELECT DISTINCT kind FROM media
         WHERE tenant_id = $1 AND deleted_at IS NULL AND active AND id IN ",
    );
    sql.bind_all(ids);
    Ok(tx.all::<(MediumKind,)>(sql).await?.into_iter().map(|(kind,)| kind).collect())
}

/// The watched medium is looked at then.
///
/// # Errors
/// Those of the store.
pub async fn look(tx: &mut Tx, id: MediumId, at: DateTime<Utc>) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO medium_looks (tenant_id, medium_id, due_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id, medium_id) DO UPDATE SET due_at = $3",
        id,
        at
    );
    tx.execute(upsert).await.map(drop)
}

/// The medium is not looked at any more.
///
/// # Errors
/// Those of the store.
pub async fn forget(tx: &mut Tx, id: MediumId) -> Result<()> {
    let delete = sql!("DELETE FROM medium_looks WHERE tenant_id = $1 AND medium_id = $2", id);
    tx.execute(delete).await.map(drop)
}

/// The media that are to be looked at now, so many at most, with who has made them.
///
/// # Errors
/// Those of the store.
pub async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let select = sql!(
        "SELECT l.medium_id, m.created_by FROM medium_looks l
         JOIN media m ON m.tenant_id = l.tenant_id AND m.id = l.medium_id
         WHERE l.tenant_id = $1 AND l.due_at <= $2 ORDER BY l.due_at, l.medium_id LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// Whether it is to be looked at now.
///
/// # Errors
/// Those of the store.
pub async fn is_due(tx: &mut Tx, id: MediumId, now: DateTime<Utc>) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM medium_looks
         WHERE tenant_id = $1 AND medium_id = $2 AND due_at <= $3",
        id,
        now
    );
    tx.exists(select).await
}

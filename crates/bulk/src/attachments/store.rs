//! The SQL of files whose record is still to come.

use crate::Files;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Result, TenantId};
use guanxi_storage::{Db, Sql, Tx, sql};
use uuid::Uuid;

/// How long a file waits for its record; no request takes so long.
const PATIENCE: TimeDelta = TimeDelta::hours(1);
/// Files that are removed at once.
const AT_ONCE: i64 = 100;

/// Says that a file is about to be kept under that id.
///
/// # Errors
/// Those of the store.
pub async fn announce(db: &Db, tenant: TenantId, id: Uuid, now: DateTime<Utc>) -> Result<()> {
    let insert = async |tx: &mut Tx| {
        let insert = sql!(
            "INSERT INTO unclaimed_files (tenant_id, id, created_at) VALUES ($1, $2, $3)",
            id,
            now
        );
        tx.execute(insert).await
    };
    db.write(tenant, insert).await.map(drop)
}

/// Makes the file that of a record, in the transaction of the record; whether it is still there.
///
/// # Errors
/// Those of the store.
pub(super) async fn claim(tx: &mut Tx, id: Uuid) -> Result<bool> {
    let delete = sql!("DELETE FROM unclaimed_files WHERE tenant_id = $1 AND id = $2", id);
    Ok(tx.execute(delete).await? == 1)
}

/// Removes a file unless it is that of a record by now.
///
/// # Errors
/// Those of the store.
pub async fn give_up(db: &Db, files: &Files, tenant: TenantId, id: Uuid) -> Result<()> {
    // First so that nothing can claim it any more.
    if db.write(tenant, async |tx| claim(tx, id).await).await? {
        files.forget(tenant, id).await;
    }
    Ok(())
}

/// Removes the files that a crash has left without a record.
///
/// # Errors
/// Those of the store.
pub(crate) async fn forget_unclaimed(db: &Db, files: &Files, now: DateTime<Utc>) -> Result<()> {
    let left = async |tx: &mut Tx| {
        let select = Sql::fixed(
            "SELECT tenant_id, id FROM unclaimed_files WHERE created_at < $1
             ORDER BY tenant_id, created_at, id LIMIT $2",
            vec![(now - PATIENCE).into(), AT_ONCE.into()],
        );
        tx.all_untenanted::<(Uuid, Uuid)>(select).await
    };
    for (tenant, id) in db.read(Uuid::nil().into(), left).await? {
        give_up(db, files, tenant.into(), id).await?;
    }
    Ok(())
}

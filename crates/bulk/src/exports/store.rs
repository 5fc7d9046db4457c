//! The SQL of exports beyond what every resource has.

use super::ExportId;
use crate::Files;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, TenantId};
use guanxi_storage::{Db, Sql, Tx, sql};
use uuid::Uuid;

/// Files that are removed at once.
const AT_ONCE: i64 = 100;

/// Says under which name a file is about to be kept, so that it is removed one day whatever happens;
/// the one before, of a worker that was cut off.
///
/// # Errors
/// Those of the store.
pub(super) async fn claim_file(tx: &mut Tx, id: ExportId, file: Uuid) -> Result<Option<Uuid>> {
    let before = sql!("SELECT file_id FROM exports WHERE tenant_id = $1 AND id = $2", id);
    let before = tx.optional::<(Option<Uuid>,)>(before).await?.and_then(|(file,)| file);
    let update = sql!("UPDATE exports SET file_id = $2 WHERE tenant_id = $1 AND id = $3", file, id);
    tx.execute(update).await?;
    Ok(before)
}

/// Removes the files that have had their time, and those of exports that were deleted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn expire(db: &Db, files: &Files, now: DateTime<Utc>) -> Result<()> {
    let nobody = TenantId::from(Uuid::nil());
    loop {
        let due = async |tx: &mut Tx| {
            let select = Sql::fixed(
                "SELECT tenant_id, id, file_id FROM exports
                 WHERE file_id IS NOT NULL AND (expires_at <= $1 OR deleted_at IS NOT NULL)
                 ORDER BY tenant_id, expires_at, id LIMIT $2",
                vec![now.into(), AT_ONCE.into()],
            );
            tx.all_untenanted::<(Uuid, Uuid, Uuid)>(select).await
        };
        let due = db.read(nobody, due).await?;
        for (tenant, id, file) in &due {
            let tenant = TenantId::from(*tenant);
            files.forget(tenant, *file).await;
            let forgotten = async |tx: &mut Tx| {
                let update = sql!(
                    "UPDATE exports SET file_id = NULL WHERE tenant_id = $1 AND id = $2 AND file_id = $3",
                    *id,
                    *file
                );
                tx.execute(update).await
            };
            db.write(tenant, forgotten).await?;
        }
        if due.len() < usize::try_from(AT_ONCE).unwrap_or(0) {
            return Ok(());
        }
    }
}

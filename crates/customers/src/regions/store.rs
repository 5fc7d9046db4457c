//! Regions in the store. Nothing is decided here.

use super::RegionId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// `parent` and the regions above it, nearest first, `most` at most.
pub(super) async fn above(tx: &mut Tx, parent: RegionId, most: usize) -> Result<Vec<RegionId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, parent_id, level) AS (
             SELECT r.id, r.parent_id, CAST(1 AS BIGINT) FROM regions r
             WHERE r.tenant_id = $1 AND r.id = $2
             UNION ALL
             SELECT r.id, r.parent_id, a.level + 1 FROM above a
             JOIN regions r ON r.tenant_id = $1 AND r.id = a.parent_id
             WHERE a.level < $3)
         SELECT id FROM above ORDER BY level",
        parent,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(RegionId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether live regions or parties name it.
pub(super) async fn is_used(tx: &mut Tx, id: RegionId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM regions r
             WHERE r.tenant_id = $1 AND r.parent_id = $2 AND r.deleted_at IS NULL)
         OR EXISTS (SELECT 1 FROM parties p
             WHERE p.tenant_id = $1 AND p.sales_region_id = $2 AND p.deleted_at IS NULL)",
        id
    );
    tx.exists(sql).await
}

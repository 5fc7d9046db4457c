//! Types of needs in the store. Nothing is decided here.

use super::NeedTypeId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// `parent` and the types above it, nearest first, `most` at most.
pub(super) async fn above(tx: &mut Tx, parent: NeedTypeId, most: usize) -> Result<Vec<NeedTypeId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, parent_id, level) AS (
             SELECT n.id, n.parent_id, CAST(1 AS BIGINT) FROM need_types n
             WHERE n.tenant_id = $1 AND n.id = $2
             UNION ALL
             SELECT n.id, n.parent_id, a.level + 1 FROM above a
             JOIN need_types n ON n.tenant_id = $1 AND n.id = a.parent_id
             WHERE a.level < $3)
         SELECT id FROM above ORDER BY level",
        parent,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(NeedTypeId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether live types or needs name it.
pub(super) async fn is_used(tx: &mut Tx, id: NeedTypeId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE EXISTS (SELECT 1 FROM need_types n
             WHERE n.tenant_id = $1 AND n.parent_id = $2 AND n.deleted_at IS NULL)
         OR EXISTS (SELECT 1 FROM needs n
             WHERE n.tenant_id = $1 AND n.need_type_id = $2 AND n.deleted_at IS NULL)",
        id
    );
    tx.exists(sql).await
}

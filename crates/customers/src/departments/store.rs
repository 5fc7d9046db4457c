//! Departments in the store. Nothing is decided here.

use super::DepartmentId;
use crate::parties::{DepartmentRow, PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// `parent` and the departments above it, nearest first, `most` at most.
pub(super) async fn above(
    tx: &mut Tx,
    parent: DepartmentId,
    most: usize,
) -> Result<Vec<DepartmentId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, parent_id, level) AS (
             SELECT d.id, d.parent_id, CAST(1 AS BIGINT) FROM departments d
             WHERE d.tenant_id = $1 AND d.id = $2
             UNION ALL
             SELECT d.id, d.parent_id, a.level + 1 FROM above a
             JOIN departments d ON d.tenant_id = $1 AND d.id = a.parent_id
             WHERE a.level < $3)
         SELECT id FROM above ORDER BY level",
        parent,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(DepartmentId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// How many levels the tree has from `id` down, itself included; `most` at most, one at least.
pub(super) async fn height(tx: &mut Tx, id: DepartmentId, most: usize) -> Result<usize> {
    let sql = sql!(
        "WITH RECURSIVE below (id, level) AS (
             SELECT d.id, CAST(1 AS BIGINT) FROM departments d
             WHERE d.tenant_id = $1 AND d.id = $2
             UNION ALL
             SELECT d.id, b.level + 1 FROM below b
             JOIN departments d ON d.tenant_id = $1 AND d.parent_id = b.id AND d.deleted_at IS NULL
             WHERE b.level < $3)
         SELECT COALESCE(MAX(level), CAST(1 AS BIGINT)) FROM below",
        id,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let row = tx.optional::<(i64,)>(sql).await?;
    Ok(row.and_then(|(levels,)| usize::try_from(levels).ok()).unwrap_or(1))
}

/// Whether live departments or contacts are in the department.
pub(super) async fn is_used(tx: &mut Tx, id: DepartmentId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM departments
         WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL
         UNION
         SELECT CAST(1 AS BIGINT) FROM contacts
         WHERE tenant_id = $1 AND department_id = $2 AND deleted_at IS NULL",
        id
    );
    tx.exists(sql).await
}

/// The live departments of a party, by name, `most` at most.
pub(crate) async fn of_party(
    tx: &mut Tx,
    party: PartyId,
    most: usize,
) -> Result<Vec<DepartmentRow>> {
    let sql = sql!(
        "SELECT id, parent_id, name FROM departments
         WHERE tenant_id = $1 AND party_id = $2 AND deleted_at IS NULL
         ORDER BY name_folded, id LIMIT $3",
        party,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    tx.all(sql).await
}

//! Levels in the store. Nothing is decided here.

use super::LeadLevelId;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;

/// Levels that are looked at when a change is judged: nobody has more.
const MOST: i64 = 1_000;

/// Whether a live level other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, except: LeadLevelId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM lead_levels
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// The place behind all live levels.
pub(super) async fn next_position(tx: &mut Tx) -> Result<i64> {
    let sql = sql!(
        "SELECT COALESCE(MAX(position), 0) + 1 FROM lead_levels
         WHERE tenant_id = $1 AND deleted_at IS NULL"
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(1, |(next,)| next))
}

/// Whether a live lead has the level.
pub(super) async fn is_used(tx: &mut Tx, id: LeadLevelId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM leads
         WHERE tenant_id = $1 AND level_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// Whether a live level is in use; `None` if there is no such level.
pub(crate) async fn is_active(tx: &mut Tx, id: LeadLevelId) -> Result<Option<bool>> {
    let sql = sql!(
        "SELECT active FROM lead_levels WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(bool,)>(sql).await?.map(|(active,)| active))
}

/// All live levels in their order.
pub(crate) async fn order(tx: &mut Tx) -> Result<Vec<LeadLevelId>> {
    let sql = sql!(
        "SELECT id FROM lead_levels WHERE tenant_id = $1 AND deleted_at IS NULL
         ORDER BY position, id LIMIT $2",
        MOST
    );
    Ok(tx.all::<(LeadLevelId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Within how many days after a contact the next one is due, by level.
pub(crate) async fn visit_cycles(
    tx: &mut Tx,
    levels: impl IntoIterator<Item = LeadLevelId>,
) -> Result<BTreeMap<LeadLevelId, i64>> {
    let levels: Vec<LeadLevelId> = levels.into_iter().collect();
    if levels.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql =
        Sql::new("SELECT id, visit_cycle_days FROM lead_levels WHERE tenant_id = $1 AND id IN ");
    sql.bind_all(levels);
    Ok(tx.all::<(LeadLevelId, i64)>(sql).await?.into_iter().collect())
}

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

/// What a level says of the leads that are given it.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct Given {
    /// Whether leads can be given it.
    pub(crate) active: bool,
    /// Whether a lead rises to it only with its card.
    pub(crate) card_required: bool,
    /// Its place among the levels, the most hopeful first.
    pub(crate) position: Option<i64>,
}

/// What a live level says; `None` if there is no such level.
pub(crate) async fn given(tx: &mut Tx, id: LeadLevelId) -> Result<Option<Given>> {
    let sql = sql!(
        "SELECT active, card_required, position FROM lead_levels
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    tx.optional(sql).await
}

/// The code of a level, deleted or not.
pub(crate) async fn code(tx: &mut Tx, id: LeadLevelId) -> Result<Option<String>> {
    let sql = sql!("SELECT code FROM lead_levels WHERE tenant_id = $1 AND id = $2", id);
    Ok(tx.optional::<(String,)>(sql).await?.map(|row| row.0))
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

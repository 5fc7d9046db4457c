//! Training records in the store. Nothing is decided here.

use crate::rollouts::RolloutId;
use guanxi_kernel::{Line, Result, UserId};
use guanxi_storage::{Tx, sql};
use std::collections::BTreeSet;

/// Pairs that are read at most: all members of a roll-out with all its items.
const MOST: i64 = 5_000;

/// Who has passed which item of a roll-out.
pub(crate) async fn passed_in(
    tx: &mut Tx,
    rollout: RolloutId,
) -> Result<BTreeSet<(UserId, String)>> {
    let sql = sql!(
        "SELECT DISTINCT user_id, item FROM training_records
         WHERE tenant_id = $1 AND rollout_id = $2 AND passed AND deleted_at IS NULL LIMIT $3",
        rollout,
        MOST
    );
    Ok(tx.all::<(UserId, String)>(sql).await?.into_iter().collect())
}

/// Whether the user has passed an item of that code, in whichever roll-out that is still there.
pub(super) async fn has_passed(tx: &mut Tx, user: UserId, item: &Line<40>) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM training_records t
         JOIN rollouts r ON r.tenant_id = t.tenant_id AND r.id = t.rollout_id
             AND r.deleted_at IS NULL
         WHERE t.tenant_id = $1 AND t.user_id = $2 AND t.item = $3 AND t.passed
             AND t.deleted_at IS NULL LIMIT 1",
        user,
        item.clone()
    );
    tx.exists(sql).await
}

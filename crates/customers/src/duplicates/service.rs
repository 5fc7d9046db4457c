//! What people decide about a pair, and what a merge does.

use super::{DUPLICATE_PAIR, Duplicate, DuplicateStatus};
use crate::problems::MERGED_BY_MERGES;
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Kind, Resource, Tx, merging::rewrite, sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for Duplicate {
    fn kind() -> &'static Kind {
        &DUPLICATE_PAIR
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let was = before.map_or(DuplicateStatus::Open, |before| before.input.status);
        let merged = DuplicateStatus::Merged;
        if self.input.status != was && (was == merged || self.input.status == merged) {
            return Err(MERGED_BY_MERGES.at("/status"));
        }
        if before.is_some_and(|before| before.input.owner_id != self.input.owner_id) {
            check_owner(tx, ctx, self.input.owner_id, "/owner_id").await?;
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.left_id, self.right_id]
    }

    fn example() -> Json {
        json!({ "status": "dismissed", "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "note": "Two branches of one group; 同一集团的两家分公司" })
    }
}

/// Closes the open pairs of a record that is not there any more because it was merged.
///
/// # Errors
/// Those of the store.
pub(crate) async fn close_pairs_of(tx: &mut Tx, ctx: &Ctx, merged: Uuid) -> Result<()> {
    let select = sql!(
        "SELECT id FROM duplicates
         WHERE tenant_id = $1 AND (left_id = $2 OR right_id = $2) AND status = 'open'
             AND deleted_at IS NULL ORDER BY id LIMIT 1000",
        merged
    );
    for (id,) in tx.all::<(Uuid,)>(select).await? {
        rewrite::<Duplicate>(tx, ctx, id, "updated", |pair| {
            pair.input.status = DuplicateStatus::Merged;
            Ok(())
        })
        .await?;
    }
    Ok(())
}

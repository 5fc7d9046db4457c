//! What people decide about a pair, and what a merge does.

use super::{DUPLICATE_PAIR, Duplicate, DuplicateStatus};
use crate::problems::MERGED_BY_MERGES;
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Kind, Resource, Sql, Tx, changing::rewrite_many, sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Pairs that are closed or opened at once.
const AT_ONCE: i64 = 500;

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
    let open = || {
        sql!(
            "SELECT id FROM duplicates
             WHERE tenant_id = $1 AND (left_id = $2 OR right_id = $2) AND status = 'open'
                 AND deleted_at IS NULL ORDER BY id LIMIT $3",
            merged,
            AT_ONCE
        )
    };
    decide(tx, ctx, open, DuplicateStatus::Merged).await
}

/// Opens the pairs again that the work under `source` has closed because it merged that record.
///
/// # Errors
/// Those of the store.
pub(crate) async fn open_pairs_of(
    tx: &mut Tx,
    ctx: &Ctx,
    merged: Uuid,
    source: &str,
) -> Result<()> {
    let closed = || {
        sql!(
            "SELECT d.id FROM duplicates d
             WHERE d.tenant_id = $1 AND (d.left_id = $2 OR d.right_id = $2) AND d.status = 'merged'
                 AND EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = d.tenant_id
                     AND e.subject_id = d.id AND e.source = $3)
             ORDER BY d.id LIMIT $4",
            merged,
            source,
            AT_ONCE
        )
    };
    decide(tx, ctx, closed, DuplicateStatus::Open).await
}

/// Gives all pairs that `select` finds, which are none of that status, that status.
async fn decide(
    tx: &mut Tx,
    ctx: &Ctx,
    select: impl Fn() -> Sql + Send + Sync,
    status: DuplicateStatus,
) -> Result<()> {
    loop {
        let some: Vec<Uuid> =
            tx.all::<(Uuid,)>(select()).await?.into_iter().map(|(id,)| id).collect();
        if some.is_empty() {
            return Ok(());
        }
        let decided = |pair: &mut Duplicate| {
            pair.input.status = status;
            Ok(())
        };
        rewrite_many::<Duplicate>(tx, ctx, &some, "updated", decided).await?;
    }
}

//! Who takes part in experiments follows merges, so that nobody who was there twice is counted twice.
//!
//! The survivor stays in its arm; where only the merged one was in one, the survivor takes its place. What the merged
//! one has done counts for the survivor where both were in the same arm: what somebody does after another offer says
//! nothing of this one. The rows of the merged one stay and count for nothing, so parting the two is taking away what
//! the merge has brought. Price: who was in two arms has seen two offers, and counts for one of them.

use super::{Experiment, store};
use guanxi_customers::{merges::Pair, parties::PARTY};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, merging::rewrite};
use uuid::Uuid;

/// Experiments follow two parties that have become one.
///
/// # Errors
/// Those of the store.
pub(crate) async fn merged(tx: &mut Tx, ctx: &Ctx, pair: Pair) -> Result<()> {
    if !std::ptr::eq(pair.kind, &PARTY) {
        return Ok(());
    }
    store::cede(tx, pair.merged, pair.merge.uuid()).await?;
    store::inherit(tx, pair.survivor).await?;
    recount(tx, ctx, pair.merged).await
}

/// Experiments follow two parties that were parted.
///
/// # Errors
/// Those of the store.
pub(crate) async fn parted(tx: &mut Tx, ctx: &Ctx, pair: Pair) -> Result<()> {
    if !std::ptr::eq(pair.kind, &PARTY) {
        return Ok(());
    }
    store::give_back(tx, (pair.survivor, pair.merged), pair.merge.uuid()).await?;
    store::inherit(tx, pair.survivor).await?;
    recount(tx, ctx, pair.merged).await
}

/// Says of the experiments in which a party is how many are in each arm by now.
async fn recount(tx: &mut Tx, ctx: &Ctx, party: Uuid) -> Result<()> {
    for (id, counts) in store::counts_of(tx, party).await? {
        rewrite::<Experiment>(tx, ctx, id.uuid(), "updated", |one| {
            let count = |at: usize| counts.get(&at).copied().unwrap_or(0);
            let arms = one.input.arms.iter().enumerate();
            one.assigned = arms.map(|(at, arm)| (arm.name.to_string(), count(at))).collect();
            Ok(())
        })
        .await?;
    }
    Ok(())
}

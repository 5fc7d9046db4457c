//! What crates to the right have to put out of the way before two records become one.

use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Kind, Tx};
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};
use uuid::Uuid;

/// Deletes what the survivor (the first of two records of a kind) and the merged one may have only once, in the
/// transaction and under the source of the merge, so that parting them brings it back.
pub type MakesRoom =
    for<'a> fn(&'a mut Tx, &'a Ctx, &'static Kind, (Uuid, Uuid)) -> BoxFuture<'a, Result<()>>;

static ALL: RwLock<BTreeMap<&'static str, MakesRoom>> = RwLock::new(BTreeMap::new());

/// Has room made in that table before two records are merged; again is no harm.
pub fn on_merge(table: &'static str, makes: MakesRoom) {
    ALL.write().unwrap_or_else(PoisonError::into_inner).insert(table, makes);
}

/// Has room made in all of them.
pub(super) async fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    both: (Uuid, Uuid),
) -> Result<()> {
    let all: Vec<MakesRoom> =
        ALL.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
    for makes in all {
        makes(tx, ctx, kind, both).await?;
    }
    Ok(())
}

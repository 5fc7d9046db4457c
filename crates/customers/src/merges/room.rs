//! What crates to the right have to put out of the way before two records become one, and what of theirs follows.

use super::MergeId;
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

/// Two records that have become one, or were parted again.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The merge.
    pub merge: MergeId,
    /// What they are.
    pub kind: &'static Kind,
    /// The record that stays.
    pub survivor: Uuid,
    /// The record that becomes part of it.
    pub merged: Uuid,
}

/// What is done about two records, in the transaction and under the source of the merge or of its undoing.
pub type Follows = for<'a> fn(&'a mut Tx, &'a Ctx, Pair) -> BoxFuture<'a, Result<()>>;

/// Rows that follow a merge and are no records: they have no events that parting could read backwards.
#[derive(Clone, Copy)]
pub struct Follow {
    /// Once the two are one, and all records that named the merged one name the survivor.
    pub merged: Follows,
    /// Once they are two again, and so are the records that name them.
    pub parted: Follows,
}

static FOLLOWING: RwLock<BTreeMap<&'static str, Follow>> = RwLock::new(BTreeMap::new());

/// Has the rows of that table follow merges; again is no harm.
pub fn follow(table: &'static str, follow: Follow) {
    FOLLOWING.write().unwrap_or_else(PoisonError::into_inner).insert(table, follow);
}

fn following() -> Vec<Follow> {
    FOLLOWING.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
}

/// Has all of them follow two records that have become one.
pub(super) async fn merged(tx: &mut Tx, ctx: &Ctx, pair: Pair) -> Result<()> {
    for follow in following() {
        (follow.merged)(tx, ctx, pair).await?;
    }
    Ok(())
}

/// Has all of them follow two records that were parted.
pub(super) async fn parted(tx: &mut Tx, ctx: &Ctx, pair: Pair) -> Result<()> {
    for follow in following() {
        (follow.parted)(tx, ctx, pair).await?;
    }
    Ok(())
}

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

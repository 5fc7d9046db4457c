//! Records of other crates that tell of many people at once, in a way that only they can read.

use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{PoisonError, RwLock},
};
use uuid::Uuid;

/// The records that say something of one of these parties still.
pub type Telling =
    for<'a> fn(&'a mut Tx, &'a BTreeSet<Uuid>) -> BoxFuture<'a, Result<BTreeSet<Uuid>>>;

/// Takes parties (the first set) out of records (the second), whose events have been forgotten before; how many
/// rows they were in.
pub type TakeOut = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    &'a BTreeSet<Uuid>,
    &'a BTreeSet<Uuid>,
) -> BoxFuture<'a, Result<u64>>;

/// Records in which people are among others.
pub struct Among {
    /// The table whose rows the receipt counts.
    pub table: &'static str,
    /// In which of them somebody is.
    pub telling: Telling,
    /// What is done about it. What else they say stays.
    pub take_out: TakeOut,
}

static ALL: RwLock<BTreeMap<&'static str, &'static Among>> = RwLock::new(BTreeMap::new());

/// Has people taken out of such records too; again is no harm.
pub fn register(among: &'static Among) {
    ALL.write().unwrap_or_else(PoisonError::into_inner).insert(among.table, among);
}

/// All of them, in the order of their tables.
pub(super) fn all() -> Vec<&'static Among> {
    ALL.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
}

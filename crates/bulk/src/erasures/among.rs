//! Records of other crates that tell of many people at once, in a way that only they can read, or that name people whom
//! they do not belong to.

use super::Names;
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

/// The records that name somebody.
pub type NamesIn = for<'a> fn(&'a mut Tx, &'a Names) -> BoxFuture<'a, Result<BTreeSet<Uuid>>>;

/// Takes the names out of records, whose events have been forgotten before; how many rows they were in.
pub type TakeOutNames =
    for<'a> fn(&'a mut Tx, &'a Ctx, &'a Names, &'a BTreeSet<Uuid>) -> BoxFuture<'a, Result<u64>>;

/// Records in whose texts people are named.
pub struct Naming {
    /// The table whose rows the receipt counts.
    pub table: &'static str,
    /// Which of them name somebody.
    pub names_in: NamesIn,
    /// What is done about it. What else they say stays.
    pub take_out: TakeOutNames,
}

static NAMING: RwLock<BTreeMap<&'static str, &'static Naming>> = RwLock::new(BTreeMap::new());

/// Has people taken out of such texts too; again is no harm.
pub fn register_naming(naming: &'static Naming) {
    NAMING.write().unwrap_or_else(PoisonError::into_inner).insert(naming.table, naming);
}

/// All of them, in the order of their tables.
pub(super) fn all_naming() -> Vec<&'static Naming> {
    NAMING.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect()
}

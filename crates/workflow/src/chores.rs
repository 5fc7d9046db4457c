//! What other crates want done because time has passed: they say what is due and how one of it is
//! done, and the worker does it, bounded and each in a transaction of its own.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::Tx;
use std::{collections::BTreeMap, fmt, sync::RwLock};
use uuid::Uuid;

/// The records that are due now, so many at most, the longest due first; each with the user in whose
/// name it is done.
pub type DueNow =
    for<'a> fn(&'a mut Tx, DateTime<Utc>, i64) -> BoxFuture<'a, Result<Vec<(Uuid, UserId)>>>;

/// Does one of them with all rights, if it is still due; whether it was.
pub type Step = for<'a> fn(&'a mut Tx, &'a Ctx, Uuid) -> BoxFuture<'a, Result<bool>>;

/// Lets one that was refused wait until then, so that it stands in nobody's way.
pub type PutOff = for<'a> fn(&'a mut Tx, Uuid, DateTime<Utc>) -> BoxFuture<'a, Result<()>>;

/// Work that comes due.
pub struct Chore {
    /// Its name in logs.
    pub name: &'static str,
    /// What is due.
    pub due: DueNow,
    /// How one of it is done.
    pub step: Step,
    /// What becomes of one that cannot be done.
    pub put_off: PutOff,
}

impl fmt::Debug for Chore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

static CHORES: RwLock<BTreeMap<&'static str, &'static Chore>> = RwLock::new(BTreeMap::new());

/// Has it done from now on; again is no harm.
pub fn register(chore: &'static Chore) {
    let mut known = CHORES.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.insert(chore.name, chore);
}

/// All of them, in the order of their names.
pub(crate) fn all() -> Vec<&'static Chore> {
    let known = CHORES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    known.values().copied().collect()
}

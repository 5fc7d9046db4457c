//! Who may import at all, beyond their rights: crates to the right know what else is wanted of them.

use futures_util::future::BoxFuture;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};

/// What is asked before somebody uploads or commits an import, in the same transaction; what it refuses
/// undoes that.
pub type Admission = for<'a> fn(&'a mut Tx, &'a Ctx) -> BoxFuture<'a, Result<()>>;

static ADMISSIONS: RwLock<BTreeMap<&'static str, Admission>> = RwLock::new(BTreeMap::new());

/// Says what is asked, under a name; the same name again is no harm.
pub fn on_import(name: &'static str, asked: Admission) {
    ADMISSIONS.write().unwrap_or_else(PoisonError::into_inner).insert(name, asked);
}

/// Asks all of it.
pub(super) async fn admit(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let all: Vec<Admission> =
        ADMISSIONS.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
    for asked in all {
        asked(tx, ctx).await?;
    }
    Ok(())
}

//! What follows when a user can do nothing any more: disabled or deleted.

use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::Tx;
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{PoisonError, RwLock},
};

/// What follows when a user leaves, in the same transaction and in the name of who did it.
pub type Left = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    UserId,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

static LEFT: RwLock<BTreeMap<&'static str, Left>> = RwLock::new(BTreeMap::new());

/// Says what follows when a user leaves; the same name again is no harm.
pub fn on_leave(name: &'static str, left: Left) {
    LEFT.write().unwrap_or_else(PoisonError::into_inner).insert(name, left);
}

/// Calls those who wait for it.
pub(super) async fn left(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    let all: Vec<Left> =
        LEFT.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
    for follow in all {
        follow(tx, ctx, user).await?;
    }
    Ok(())
}

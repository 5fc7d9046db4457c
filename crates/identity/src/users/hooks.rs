//! What others want asked or done when something happens to a user, in the same transaction: crates to the
//! right know what would be left behind, and how people are told.

use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::Tx;
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{PoisonError, RwLock},
};

/// What is asked or done about a user, in the name of whoever did it. What it refuses undoes that.
pub type Hook = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    UserId,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Those who wait for the same thing, by their names.
struct Hooks(RwLock<BTreeMap<&'static str, Hook>>);

impl Hooks {
    const fn new() -> Self {
        Self(RwLock::new(BTreeMap::new()))
    }

    fn add(&self, name: &'static str, hook: Hook) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name, hook);
    }

    async fn call(&self, tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
        let all: Vec<Hook> =
            self.0.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
        for hook in all {
            hook(tx, ctx, user).await?;
        }
        Ok(())
    }
}

static LEAVING: Hooks = Hooks::new();
static LEFT: Hooks = Hooks::new();
static GUESSED: Hooks = Hooks::new();

/// Says what is asked, under a name, before a user is disabled or deleted; the same name again is no harm.
pub fn before_leaving(name: &'static str, asked: Hook) {
    LEAVING.add(name, asked);
}

/// Says what follows, under a name, when a user can do nothing any more: disabled or deleted.
pub fn on_leave(name: &'static str, left: Hook) {
    LEFT.add(name, left);
}

/// Says what follows, under a name, when somebody who knows the password of a user guesses at codes.
pub fn on_guesses(name: &'static str, told: Hook) {
    GUESSED.add(name, told);
}

/// Asks whether a user may leave.
pub(super) async fn let_go(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    LEAVING.call(tx, ctx, user).await
}

/// Does what follows when a user has left.
pub(super) async fn left(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    LEFT.call(tx, ctx, user).await
}

/// Does what follows when codes of a user are guessed at.
pub(crate) async fn guessed(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    GUESSED.call(tx, ctx, user).await
}

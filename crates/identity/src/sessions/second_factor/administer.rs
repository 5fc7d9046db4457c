//! The second factors of others, for administrators.

use super::{
    enrol::standing,
    model::{OWN_SECOND_FACTOR, SecondFactor},
    store,
};
use crate::{
    rights,
    sessions::{Auth, login::remember, store as accounts},
    users::User,
};
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden, problem::NOT_FOUND};
use guanxi_storage::{Resource as _, Tx, resource};

impl Auth {
    /// How another user's second factor stands, for whoever may change users.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub async fn second_factor_of(&self, ctx: &Ctx, user: UserId) -> Result<SecondFactor> {
        let look = async |tx: &mut Tx| {
            may_change(tx, ctx, user).await?;
            standing(tx, user).await
        };
        self.db.read(ctx.tenant, look).await
    }
}

/// Takes another user's second factor away, for somebody who has lost it, and ends their sessions.
///
/// # Errors
/// `not_found`, also when there is none; `forbidden` without the right to change users;
/// `forbidden_grant` for somebody whose rights go beyond the caller's; `own_second_factor`.
pub async fn reset(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    if ctx.actor.user == user && ctx.actor.session.is_some() {
        return Err(OWN_SECOND_FACTOR.problem());
    }
    may_change(tx, ctx, user).await?;
    // Half of what it takes to come in is taken away, so the same holds as for a password.
    rights::require_covering(tx, ctx, user).await?;
    if take_away(tx, ctx, user).await? { Ok(()) } else { Err(NOT_FOUND.problem()) }
}

/// Takes a user's second factor away and ends their sessions; whether there was one.
pub(crate) async fn take_away(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<bool> {
    if !store::remove(tx, user).await? {
        return Ok(false);
    }
    rights::changed(tx).await?;
    accounts::end_all(tx, user, ctx.now, None).await?;
    remember(tx, ctx, user, "second_factor_reset").await?;
    Ok(true)
}

async fn may_change(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    resource::load::<User>(tx, ctx, user.uuid()).await?;
    if !resource::may(tx, ctx, User::kind(), Action::Update, user.uuid()).await? {
        return Err(forbidden(User::kind().plural, Action::Update));
    }
    Ok(())
}

//! Whether somebody has shown the second factor.

use super::{model::Stored, store};
use crate::{
    rights,
    secrets::{RecoveryCode, Secret},
    sessions::{
        letters::{self, LetterKind},
        login::remember,
        store as accounts,
    },
    users,
};
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::Tx;

/// What came of asking for the second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::sessions) enum Proof {
    /// There is none.
    Unneeded,
    /// There is one, and no code was sent.
    Missing,
    /// The code is wrong, or was used before.
    Wrong,
    /// There were so many wrong codes that none of the app is looked at for a while.
    Waits,
    /// A code of the app, which is spent now.
    Code,
    /// A recovery code, which is spent now.
    Recovery,
}

/// Asks for the second factor of a user who has shown the password. A right code is spent; a wrong one of
/// the app is counted, and told to the user when it looks like guessing.
pub(in crate::sessions) async fn prove(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    typed: Option<&Secret>,
) -> Result<Proof> {
    let factor = store::find(tx, user).await?.filter(|factor| factor.confirmed_at.is_some());
    match (factor, typed) {
        (None, _) => Ok(Proof::Unneeded),
        (Some(_), None) => Ok(Proof::Missing),
        (Some(factor), Some(typed)) => spend(tx, ctx, user, &factor, typed).await,
    }
}

async fn spend(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    factor: &Stored,
    typed: &Secret,
) -> Result<Proof> {
    // First, since it needs no sealing key: it opens the account also when that is lost. Nor does it
    // wait, since none can be guessed.
    if let Ok(code) = RecoveryCode::parse(typed.expose()) {
        if !store::spend_recovery_code(tx, user, &code.digest().to_hex()).await? {
            return Ok(Proof::Wrong);
        }
        store::forgive(tx, user).await?;
        return Ok(Proof::Recovery);
    }
    if factor.wrong().wait(ctx.now).is_some() {
        return Ok(Proof::Waits);
    }
    let secret = factor.open(&tx.sealer(), user)?;
    let step = secret.step_of(&digits(typed), ctx.now, factor.last_step);
    // Of two requests with one code the store lets one through.
    if let Some(step) = step
        && store::spend_step(tx, user, step).await?
    {
        return Ok(Proof::Code);
    }
    let wrong = factor.wrong().after_wrong(ctx.now);
    store::count_wrong(tx, user, wrong, ctx.now).await?;
    if wrong.is_guessing() {
        warn(tx, ctx, user).await?;
    }
    Ok(Proof::Wrong)
}

/// Tells a user that somebody who knows the password guesses at codes.
async fn warn(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    remember(tx, ctx, user, "second_factor_guessed").await?;
    if let Some(account) = accounts::account(tx, user).await? {
        letters::tell(tx, LetterKind::CodesGuessed, user, &account.email, ctx.now).await?;
    }
    users::guessed(tx, ctx, user).await
}

/// A code as an app shows it, without the space in the middle.
pub(super) fn digits(typed: &Secret) -> String {
    typed.expose().chars().filter(|c| !c.is_whitespace()).collect()
}

/// Whether a role of the user requires a second factor.
pub(super) async fn is_required(tx: &mut Tx, user: UserId) -> Result<bool> {
    let requiring = store::requiring_roles(tx).await?;
    if requiring.is_empty() {
        return Ok(false);
    }
    let held = rights::roles_of(tx, user).await?;
    Ok(requiring.iter().any(|role| held.contains(role)))
}

/// Whether a role of the user requires a second factor, and there is none.
pub(in crate::sessions) async fn is_missing(tx: &mut Tx, user: UserId) -> Result<bool> {
    Ok(is_required(tx, user).await? && !store::is_confirmed(tx, user).await?)
}

//! Whether somebody has shown the second factor.

use super::{model::Stored, store};
use crate::{
    rights,
    secrets::{RecoveryCode, Secret},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
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
    /// A code of the app, which is spent now.
    Code,
    /// A recovery code, which is spent now.
    Recovery,
}

/// Asks for the second factor of a user who has shown the password. A right code is spent.
pub(in crate::sessions) async fn prove(
    tx: &mut Tx,
    user: UserId,
    typed: Option<&Secret>,
    now: DateTime<Utc>,
) -> Result<Proof> {
    let factor = store::find(tx, user).await?.filter(|factor| factor.confirmed_at.is_some());
    match (factor, typed) {
        (None, _) => Ok(Proof::Unneeded),
        (Some(_), None) => Ok(Proof::Missing),
        (Some(factor), Some(typed)) => spend(tx, user, &factor, typed, now).await,
    }
}

async fn spend(
    tx: &mut Tx,
    user: UserId,
    factor: &Stored,
    typed: &Secret,
    now: DateTime<Utc>,
) -> Result<Proof> {
    // First, since it needs no sealing key: it opens the account also when that is lost.
    if let Ok(code) = RecoveryCode::parse(typed.expose()) {
        let spent = store::spend_recovery_code(tx, user, &code.digest().to_hex()).await?;
        return Ok(if spent { Proof::Recovery } else { Proof::Wrong });
    }
    let secret = factor.open(&tx.sealer(), user)?;
    let Some(step) = secret.step_of(&digits(typed), now, factor.last_step) else {
        return Ok(Proof::Wrong);
    };
    // Of two requests with one code the store lets one through.
    let spent = store::spend_step(tx, user, step).await?;
    Ok(if spent { Proof::Code } else { Proof::Wrong })
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

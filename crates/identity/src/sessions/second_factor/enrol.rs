//! Setting up one's own second factor, and turning it off. All of it takes the password, and what is
//! wrong counts as a failed login, so that a stolen access token does not help to guess either.

use super::{
    model::{
        ConfirmSecondFactor, DisableSecondFactor, RecoveryCodes, RenewRecoveryCodes,
        SECOND_FACTOR_ACTIVE, SECOND_FACTOR_INACTIVE, SecondFactor, SecondFactorSecret,
        StartSecondFactor, WRONG_SECOND_FACTOR_CODE, place,
    },
    prove::{Proof, digits, is_required, prove},
    store,
};
use crate::{
    rights,
    secrets::{RecoveryCode, Secret, TotpSecret},
    sessions::{
        Auth, WRONG_PASSWORD,
        login::{failures_of, remember},
        model::unchecked,
        passwords::{Tried, count, whose},
        service::own_session,
        store::{self as accounts, Account},
    },
    tenants::Found,
};
use guanxi_kernel::{Code, Ctx, Result, UserId};
use guanxi_storage::Tx;

/// Recovery codes that a user has.
const CODES: usize = 10;

/// What somebody has shown before a change of the second factor is made.
struct Shown {
    tenant: Found,
    account: Account,
    /// Whether the password was right.
    matches: bool,
}

impl Shown {
    /// What failures are counted by.
    fn name(&self) -> String {
        failures_of(&self.tenant.slug, &self.account.email)
    }

    /// Whether the password that was shown is still the right one.
    async fn holds(&self, tx: &mut Tx) -> Result<bool> {
        let account = accounts::account(tx, self.account.id).await?;
        Ok(self.matches && account.as_ref() == Some(&self.account))
    }
}

/// A refusal that is kept, since the failure that it counts has to be.
type Outcome<T> = std::result::Result<T, (&'static Code, &'static str)>;

/// The refusal of a wrong password.
const PASSWORD: (&Code, &str) = (&WRONG_PASSWORD, "/current_password");
/// The refusal of a wrong code.
const CODE: (&Code, &str) = (&WRONG_SECOND_FACTOR_CODE, "/code");

/// The refusal as callers get it.
fn refused((code, pointer): (&'static Code, &'static str)) -> guanxi_kernel::Problem {
    code.at(pointer)
}

/// How the second factor of a user stands.
pub(super) async fn standing(tx: &mut Tx, user: UserId) -> Result<SecondFactor> {
    let found = store::find(tx, user).await?;
    let enabled_at = found.as_ref().and_then(|factor| factor.confirmed_at);
    Ok(SecondFactor {
        enabled: enabled_at.is_some(),
        enabled_at,
        pending: found.is_some() && enabled_at.is_none(),
        required: is_required(tx, user).await?,
        recovery_codes_left: store::recovery_codes(tx, user).await?,
    })
}

/// New recovery codes and their digests.
fn make_codes() -> (RecoveryCodes, Vec<String>) {
    let codes: Vec<RecoveryCode> = (0..CODES).map(|_| RecoveryCode::generate()).collect();
    let digests = codes.iter().map(|code| code.digest().to_hex()).collect();
    (RecoveryCodes { recovery_codes: codes.iter().map(RecoveryCode::reveal).collect() }, digests)
}

impl Auth {
    /// How the caller's second factor stands.
    ///
    /// # Errors
    /// `session_required`.
    pub async fn second_factor(&self, ctx: &Ctx) -> Result<SecondFactor> {
        own_session(ctx)?;
        self.db.read(ctx.tenant, async |tx| standing(tx, ctx.actor.user).await).await
    }

    /// Begins to set up the caller's second factor: nothing changes until it is confirmed. A secret
    /// that waits already is replaced.
    ///
    /// # Errors
    /// `session_required`; `wrong_password` at `/current_password`; `second_factor_active`.
    pub async fn start_second_factor(
        &self,
        ctx: &Ctx,
        wish: StartSecondFactor,
    ) -> Result<SecondFactorSecret> {
        own_session(ctx)?;
        let (user, shown) = (ctx.actor.user, self.shown(ctx, &wish.current_password).await?);
        let (name, secret) = (shown.name(), TotpSecret::generate());
        let begin = async |tx: &mut Tx| -> Result<Outcome<()>> {
            let tried = if shown.holds(tx).await? { Tried::Whole } else { Tried::Wrong };
            if !count(tx, &name, tried, ctx.now).await? {
                return Ok(Err(PASSWORD));
            }
            if store::is_confirmed(tx, user).await? {
                return Err(SECOND_FACTOR_ACTIVE.problem());
            }
            let sealed = tx.sealer().seal(place(user), &secret.reveal())?;
            store::begin(tx, user, &sealed, ctx.now).await?;
            remember(tx, ctx, user, "second_factor_started").await?;
            Ok(Ok(()))
        };
        self.db.write(ctx.tenant, begin).await?.map_err(refused)?;
        let uri = secret.uri(&shown.tenant.name, &shown.account.email);
        Ok(SecondFactorSecret { secret: secret.reveal(), otpauth_uri: uri })
    }

    /// Confirms the caller's second factor with its first code, which is spent. From now on signing in
    /// takes one.
    ///
    /// # Errors
    /// `session_required`; `second_factor_active`, `second_factor_inactive`;
    /// `wrong_second_factor_code` at `/code`.
    pub async fn confirm_second_factor(
        &self,
        ctx: &Ctx,
        wish: ConfirmSecondFactor,
    ) -> Result<RecoveryCodes> {
        let session = own_session(ctx)?;
        let user = ctx.actor.user;
        let (tenant, account) = self.db.read(ctx.tenant, async |tx| whose(tx, user).await).await?;
        let name = failures_of(&tenant.slug, &account.email);
        let (codes, digests) = make_codes();
        let confirm = async |tx: &mut Tx| -> Result<Outcome<()>> {
            let found = store::find(tx, user).await?;
            let Some(factor) = found else { return Err(SECOND_FACTOR_INACTIVE.problem()) };
            if factor.confirmed_at.is_some() {
                return Err(SECOND_FACTOR_ACTIVE.problem());
            }
            let secret = factor.open(&tx.sealer(), user)?;
            let step = secret.step_of(&digits(&wish.code), ctx.now, factor.last_step);
            let tried = if step.is_some() { Tried::Whole } else { Tried::Wrong };
            let counted = count(tx, &name, tried, ctx.now).await?;
            let Some(step) = step.filter(|_| counted) else { return Ok(Err(CODE)) };
            store::confirm(tx, user, step, ctx.now).await?;
            store::keep_recovery_codes(tx, user, &digests).await?;
            // Where it is required the caller may do everything else from the next request on.
            rights::changed(tx).await?;
            if wish.sign_out_everywhere {
                accounts::end_all(tx, user, ctx.now, Some(session)).await?;
            }
            remember(tx, ctx, user, "second_factor_enabled").await?;
            Ok(Ok(()))
        };
        self.db.write(ctx.tenant, confirm).await?.map_err(refused)?;
        Ok(codes)
    }

    /// Replaces the caller's recovery codes: the ones before do not work any more.
    ///
    /// # Errors
    /// `session_required`; `second_factor_inactive`; `wrong_password` at `/current_password`;
    /// `wrong_second_factor_code` at `/code`.
    pub async fn renew_recovery_codes(
        &self,
        ctx: &Ctx,
        wish: RenewRecoveryCodes,
    ) -> Result<RecoveryCodes> {
        own_session(ctx)?;
        let (user, shown) = (ctx.actor.user, self.shown(ctx, &wish.current_password).await?);
        let (codes, digests) = make_codes();
        let renew = async |tx: &mut Tx| -> Result<Outcome<()>> {
            if let Err(refusal) = pass(tx, ctx, &shown, &wish.code).await? {
                return Ok(Err(refusal));
            }
            store::keep_recovery_codes(tx, user, &digests).await?;
            remember(tx, ctx, user, "recovery_codes_renewed").await?;
            Ok(Ok(()))
        };
        self.db.write(ctx.tenant, renew).await?.map_err(refused)?;
        Ok(codes)
    }

    /// Turns the caller's second factor off. Where a role requires one, nothing else can be done until
    /// the next one is set up.
    ///
    /// # Errors
    /// As [`Auth::renew_recovery_codes`].
    pub async fn disable_second_factor(&self, ctx: &Ctx, wish: DisableSecondFactor) -> Result<()> {
        let session = own_session(ctx)?;
        let (user, shown) = (ctx.actor.user, self.shown(ctx, &wish.current_password).await?);
        let disable = async |tx: &mut Tx| -> Result<Outcome<()>> {
            if let Err(refusal) = pass(tx, ctx, &shown, &wish.code).await? {
                return Ok(Err(refusal));
            }
            store::remove(tx, user).await?;
            rights::changed(tx).await?;
            if wish.sign_out_everywhere {
                accounts::end_all(tx, user, ctx.now, Some(session)).await?;
            }
            remember(tx, ctx, user, "second_factor_disabled").await?;
            Ok(Ok(()))
        };
        self.db.write(ctx.tenant, disable).await?.map_err(refused)
    }

    /// Checks the caller's password, which takes long and happens outside of any transaction.
    async fn shown(&self, ctx: &Ctx, password: &Secret) -> Result<Shown> {
        let user = ctx.actor.user;
        let (tenant, account) = self.db.read(ctx.tenant, async |tx| whose(tx, user).await).await?;
        let hash = account.password_hash.as_deref();
        let verdict = self.passwords.verify(password, hash).await.map_err(unchecked)?;
        Ok(Shown { matches: verdict.matches, tenant, account })
    }
}

/// Lets a change through that takes both the password and a code, which is spent; else counts the
/// failure. While the account must wait nothing is looked at.
async fn pass(tx: &mut Tx, ctx: &Ctx, shown: &Shown, code: &Secret) -> Result<Outcome<()>> {
    let (user, name) = (ctx.actor.user, shown.name());
    if !store::is_confirmed(tx, user).await? {
        return Err(SECOND_FACTOR_INACTIVE.problem());
    }
    let right = shown.holds(tx).await?;
    let waits = accounts::attempts(tx, &name).await?.wait(ctx.now).is_some();
    let proof = match right && !waits {
        true => prove(tx, ctx, user, Some(code)).await?,
        false => Proof::Wrong,
    };
    let tried = match proof {
        Proof::Code | Proof::Recovery => Tried::Whole,
        // Not looked at, and so not counted either.
        Proof::Waits => return Ok(Err(CODE)),
        Proof::Unneeded | Proof::Missing | Proof::Wrong => Tried::Wrong,
    };
    if count(tx, &name, tried, ctx.now).await? {
        return Ok(Ok(()));
    }
    // While the account must wait the answer does not tell whether the password was right, or whoever
    // has an access token could guess it without being counted.
    Ok(Err(if right || waits { CODE } else { PASSWORD }))
}

//! Changing one's own password, and setting that of another.

use super::{
    Auth,
    letters::{self, LetterKind},
    login::{failures_of, remember},
    model::{
        CURRENT_PASSWORD_REQUIRED, ChangePassword, WRONG_PASSWORD, unchanged, unchecked, weak,
    },
    second_factor,
    service::own_session,
    store::{self, Account},
};
use crate::{
    rights,
    secrets::{Passwords, Secret, check_password},
    tenants::{self, Found},
    users::{SetPassword, User},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden, problem::NOT_FOUND};
use guanxi_storage::{Resource as _, Tx, resource};

impl Auth {
    /// Changes the caller's password. A wrong current one counts as a failed login, so that a
    /// stolen access token does not help to guess it.
    ///
    /// # Errors
    /// `session_required`; `weak_password` at `/new_password`; `wrong_password` at
    /// `/current_password`.
    pub async fn change_password(&self, ctx: &Ctx, wish: ChangePassword) -> Result<()> {
        let session = own_session(ctx)?;
        let user = ctx.actor.user;
        let (tenant, account) = self.db.read(ctx.tenant, async |tx| whose(tx, user).await).await?;
        accept(&wish.new_password, &known(&tenant, &account), "/new_password")?;
        if wish.new_password.expose() == wish.current_password.expose() {
            return Err(unchanged("/new_password"));
        }
        let hash = account.password_hash.as_deref();
        let verdict = self.passwords.verify(&wish.current_password, hash).await;
        let matches = verdict.map_err(unchecked)?.matches;
        let hash = hashed(&self.passwords, &wish.new_password).await?;
        let name = failures_of(&tenant.slug, &account.email);
        let change = async |tx: &mut Tx| {
            let tried = tried(tx, &account, matches).await?;
            if !count(tx, &name, tried, ctx.now).await? {
                return Ok(false);
            }
            keep(tx, user, &hash, ctx.now, None).await?;
            if wish.sign_out_everywhere {
                store::end_all(tx, user, ctx.now, Some(session)).await?;
            }
            tell(tx, &account, ctx.now).await?;
            remember(tx, ctx, user, "password_changed").await.map(|()| true)
        };
        let changed = self.db.write(ctx.tenant, change).await?;
        if changed { Ok(()) } else { Err(WRONG_PASSWORD.at("/current_password")) }
    }

    /// The next password of another user, which [`NextPassword::set`] gives them.
    ///
    /// # Errors
    /// As [`NextPassword::set`]; `weak_password` at `/password`.
    pub async fn next_password(
        &self,
        ctx: &Ctx,
        user: UserId,
        wish: SetPassword,
    ) -> Result<NextPassword> {
        // Once before the costly hash, and once more in the transaction that counts.
        let (tenant, account) = self
            .db
            .read(ctx.tenant, async |tx| {
                may_set(tx, ctx, user).await?;
                whose(tx, user).await
            })
            .await?;
        accept(&wish.password, &known(&tenant, &account), "/password")?;
        let hash = hashed(&self.passwords, &wish.password).await?;
        Ok(NextPassword { user, hash })
    }
}

/// The hash of a password that keeps the rules, and whose it will be.
pub struct NextPassword {
    user: UserId,
    hash: String,
}

impl NextPassword {
    /// Sets the user's password and ends their sessions.
    ///
    /// # Errors
    /// `not_found`; `forbidden` without the right to change users; `forbidden_grant` for somebody
    /// whose rights go beyond the caller's; `current_password_required` for oneself.
    pub async fn set(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        may_set(tx, ctx, self.user).await?;
        replace(tx, ctx, self.user, &self.hash, None).await
    }
}

/// The user's account, and the tenant.
pub(super) async fn whose(tx: &mut Tx, user: UserId) -> Result<(Found, Account)> {
    match (tenants::load(tx).await?, store::account(tx, user).await?) {
        (Some(tenant), Some(account)) => Ok((tenant, account)),
        _ => Err(NOT_FOUND.problem()),
    }
}

/// Refuses whoever may not take the user's account over, for that is what a new password allows.
async fn may_set(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    if ctx.actor.user == user && ctx.actor.session.is_some() {
        return Err(CURRENT_PASSWORD_REQUIRED.problem());
    }
    resource::load::<User>(tx, ctx, user.uuid()).await?;
    if !resource::may(tx, ctx, User::kind(), Action::Update, user.uuid()).await? {
        return Err(forbidden(User::kind().plural, Action::Update));
    }
    rights::require_covering(tx, ctx, user).await
}

/// How much of what signing in takes somebody has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tried {
    /// Something was wrong.
    Wrong,
    /// The password was right, and there is a second factor too. It forgives nothing, or whoever has
    /// the password could guess codes without end.
    InPart,
    /// All of it, which forgives the failures before.
    Whole,
}

/// How much the password has shown that was found to be right or wrong for the account as it was then;
/// somebody may have changed it since.
pub(super) async fn tried(tx: &mut Tx, account: &Account, matches: bool) -> Result<Tried> {
    let unchanged = store::account(tx, account.id).await?.as_ref() == Some(account);
    Ok(match matches && unchanged {
        false => Tried::Wrong,
        true if second_factor::is_confirmed(tx, account.id).await? => Tried::InPart,
        true => Tried::Whole,
    })
}

/// Counts a try; whether it succeeds.
pub(super) async fn count(
    tx: &mut Tx,
    name: &str,
    tried: Tried,
    now: DateTime<Utc>,
) -> Result<bool> {
    let attempts = store::attempts(tx, name).await?;
    if attempts.wait(now).is_some() {
        return Ok(false);
    }
    match tried {
        Tried::Wrong => store::set_attempts(tx, name, attempts.after_failure(now), now).await?,
        Tried::InPart => {}
        Tried::Whole => store::clear_attempts(tx, name).await?,
    }
    Ok(tried != Tried::Wrong)
}

/// Refuses a new password that breaks the rule. `known` is what anybody knows of its owner; an
/// address counts as a whole and by what stands before the `@`. `pointer` is where the password is.
pub(crate) fn accept(password: &Secret, known: &[&str], pointer: &str) -> Result<()> {
    let locals = known.iter().filter_map(|word| word.split_once('@')).map(|(local, _)| local);
    let words: Vec<&str> = known.iter().copied().chain(locals).collect();
    check_password(password, &words).map_err(|refusal| weak(refusal, pointer))
}

/// What anybody knows of the owner of an account.
pub(super) fn known<'a>(tenant: &'a Found, account: &'a Account) -> [&'a str; 3] {
    [&account.email, &account.name, &tenant.name]
}

/// The hash to keep of a password.
pub(crate) async fn hashed(passwords: &Passwords, password: &Secret) -> Result<String> {
    passwords.hash(password).await.map_err(unchecked)
}

/// Keeps the hash of a user's password, which counts until then, in place of the one before. Letters that
/// bring a new one work no more.
pub(crate) async fn keep(
    tx: &mut Tx,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    store::set_password(tx, user, hash, now, until).await?;
    letters::revoke(tx, user).await
}

/// Gives a user a password, ends their sessions and tells them, unless it is their first.
///
/// # Errors
/// `not_found`, and those of the store.
pub(crate) async fn replace(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    hash: &str,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    let account = store::account(tx, user).await?.ok_or_else(|| NOT_FOUND.problem())?;
    keep(tx, user, hash, ctx.now, until).await?;
    store::end_all(tx, user, ctx.now, None).await?;
    tell(tx, &account, ctx.now).await?;
    remember(tx, ctx, user, "password_set").await
}

/// Tells whoever had a password before that there is another.
pub(super) async fn tell(tx: &mut Tx, before: &Account, now: DateTime<Utc>) -> Result<()> {
    match before.password_hash {
        Some(_) => {
            letters::tell(tx, LetterKind::PasswordChanged, before.id, &before.email, now).await
        }
        None => Ok(()),
    }
}

/// A password that nobody has: 120 random bits, again in case they spell a name.
pub(crate) fn make_up(known: &[&str]) -> Secret {
    loop {
        let bytes: [u8; 15] = rand::random();
        let password = URL_SAFE_NO_PAD.encode(bytes).into();
        if accept(&password, known, "").is_ok() {
            return password;
        }
    }
}

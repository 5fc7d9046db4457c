//! Another address for oneself.

use super::model::{ChangeEmail, ConfirmEmail, INVALID_ACCOUNT_TOKEN, TOO_MANY_LETTERS};
use crate::{
    secrets::AccountToken,
    sessions::{
        Auth, WRONG_PASSWORD,
        letters::{self, LetterKind},
        login::{failures_of, remember},
        model::unchecked,
        passwords::{count, tried, whose},
        service::own_session,
        store as accounts,
    },
    users,
};
use guanxi_kernel::{Ctx, Line, Result, problem::VALIDATION_FAILED};
use guanxi_storage::Tx;

/// When a letter may be asked for again.
const LATER: u64 = 3_600;

impl Auth {
    /// Gives the caller another address: at once if no mail can be sent, else when it has been confirmed
    /// with what a letter to it brings. Whether it was done at once. A wrong password counts as a failed
    /// login.
    ///
    /// # Errors
    /// `session_required`; `validation_failed` and `duplicate` at `/email`; `wrong_password` at
    /// `/current_password`; `too_many_letters`.
    pub async fn change_email(&self, ctx: &Ctx, wish: ChangeEmail, by_mail: bool) -> Result<bool> {
        let session = own_session(ctx)?;
        let user = ctx.actor.user;
        let wrong = |finding| VALIDATION_FAILED.with("count", 1).and(finding);
        let email = users::address(&wish.email).map_err(wrong)?;
        let (tenant, account) = self.db.read(ctx.tenant, async |tx| whose(tx, user).await).await?;
        let hash = account.password_hash.as_deref();
        let verdict = self.passwords.verify(&wish.current_password, hash).await;
        let matches = verdict.map_err(unchecked)?.matches;
        let name = failures_of(&tenant.slug, &account.email);
        let change = async |tx: &mut Tx| {
            let tried = tried(tx, &account, matches).await?;
            if !count(tx, &name, tried, ctx.now).await? {
                return Ok(false);
            }
            users::require_free(tx, &email, user).await?;
            if wish.sign_out_everywhere {
                accounts::end_all(tx, user, ctx.now, Some(session)).await?;
            }
            if !by_mail {
                return users::move_to(tx, ctx, email.clone()).await.map(|()| true);
            }
            if !letters::confirm(tx, user, &email, ctx.now).await? {
                return Err(TOO_MANY_LETTERS.problem().retry_after(LATER));
            }
            remember(tx, ctx, user, "email_change_asked").await.map(|()| true)
        };
        let changed = self.db.write(ctx.tenant, change).await?;
        if changed { Ok(!by_mail) } else { Err(WRONG_PASSWORD.at("/current_password")) }
    }

    /// Confirms the caller's new address with the token that was sent to it.
    ///
    /// # Errors
    /// `session_required`; `invalid_account_token` at `/token`; `duplicate` at `/email` if somebody else
    /// has got the address meanwhile.
    pub async fn confirm_email(&self, ctx: &Ctx, wish: ConfirmEmail) -> Result<()> {
        own_session(ctx)?;
        let refused = || INVALID_ACCOUNT_TOKEN.at("/token");
        let token = AccountToken::parse(wish.token.expose()).map_err(|_| refused())?;
        let confirm = async |tx: &mut Tx| {
            let spent = letters::spend(tx, &token, LetterKind::EmailConfirmation, ctx.now).await?;
            // Somebody else's is refused, and stays good for them.
            let mine = spent.filter(|holder| holder.user_id == ctx.actor.user);
            let email = mine.and_then(|holder| Line::new(&holder.address).ok());
            let email = email.ok_or_else(refused)?;
            users::move_to(tx, ctx, email).await
        };
        self.db.write(ctx.tenant, confirm).await
    }
}

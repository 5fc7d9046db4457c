//! The forgotten password.

use super::model::{AskPasswordReset, INVALID_ACCOUNT_TOKEN, ResetPassword};
use crate::{
    bootstrap::MAIN,
    secrets::AccountToken,
    sessions::{
        Auth,
        letters::{self, LetterKind},
        login::{failures_of, remember},
        model::Client,
        passwords::{accept, hashed, keep, known, tell, whose},
        second_factor,
        store::{self as accounts, Account},
    },
    tenants::{self, Found},
    users::{self, UserStatus},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, TenantId, UserId};
use guanxi_storage::Tx;

impl Auth {
    /// Has a letter sent by which a new password is chosen, if there is such an account. The answer and
    /// the work are the same if there is none.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn ask_password_reset(&self, wish: AskPasswordReset) -> Result<()> {
        // What is no address is nobody's, and may become longer than an index holds.
        let Ok(email) = users::address(&wish.email) else { return Ok(()) };
        let (slug, now) = (wish.tenant.as_deref().unwrap_or(MAIN), self.now());
        let id = tenants::named(&self.db, slug).await?;
        self.db.write(id, async |tx| letters::ask(tx, &email, now).await).await
    }

    /// Chooses a new password with the token of a letter, and ends all sessions of the user. A second
    /// factor stays.
    ///
    /// # Errors
    /// `invalid_account_token` at `/token`; `weak_password` at `/new_password`, for which the token stays
    /// good; `too_many_logins`.
    pub async fn reset_password(
        &self,
        wish: ResetPassword,
        client: impl Into<Client>,
    ) -> Result<()> {
        let refused = || INVALID_ACCOUNT_TOKEN.at("/token");
        let token = AccountToken::parse(wish.token.expose()).map_err(|_| refused())?;
        let (tenant, now, client) = (TenantId::from(token.tenant()), self.now(), client.into());
        // Made-up tokens cost no hash and do not queue for the writer.
        let holder = async |tx: &mut Tx| holder(tx, &token, now).await;
        let (found, account) = self.db.read(tenant, holder).await?.ok_or_else(refused)?;
        accept(&wish.new_password, &known(&found, &account), "/new_password")?;
        let hash = hashed(&self.passwords, &wish.new_password).await?;
        let reset = async |tx: &mut Tx| {
            let spent = letters::spend(tx, &token, LetterKind::PasswordReset, now).await?;
            let Some(user) = spent.map(|holder| holder.user_id) else { return Ok(false) };
            let Some(account) = active(tx, user).await? else { return Ok(false) };
            keep(tx, user, &hash, now, None).await?;
            accounts::end_all(tx, user, now, None).await?;
            // With a second factor it was only half of what signing in takes, and forgives nothing.
            if !second_factor::is_confirmed(tx, user).await? {
                let name = failures_of(&found.slug, &account.email);
                accounts::clear_attempts(tx, &name).await?;
            }
            tell(tx, &account, now).await?;
            let ctx = found.context(user, now, client.request_id.clone());
            remember(tx, &ctx, user, "password_reset").await.map(|()| true)
        };
        if self.db.write(tenant, reset).await? { Ok(()) } else { Err(refused()) }
    }
}

/// Whose token it is, if they can sign in.
async fn holder(
    tx: &mut Tx,
    token: &AccountToken,
    now: DateTime<Utc>,
) -> Result<Option<(Found, Account)>> {
    let found = letters::find(tx, token, LetterKind::PasswordReset, now).await?;
    let Some(user) = found.map(|holder| holder.user_id) else { return Ok(None) };
    if active(tx, user).await?.is_none() {
        return Ok(None);
    }
    whose(tx, user).await.map(Some)
}

async fn active(tx: &mut Tx, user: UserId) -> Result<Option<Account>> {
    let account = accounts::account(tx, user).await?;
    Ok(account.filter(|account| account.status == UserStatus::Active))
}

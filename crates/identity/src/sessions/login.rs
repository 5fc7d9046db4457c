//! Signing in.
//!
//! Whatever is wrong, the answer, the time and the work are the same: one read, one hash, one
//! write, each of as many statements. So nobody learns from outside which companies and addresses
//! there are. Whether an account must wait is decided after the password was checked, in the
//! transaction that counts: who tries many at once gains nothing.

use super::{
    Auth,
    model::{
        Client, INVALID_CREDENTIALS, LONGEST, Login, PASSWORD_EXPIRED, Stored, Tokens, unchecked,
    },
    second_factor::{
        self, Proof, SECOND_FACTOR_CODE_REQUIRED, TOO_MANY_WRONG_CODES, WRONG_SECOND_FACTOR,
    },
    store::{self, Account},
};
use crate::{
    bootstrap::MAIN,
    secrets::{Attempts, Holder, RefreshToken, Secret},
    tenants::{self, Found},
    users::{User, UserStatus},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Code, Ctx, Result, SessionId, TenantId, UserId, problem::INTERNAL, text::fold,
};
use guanxi_storage::{
    Resource as _, Tx,
    events::{self, Event},
    kind::Parts as _,
    resource,
};
use sha2::{Digest as _, Sha256};

/// The session that began, or why none did: a refusal is no error, since the failure has to be kept.
type Entry = std::result::Result<(Stored, RefreshToken), &'static Code>;

/// One try to sign in, after its password was checked.
struct Try {
    tenant: Option<Found>,
    /// What failures are counted by.
    name: String,
    email: String,
    /// The account as it was when the password was found to be right.
    proven: Option<Account>,
    /// The hash to keep from now on, if the present one is outdated.
    rehashed: Option<String>,
    /// The code that was sent besides.
    code: Option<Secret>,
    client: Client,
    now: DateTime<Utc>,
}

impl Auth {
    /// Signs in by password, and by a code if the account has a second factor.
    ///
    /// # Errors
    /// `invalid_credentials` whatever is wrong with account or password; `password_expired`,
    /// `second_factor_code_required`, `wrong_second_factor` and `too_many_wrong_codes` to who has shown
    /// the password; `too_many_logins`.
    pub async fn login(&self, wish: Login, client: impl Into<Client>) -> Result<Tokens> {
        let now = self.now();
        let slug = wish.tenant.as_deref().unwrap_or(MAIN);
        let (email, id) = (fold(&wish.email), tenants::named(&self.db, slug).await?);
        let found = async |tx: &mut Tx| {
            Ok((tenants::load(tx).await?, store::account_by_email(tx, &email).await?))
        };
        let (tenant, account) = self.db.read(id, found).await?;
        let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
        let verdict = self.passwords.verify(&wish.password, hash).await.map_err(unchecked)?;
        let rehashed = match verdict.rehash {
            true => Some(self.passwords.hash(&wish.password).await.map_err(unchecked)?),
            false => None,
        };
        let proven = account.filter(|_| verdict.matches);
        let (name, client) = (failures_of(slug, &email), client.into());
        let code = wish.code;
        let attempt = Try { tenant, name, email, proven, rehashed, code, client, now };
        let begun = self.db.write(id, async |tx| sign_in(tx, &attempt).await).await?;
        let (session, refresh) = begun.map_err(Code::problem)?;
        self.tokens(id, &session, &refresh)
    }

    /// The tokens of a session whose refresh token is `refresh`.
    pub(super) fn tokens(
        &self,
        tenant: TenantId,
        session: &Stored,
        refresh: &RefreshToken,
    ) -> Result<Tokens> {
        let now = self.now();
        let holder = Holder {
            user: session.user_id.uuid(),
            tenant: tenant.uuid(),
            session: session.id.uuid(),
            version: None,
        };
        let claims = self.keys.claims(holder, now);
        let issue = self.keys.issue(&claims);
        Ok(Tokens {
            access_token: issue.map_err(|error| INTERNAL.problem().because(error))?,
            token_type: "Bearer",
            expires_in: claims.exp - claims.iat,
            refresh_token: refresh.reveal(),
            refresh_expires_in: (session.ends_at() - now).num_seconds(),
        })
    }
}

/// Lets them in, or counts the failure.
async fn sign_in(tx: &mut Tx, attempt: &Try) -> Result<Entry> {
    let now = attempt.now;
    let attempts = store::attempts(tx, &attempt.name).await?;
    let account = store::account_by_email(tx, &attempt.email).await?;
    if attempts.wait(now).is_some() {
        // Not looked at and not counted, or strangers could keep somebody out for good. Written
        // nevertheless, so that it takes as long.
        store::set_attempts(tx, &attempt.name, attempts, now).await?;
        pretend_to_remember(tx, attempt, attempts).await?;
        return Ok(Err(&INVALID_CREDENTIALS));
    }
    let ctx =
        |tenant: &Found, user: UserId| tenant.context(user, now, attempt.client.request_id.clone());
    // What was proven must still be so: somebody may have changed the password meanwhile.
    let right = account.as_ref().filter(|account| attempt.proven.as_ref() == Some(*account));
    let right = right.filter(|account| account.status == UserStatus::Active);
    let mut refusal = &INVALID_CREDENTIALS;
    if let (Some(tenant), Some(account)) = (&attempt.tenant, right) {
        // Whoever knows it can do nothing with it, so it may be told.
        if account.is_outdated(now) {
            return Ok(Err(&PASSWORD_EXPIRED));
        }
        let ctx = ctx(tenant, account.id);
        match second_factor::prove(tx, &ctx, account.id, attempt.code.as_ref()).await? {
            Proof::Missing => return Ok(Err(&SECOND_FACTOR_CODE_REQUIRED)),
            // Not looked at, and so not counted either.
            Proof::Waits => return Ok(Err(&TOO_MANY_WRONG_CODES)),
            Proof::Wrong => refusal = &WRONG_SECOND_FACTOR,
            proof @ (Proof::Unneeded | Proof::Code | Proof::Recovery) => {
                if proof == Proof::Recovery {
                    remember(tx, &ctx, account.id, "recovery_code_used").await?;
                }
                return enter(tx, &ctx, attempt).await.map(Ok);
            }
        }
    }
    let failed = attempts.after_failure(now);
    store::set_attempts(tx, &attempt.name, failed, now).await?;
    match (&attempt.tenant, account) {
        (Some(tenant), Some(account)) => {
            remember(tx, &ctx(tenant, account.id), account.id, "sign_in_failed").await?;
        }
        _ => pretend_to_remember(tx, attempt, failed).await?,
    }
    Ok(Err(refusal))
}

/// As many statements as [`remember`] has, which read and write as it does and change nothing: for a failure
/// that no event tells of. A test counts both.
async fn pretend_to_remember(tx: &mut Tx, attempt: &Try, attempts: Attempts) -> Result<()> {
    // The user, the number of the event, the event, and its place in a timeline.
    store::account_by_email(tx, &attempt.email).await?;
    store::attempts(tx, &attempt.name).await?;
    store::set_attempts(tx, &attempt.name, attempts, attempt.now).await?;
    store::set_attempts(tx, &attempt.name, attempts, attempt.now).await
}

/// Lets the acting user in, who has shown everything.
async fn enter(tx: &mut Tx, ctx: &Ctx, attempt: &Try) -> Result<(Stored, RefreshToken)> {
    let user = ctx.actor.user;
    store::clear_attempts(tx, &attempt.name).await?;
    if let Some(hash) = &attempt.rehashed {
        store::rehash(tx, user, hash).await?;
    }
    let begun = begin(tx, ctx, attempt.client.device()).await?;
    remember(tx, ctx, user, "signed_in").await?;
    Ok(begun)
}

/// Begins a session of the acting user.
async fn begin(tx: &mut Tx, ctx: &Ctx, device: Option<String>) -> Result<(Stored, RefreshToken)> {
    let session = Stored {
        id: SessionId::new(ctx.now),
        user_id: ctx.actor.user,
        created_at: ctx.now,
        last_used_at: ctx.now,
        expires_at: ctx.now + LONGEST,
        ended_at: None,
        user_agent: device,
    };
    let token = RefreshToken::generate(ctx.tenant.uuid());
    store::insert(tx, &session).await?;
    store::issue_token(tx, &token.digest().to_hex(), session.id, ctx.now).await?;
    Ok((session, token))
}

/// Records that something happened to a user's account by which their record does not change.
pub(super) async fn remember(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    verb: &'static str,
) -> Result<()> {
    let everything = Ctx { actor: guanxi_kernel::Actor::system(user).into(), ..ctx.clone() };
    let user: User = resource::load(tx, &everything, user.uuid()).await?;
    let document = serde_json::to_value(&user).unwrap_or_default();
    let event = Event {
        subject: User::kind(),
        subject_id: user.meta.id.uuid(),
        verb,
        version: user.meta().version,
        before: Some(document.clone()),
        after: document,
        concerns: Vec::new(),
    };
    events::record(tx, ctx, event).await
}

/// By what the failures of an account are counted: also for one that there is not, and in a form
/// that does not tell whose it is.
pub(super) fn failures_of(tenant: &str, email: &str) -> String {
    let mut digest = Sha256::new();
    for part in [tenant, email] {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

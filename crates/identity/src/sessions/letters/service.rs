//! Noting letters, wording them, and what their tokens open.

use super::{
    model::{About, Due, Letter, LetterKind, Next, TOKEN_LASTS, key, pause},
    store::{self, Holder, To},
};
use crate::{
    secrets::AccountToken,
    sessions::{
        login::remember,
        store::{self as accounts, Account},
    },
    tenants,
    users::UserStatus,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::Tx;
use uuid::Uuid;

/// Letters that bring a token to one address within [`WINDOW`]; others are not sent.
const TO_ADDRESS: i64 = 3;
/// Letters by which one user confirms addresses within it.
const OF_USER: i64 = 5;
/// The time within which they are counted.
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// When letters are forgotten.
const KEPT: TimeDelta = TimeDelta::days(1);

/// Notes that somebody wants a new password for the account with this address, if there is one. Too many
/// for one address are passed over.
pub(in crate::sessions) async fn ask(tx: &mut Tx, address: &str, now: DateTime<Utc>) -> Result<()> {
    let kind = LetterKind::PasswordReset;
    if store::count(tx, kind, To::Address(address), now - WINDOW).await? >= TO_ADDRESS {
        return Ok(());
    }
    store::note(tx, kind, address, None, now).await
}

/// Notes that a user is to show that this address is theirs; false if there were too many such letters.
pub(in crate::sessions) async fn confirm(
    tx: &mut Tx,
    user: UserId,
    address: &str,
    now: DateTime<Utc>,
) -> Result<bool> {
    let (kind, since) = (LetterKind::EmailConfirmation, now - WINDOW);
    if store::count(tx, kind, To::Address(address), since).await? >= TO_ADDRESS
        || store::count(tx, kind, To::User(user), since).await? >= OF_USER
    {
        return Ok(false);
    }
    store::note(tx, kind, address, Some(user), now).await.map(|()| true)
}

/// Notes that a user is to be told at this address what has happened.
pub(crate) async fn tell(
    tx: &mut Tx,
    kind: LetterKind,
    user: UserId,
    address: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    store::note(tx, kind, address, Some(user), now).await
}

/// Makes all tokens useless that a user was sent, and ends what waits to bring another for an address. A
/// letter that brings a new password may still come: it goes to where the account is then.
pub(crate) async fn revoke(tx: &mut Tx, user: UserId) -> Result<()> {
    store::end_waiting(tx, LetterKind::EmailConfirmation, user).await?;
    store::remove_tokens(tx, user).await
}

/// Whose token it is, if it works for that.
pub(in crate::sessions) async fn find(
    tx: &mut Tx,
    token: &AccountToken,
    kind: LetterKind,
    now: DateTime<Utc>,
) -> Result<Option<Holder>> {
    store::token(tx, &token.digest().to_hex(), kind, now).await
}

/// The same, and spends it; none to whoever comes second.
pub(in crate::sessions) async fn spend(
    tx: &mut Tx,
    token: &AccountToken,
    kind: LetterKind,
    now: DateTime<Utc>,
) -> Result<Option<Holder>> {
    let found = find(tx, token, kind, now).await?;
    let spent = found.is_some() && store::remove_token(tx, &token.digest().to_hex()).await?;
    Ok(found.filter(|_| spent))
}

/// Forgets a bounded number of letters and of tokens that are old enough; the larger of both.
pub(in crate::sessions) async fn forget(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<u64> {
    let letters = store::forget_letters(tx, now - KEPT, most).await?;
    Ok(letters.max(store::forget_tokens(tx, now, most).await?))
}

/// Claims the letter that waits longest for one try, which has that long, and words it. `page` is where
/// people choose passwords and confirm addresses, if the operator has named it.
///
/// # Errors
/// Those of the store.
pub async fn claim(
    tx: &mut Tx,
    now: DateTime<Utc>,
    page: Option<&str>,
    takes: TimeDelta,
) -> Result<Next> {
    let Some(due) = store::lock_due(tx, now).await? else { return Ok(Next::Nothing) };
    let Some(letter) = word(tx, &due, page, now).await? else {
        store::end(tx, due.id).await?;
        return Ok(Next::Passed);
    };
    store::take(tx, letter.id, letter.claim, now + takes).await?;
    Ok(Next::Claimed(Box::new(letter)))
}

/// Notes that a try has ended. `again` if the mail server could not take the letter now.
///
/// # Errors
/// Those of the store.
pub async fn settle(tx: &mut Tx, letter: &Letter, again: bool, now: DateTime<Utc>) -> Result<()> {
    let next = again.then(|| now + pause(now - letter.created_at));
    store::put_off(tx, letter.id, letter.claim, next).await
}

/// The letter with its token, unless it is too late or nobody is there who could do anything with it.
async fn word(
    tx: &mut Tx,
    due: &Due,
    page: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Option<Letter>> {
    if due.is_stale(now) {
        return Ok(None);
    }
    let Some(tenant) = tenants::load(tx).await? else { return Ok(None) };
    let account = match due.user_id {
        Some(user) => accounts::account(tx, user).await?,
        None => accounts::account_by_email(tx, &due.address).await?,
    };
    let of_use = |one: &Account| one.status == UserStatus::Active || !due.kind.brings_token();
    let Some(account) = account.filter(of_use) else { return Ok(None) };
    let key = match due.kind.brings_token() {
        true => key(page, due.kind, &bring(tx, due, account.id, now).await?),
        false => String::new(),
    };
    if due.kind == LetterKind::PasswordReset && due.claim.is_none() {
        let ctx = tenant.context(account.id, now, "mailer".into());
        remember(tx, &ctx, account.id, "password_reset_asked").await?;
    }
    let about = About { company: &tenant.name, account: &account.email, key: &key };
    Ok(Some(Letter {
        id: due.id,
        created_at: due.created_at,
        claim: Uuid::new_v4(),
        to: due.address.clone(),
        subject: due.kind.subject(),
        text: due.kind.text(&about),
    }))
}

/// A new token for a user, whose digest is kept.
async fn bring(tx: &mut Tx, due: &Due, user: UserId, now: DateTime<Utc>) -> Result<String> {
    let token = AccountToken::generate(tx.tenant().uuid());
    let holder = Holder { user_id: user, address: due.address.clone() };
    let digest = token.digest().to_hex();
    store::keep_token(tx, &digest, due.kind, &holder, now + TOKEN_LASTS).await?;
    Ok(token.reveal())
}

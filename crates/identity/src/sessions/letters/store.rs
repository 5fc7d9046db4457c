//! Letters about accounts and their tokens in the store. Nothing is decided here.

use super::model::{Due, LetterKind};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Id, Result, TenantId, UserId};
use guanxi_storage::{Sql, Tx, sql};
use uuid::Uuid;

/// Notes a letter, which is due at once.
pub(super) async fn note(
    tx: &mut Tx,
    kind: LetterKind,
    address: &str,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<()> {
    let insert = sql!(
        "INSERT INTO account_letters
             (tenant_id, id, kind, address, user_id, created_at, next_attempt_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        Id::<Due>::new(now),
        kind,
        address,
        user,
        now
    );
    tx.execute(insert).await.map(drop)
}

/// For whom letters were noted.
#[derive(Debug, Clone, Copy)]
pub(super) enum To<'a> {
    /// Those for an address.
    Address(&'a str),
    /// Those for a user.
    User(UserId),
}

/// How many letters of a kind were noted for somebody since then.
pub(super) async fn count(
    tx: &mut Tx,
    kind: LetterKind,
    to: To<'_>,
    since: DateTime<Utc>,
) -> Result<i64> {
    let mut count = Sql::new("SELECT COUNT(*) FROM account_letters WHERE tenant_id = $1");
    count.push(" AND kind = ").bind(kind).push(" AND created_at > ").bind(since);
    match to {
        To::Address(address) => count.push(" AND address = ").bind(address),
        To::User(user) => count.push(" AND user_id = ").bind(user),
    };
    Ok(tx.optional::<(i64,)>(count).await?.map_or(0, |(count,)| count))
}

/// The tenants in which letters about accounts wait.
///
/// # Errors
/// Those of the store.
pub async fn tenants(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let select = Sql::new(
        "SELECT t.id FROM tenants t WHERE EXISTS
             (SELECT 1 FROM account_letters l
              WHERE l.tenant_id = t.id AND l.next_attempt_at IS NOT NULL)
         ORDER BY t.id",
    );
    let rows: Vec<(TenantId,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The letter that waits longest and that nobody else looks at, kept from others until the transaction
/// ends.
pub(super) async fn lock_due(tx: &mut Tx, now: DateTime<Utc>) -> Result<Option<Due>> {
    let mut select = sql!(
        "SELECT id, kind, address, user_id, created_at, claim FROM account_letters
         WHERE tenant_id = $1 AND next_attempt_at <= $2
         ORDER BY next_attempt_at, id LIMIT 1",
        now
    );
    select.push(tx.for_update_of_free_rows());
    tx.optional(select).await
}

/// Takes a letter for one try; when that has not ended by then, it is due again.
pub(super) async fn take(tx: &mut Tx, id: Uuid, claim: Uuid, until: DateTime<Utc>) -> Result<()> {
    let update = sql!(
        "UPDATE account_letters SET claim = $3, next_attempt_at = $4
         WHERE tenant_id = $1 AND id = $2",
        id,
        claim,
        until
    );
    tx.execute(update).await.map(drop)
}

/// Nothing is to be done about a letter any more.
pub(super) async fn end(tx: &mut Tx, id: Uuid) -> Result<()> {
    let update = sql!(
        "UPDATE account_letters SET next_attempt_at = NULL WHERE tenant_id = $1 AND id = $2",
        id
    );
    tx.execute(update).await.map(drop)
}

/// Nothing is to be done any more about letters of a kind that wait for a user.
pub(super) async fn end_waiting(tx: &mut Tx, kind: LetterKind, user: UserId) -> Result<()> {
    let update = sql!(
        "UPDATE account_letters SET next_attempt_at = NULL
         WHERE tenant_id = $1 AND user_id = $2 AND kind = $3 AND next_attempt_at IS NOT NULL",
        user,
        kind
    );
    tx.execute(update).await.map(drop)
}

/// Says when a letter is due again, if it is, if the try still has it, and if nobody has ended it meanwhile.
pub(super) async fn put_off(
    tx: &mut Tx,
    id: Uuid,
    claim: Uuid,
    next: Option<DateTime<Utc>>,
) -> Result<()> {
    let update = sql!(
        "UPDATE account_letters SET next_attempt_at = $4
         WHERE tenant_id = $1 AND id = $2 AND claim = $3 AND next_attempt_at IS NOT NULL",
        id,
        claim,
        next
    );
    tx.execute(update).await.map(drop)
}

/// Forgets a bounded number of letters that were noted before then; how many.
pub(super) async fn forget_letters(tx: &mut Tx, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = sql!(
        "DELETE FROM account_letters WHERE tenant_id = $1 AND id IN (
             SELECT id FROM account_letters
             WHERE tenant_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)",
        before,
        most
    );
    tx.execute(delete).await
}

/// Whom a token belongs to, and to which address it was sent.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(in crate::sessions) struct Holder {
    pub(in crate::sessions) user_id: UserId,
    pub(in crate::sessions) address: String,
}

/// Keeps the digest of a token, which works until then.
pub(super) async fn keep_token(
    tx: &mut Tx,
    digest: &str,
    kind: LetterKind,
    holder: &Holder,
    until: DateTime<Utc>,
) -> Result<()> {
    let insert = sql!(
        "INSERT INTO account_tokens (tenant_id, digest, kind, user_id, address, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
        digest,
        kind,
        holder.user_id,
        holder.address.clone(),
        until
    );
    tx.execute(insert).await.map(drop)
}

/// Whose token it is, if it works for that.
pub(super) async fn token(
    tx: &mut Tx,
    digest: &str,
    kind: LetterKind,
    now: DateTime<Utc>,
) -> Result<Option<Holder>> {
    let select = sql!(
        "SELECT user_id, address FROM account_tokens
         WHERE tenant_id = $1 AND digest = $2 AND kind = $3 AND expires_at > $4",
        digest,
        kind,
        now
    );
    tx.optional(select).await
}

/// Takes a token away; whether it was there.
pub(super) async fn remove_token(tx: &mut Tx, digest: &str) -> Result<bool> {
    let delete = sql!("DELETE FROM account_tokens WHERE tenant_id = $1 AND digest = $2", digest);
    Ok(tx.execute(delete).await? == 1)
}

/// Takes all tokens of a user away.
pub(super) async fn remove_tokens(tx: &mut Tx, user: UserId) -> Result<()> {
    let delete = sql!("DELETE FROM account_tokens WHERE tenant_id = $1 AND user_id = $2", user);
    tx.execute(delete).await.map(drop)
}

/// Forgets a bounded number of tokens that work no more; how many.
pub(super) async fn forget_tokens(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = sql!(
        "DELETE FROM account_tokens WHERE tenant_id = $1 AND digest IN (
             SELECT digest FROM account_tokens
             WHERE tenant_id = $1 AND expires_at <= $2 ORDER BY expires_at LIMIT $3)",
        now,
        most
    );
    tx.execute(delete).await
}

//! Sessions, tokens, passwords and failures in the store. Nothing is decided here.

use super::model::{IDLE, Stored};
use crate::{secrets::Attempts, users::UserStatus};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, SessionId, UserId};
use guanxi_storage::{Sql, Tx, sql};

/// What is known of an account that somebody wants to come in by.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub(super) struct Account {
    pub(super) id: UserId,
    pub(super) email: String,
    pub(super) name: String,
    pub(super) status: UserStatus,
    pub(super) password_hash: Option<String>,
    /// Until when the password counts, if somebody else has made it up.
    pub(super) password_expires_at: Option<DateTime<Utc>>,
}

impl Account {
    /// Whether it has a password that was made up and has had its time.
    pub(super) fn is_outdated(&self, now: DateTime<Utc>) -> bool {
        self.password_expires_at.is_some_and(|end| end <= now)
    }
}

/// The account with the address.
pub(super) async fn account_by_email(tx: &mut Tx, email: &str) -> Result<Option<Account>> {
    let select = sql!(
        "SELECT u.id, u.email, u.name, u.status, c.password_hash,
             c.expires_at AS password_expires_at
         FROM users u LEFT JOIN credentials c ON c.tenant_id = u.tenant_id AND c.user_id = u.id
         WHERE u.tenant_id = $1 AND u.email = $2 AND u.deleted_at IS NULL",
        email
    );
    tx.optional(select).await
}

/// The account of the user.
pub(super) async fn account(tx: &mut Tx, user: UserId) -> Result<Option<Account>> {
    let select = sql!(
        "SELECT u.id, u.email, u.name, u.status, c.password_hash,
             c.expires_at AS password_expires_at
         FROM users u LEFT JOIN credentials c ON c.tenant_id = u.tenant_id AND c.user_id = u.id
         WHERE u.tenant_id = $1 AND u.id = $2 AND u.deleted_at IS NULL",
        user
    );
    tx.optional(select).await
}

/// Keeps the hash of a password, which counts until then, in place of the one before.
pub(super) async fn set_password(
    tx: &mut Tx,
    user: UserId,
    hash: &str,
    now: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO credentials (tenant_id, user_id, password_hash, changed_at, expires_at)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, user_id)
         DO UPDATE SET password_hash = excluded.password_hash, changed_at = excluded.changed_at,
             expires_at = excluded.expires_at",
        user,
        hash,
        now,
        until
    );
    tx.execute(upsert).await.map(drop)
}

/// Keeps another hash of the same password.
pub(super) async fn rehash(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    let update = sql!(
        "UPDATE credentials SET password_hash = $3 WHERE tenant_id = $1 AND user_id = $2",
        user,
        hash
    );
    tx.execute(update).await.map(drop)
}

/// The address of the user if their password was made up and has had its time.
pub(crate) async fn outdated(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<Option<String>> {
    let account = account(tx, user).await?;
    let outdated = account.filter(|one| one.status == UserStatus::Active && one.is_outdated(now));
    Ok(outdated.map(|account| account.email))
}

#[derive(sqlx::FromRow)]
struct AttemptsRow {
    failures: i64,
    last_at: DateTime<Utc>,
}

/// The recent failures by the name that was tried.
pub(super) async fn attempts(tx: &mut Tx, account: &str) -> Result<Attempts> {
    let select = sql!(
        "SELECT failures, last_at FROM login_failures WHERE tenant_id = $1 AND account = $2",
        account
    );
    let row: Option<AttemptsRow> = tx.optional(select).await?;
    let read = |row: AttemptsRow| Attempts { failures: row.failures, last_at: Some(row.last_at) };
    Ok(row.map(read).unwrap_or_default())
}

/// Keeps the count of failures.
pub(super) async fn set_attempts(
    tx: &mut Tx,
    account: &str,
    attempts: Attempts,
    now: DateTime<Utc>,
) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO login_failures (tenant_id, account, failures, last_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, account)
         DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at",
        account,
        attempts.failures,
        attempts.last_at.unwrap_or(now)
    );
    tx.execute(upsert).await.map(drop)
}

/// Forgets the failures.
pub(super) async fn clear_attempts(tx: &mut Tx, account: &str) -> Result<()> {
    let delete = sql!("DELETE FROM login_failures WHERE tenant_id = $1 AND account = $2", account);
    tx.execute(delete).await.map(drop)
}

/// Begins a session.
pub(super) async fn insert(tx: &mut Tx, session: &Stored) -> Result<()> {
    let insert = sql!(
        "INSERT INTO sessions
             (tenant_id, id, user_id, created_at, last_used_at, expires_at, user_agent)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        session.id,
        session.user_id,
        session.created_at,
        session.last_used_at,
        session.expires_at,
        session.user_agent.clone()
    );
    tx.execute(insert).await.map(drop)
}

/// Ends a session of the user; whether there was one to end.
pub(super) async fn end_one(
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<bool> {
    let update = sql!(
        "UPDATE sessions SET ended_at = $4
         WHERE tenant_id = $1 AND user_id = $2 AND id = $3 AND ended_at IS NULL
             AND expires_at > $4 AND last_used_at > $5",
        user,
        session,
        now,
        now - IDLE
    );
    Ok(tx.execute(update).await? == 1)
}

/// Ends all sessions of a user, but for one if that is to remain.
pub(crate) async fn end_all(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
    except: Option<SessionId>,
) -> Result<()> {
    let mut update = Sql::new("UPDATE sessions SET ended_at = ");
    update.bind(now).push(" WHERE tenant_id = $1 AND ended_at IS NULL AND user_id = ").bind(user);
    if let Some(except) = except {
        update.push(" AND id <> ").bind(except);
    }
    tx.execute(update).await.map(drop)
}

/// The sessions of a user that are not over, the latest first.
pub(super) async fn of_user(
    tx: &mut Tx,
    user: UserId,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<Stored>> {
    let select = sql!(
        "SELECT id, user_id, created_at, last_used_at, expires_at, ended_at, user_agent
         FROM sessions
         WHERE tenant_id = $1 AND user_id = $2 AND ended_at IS NULL
             AND expires_at > $3 AND last_used_at > $4
         ORDER BY created_at DESC, id DESC LIMIT $5",
        user,
        now,
        now - IDLE,
        most
    );
    tx.all(select).await
}

#[derive(sqlx::FromRow)]
pub(super) struct TokenRow {
    pub(super) used_at: Option<DateTime<Utc>>,
    #[sqlx(flatten)]
    pub(super) session: Stored,
}

/// A refresh token that was once handed out, with its session.
pub(super) async fn token(tx: &mut Tx, digest: &str) -> Result<Option<TokenRow>> {
    let select = sql!(
        "SELECT r.used_at, s.id, s.user_id, s.created_at, s.last_used_at, s.expires_at,
             s.ended_at, s.user_agent
         FROM refresh_tokens r
         JOIN sessions s ON s.tenant_id = r.tenant_id AND s.id = r.session_id
         WHERE r.tenant_id = $1 AND r.digest = $2",
        digest
    );
    tx.optional(select).await
}

/// Notes that a refresh token is handed out.
pub(super) async fn issue_token(
    tx: &mut Tx,
    digest: &str,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<()> {
    let insert = sql!(
        "INSERT INTO refresh_tokens (tenant_id, digest, session_id, issued_at)
         VALUES ($1, $2, $3, $4)",
        digest,
        session,
        now
    );
    tx.execute(insert).await.map(drop)
}

/// Notes that a refresh token was used, and so its session.
pub(super) async fn spend_token(
    tx: &mut Tx,
    digest: &str,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<()> {
    let spend = sql!(
        "UPDATE refresh_tokens SET used_at = $3 WHERE tenant_id = $1 AND digest = $2",
        digest,
        now
    );
    tx.execute(spend).await?;
    let touch = sql!(
        "UPDATE sessions SET last_used_at = $3 WHERE tenant_id = $1 AND id = $2",
        session,
        now
    );
    tx.execute(touch).await.map(drop)
}

/// How current what is kept in caches has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, sqlx::FromRow)]
pub(super) struct Versions {
    pub(super) access_version: i64,
    pub(super) tenant_version: i64,
}

/// The versions to go by if the session of the user lives. Asked on every request: one row by its
/// key in each of two tables.
pub(super) async fn alive(
    tx: &mut Tx,
    user: UserId,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Versions>> {
    let select = sql!(
        "SELECT t.access_version, t.version AS tenant_version
         FROM sessions s JOIN tenants t ON t.tenant_id = s.tenant_id AND t.id = s.tenant_id
         WHERE s.tenant_id = $1 AND s.id = $2 AND s.user_id = $3
             AND s.ended_at IS NULL AND s.expires_at > $4",
        session,
        user,
        now
    );
    tx.optional(select).await
}

/// Forgets a bounded number of accounts whose last failure was before then; how many.
pub(super) async fn forget_attempts(tx: &mut Tx, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = sql!(
        "DELETE FROM login_failures WHERE tenant_id = $1 AND account IN (
             SELECT account FROM login_failures
             WHERE tenant_id = $1 AND last_at < $2 ORDER BY last_at LIMIT $3)",
        before,
        most
    );
    tx.execute(delete).await
}

/// Forgets a bounded number of sessions last used before then, with their tokens; how many.
pub(super) async fn forget_sessions(tx: &mut Tx, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let old = sql!(
        "SELECT id FROM sessions
         WHERE tenant_id = $1 AND last_used_at < $2 ORDER BY last_used_at LIMIT $3",
        before,
        most
    );
    let old: Vec<(SessionId,)> = tx.all(old).await?;
    for (table, column) in [("refresh_tokens", "session_id"), ("sessions", "id")] {
        let mut delete = Sql::new("DELETE FROM ");
        delete.push(table).push(" WHERE tenant_id = $1 AND ").push(column).push(" IN ");
        tx.execute({
            delete.bind_all(old.iter().map(|row| row.0));
            delete
        })
        .await?;
    }
    Ok(old.len() as u64)
}

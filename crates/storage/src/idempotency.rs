//! Idempotency records: the answer of a write, kept in the transaction of its effect.
//!
//! The record is claimed first. A second request with the same key waits for the transaction of
//! the first one to end (on the unique index, or for the one writer) and then finds its answer. If
//! the first one fails, its claim is undone with everything else and the second one does the work.
//!
//! If the first one takes longer than anybody may wait, PostgreSQL says for what was waited, and the second
//! one is told `idempotency_in_progress`. Whoever waits for the one writer of the embedded store waits for all
//! that write, whatever their keys, and is told `store_unavailable`.

use crate::{
    Tx,
    error::{self, KEY_IN_PROGRESS, KEY_REUSED},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result};

/// What a request is known by.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Method and path template: the same key may be used for different things.
    pub operation: String,
    /// What the caller chose.
    pub key: String,
    /// A digest of the whole request.
    pub fingerprint: String,
}

/// A kept answer.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Answer {
    /// The HTTP status.
    pub status: i64,
    /// The `ETag`, if it had one.
    pub etag: Option<String>,
    /// The `Location`, if it had one.
    pub location: Option<String>,
    /// The body.
    pub body: String,
}

#[derive(sqlx::FromRow)]
struct Kept {
    fingerprint: String,
    #[sqlx(flatten)]
    answer: Answer,
}

/// Claims the key for this transaction. If it was used before, the answer of then.
///
/// # Errors
/// `idempotency_key_reused` if it was used for another request; `idempotency_in_progress` if the first
/// request with it has not ended after the time that a statement may wait.
pub async fn claim(tx: &mut Tx, ctx: &Ctx, claim: &Claim) -> Result<Option<Answer>> {
    let insert = crate::sql!(
        "INSERT INTO idempotency_keys
             (tenant_id, principal_id, operation, key, fingerprint, status, body, created_at)
         VALUES ($1, $2, $3, $4, $5, 0, '', $6)
         ON CONFLICT (tenant_id, principal_id, operation, key) DO NOTHING",
        ctx.actor.principal(),
        claim.operation.clone(),
        claim.key.clone(),
        claim.fingerprint.clone(),
        ctx.now
    );
    match tx.execute(insert).await {
        Ok(1) => return Ok(None),
        Ok(_) => {}
        Err(problem) if error::took_too_long(&problem) => {
            // One row waits for nothing but its key, and would wait as long once more.
            tx.failed = Some(&KEY_IN_PROGRESS);
            return Err(KEY_IN_PROGRESS.problem().retry_after(1).because(problem));
        }
        Err(problem) => return Err(problem),
    }
    let select = crate::sql!(
        "SELECT fingerprint, status, etag, location, body FROM idempotency_keys
         WHERE tenant_id = $1 AND principal_id = $2 AND operation = $3 AND key = $4",
        ctx.actor.principal(),
        claim.operation.clone(),
        claim.key.clone()
    );
    match tx.optional::<Kept>(select).await? {
        Some(kept) if kept.fingerprint != claim.fingerprint => Err(KEY_REUSED.problem()),
        Some(kept) => Ok(Some(kept.answer)),
        None => Err(KEY_IN_PROGRESS.problem().retry_after(1)),
    }
}

/// Keeps the answer under the claimed key.
///
/// # Errors
/// Those of the store.
pub async fn keep(tx: &mut Tx, ctx: &Ctx, claim: &Claim, answer: &Answer) -> Result<()> {
    let update = crate::sql!(
        "UPDATE idempotency_keys SET status = $5, etag = $6, location = $7, body = $8
         WHERE tenant_id = $1 AND principal_id = $2 AND operation = $3 AND key = $4",
        ctx.actor.principal(),
        claim.operation.clone(),
        claim.key.clone(),
        answer.status,
        answer.etag.clone(),
        answer.location.clone(),
        answer.body.clone()
    );
    tx.execute(update).await.map(drop)
}

/// Forgets a bounded number of answers older than `before`; how many.
///
/// # Errors
/// Those of the store.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = crate::sql!(
        "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND (principal_id, operation, key) IN (
             SELECT principal_id, operation, key FROM idempotency_keys
             WHERE tenant_id = $1 AND created_at < $2 ORDER BY created_at LIMIT $3)",
        before,
        most
    );
    tx.execute(delete).await
}

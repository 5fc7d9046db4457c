//! Second factors in the store. Nothing is decided here.

use super::model::Stored;
use crate::secrets::WrongCodes;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, RoleId, TenantId, UserId};
use guanxi_storage::{Sql, Tx, sql};

/// The second factor of a user, confirmed or not.
pub(super) async fn find(tx: &mut Tx, user: UserId) -> Result<Option<Stored>> {
    let select = sql!(
        "SELECT secret, confirmed_at, last_step, wrong_codes, wrong_at FROM second_factors
         WHERE tenant_id = $1 AND user_id = $2",
        user
    );
    tx.optional(select).await
}

/// Whether signing in takes a code of the user.
pub(in crate::sessions) async fn is_confirmed(tx: &mut Tx, user: UserId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM second_factors
         WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NOT NULL",
        user
    );
    tx.exists(select).await
}

/// Keeps a sealed secret that waits to be confirmed, in place of one that still does.
pub(super) async fn begin(
    tx: &mut Tx,
    user: UserId,
    secret: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO second_factors (tenant_id, user_id, secret, created_at, last_step)
         VALUES ($1, $2, $3, $4, 0)
         ON CONFLICT (tenant_id, user_id)
         DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at, last_step = 0
         WHERE second_factors.confirmed_at IS NULL",
        user,
        secret,
        now
    );
    tx.execute(upsert).await.map(drop)
}

/// From now on signing in takes a code later than that of `step`.
pub(super) async fn confirm(
    tx: &mut Tx,
    user: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE second_factors SET confirmed_at = $3, last_step = $4
         WHERE tenant_id = $1 AND user_id = $2",
        user,
        now,
        step
    );
    tx.execute(update).await.map(drop)
}

/// Spends the code of a step, and so those before it, and forgives the wrong ones; whether nobody has
/// before.
pub(super) async fn spend_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool> {
    let update = sql!(
        "UPDATE second_factors SET last_step = $3, wrong_codes = 0, wrong_at = NULL
         WHERE tenant_id = $1 AND user_id = $2 AND last_step < $3",
        user,
        step
    );
    Ok(tx.execute(update).await? == 1)
}

/// Keeps the count of wrong codes.
pub(super) async fn count_wrong(
    tx: &mut Tx,
    user: UserId,
    wrong: WrongCodes,
    now: DateTime<Utc>,
) -> Result<()> {
    let update = sql!(
        "UPDATE second_factors SET wrong_codes = $3, wrong_at = $4
         WHERE tenant_id = $1 AND user_id = $2",
        user,
        wrong.count,
        wrong.last_at.unwrap_or(now)
    );
    tx.execute(update).await.map(drop)
}

/// Forgives wrong codes.
pub(super) async fn forgive(tx: &mut Tx, user: UserId) -> Result<()> {
    let update = sql!(
        "UPDATE second_factors SET wrong_codes = 0, wrong_at = NULL
         WHERE tenant_id = $1 AND user_id = $2",
        user
    );
    tx.execute(update).await.map(drop)
}

/// Spends a recovery code; whether there was one.
pub(super) async fn spend_recovery_code(tx: &mut Tx, user: UserId, digest: &str) -> Result<bool> {
    let delete = sql!(
        "DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2 AND digest = $3",
        user,
        digest
    );
    Ok(tx.execute(delete).await? == 1)
}

/// Keeps the digests of recovery codes in place of those before.
pub(super) async fn keep_recovery_codes(
    tx: &mut Tx,
    user: UserId,
    digests: &[String],
) -> Result<()> {
    forget_recovery_codes(tx, user).await?;
    let mut insert =
        Sql::of_rows(tx, "INSERT INTO recovery_codes (tenant_id, user_id, digest) VALUES ");
    for (at, digest) in digests.iter().enumerate() {
        insert.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
        insert.push(", ").bind(user).push(", ").bind(digest.clone()).push(")");
    }
    tx.execute(insert).await.map(drop)
}

async fn forget_recovery_codes(tx: &mut Tx, user: UserId) -> Result<()> {
    let delete = sql!("DELETE FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2", user);
    tx.execute(delete).await.map(drop)
}

/// How many recovery codes a user has left.
pub(super) async fn recovery_codes(tx: &mut Tx, user: UserId) -> Result<i64> {
    let count =
        sql!("SELECT COUNT(*) FROM recovery_codes WHERE tenant_id = $1 AND user_id = $2", user);
    Ok(tx.optional::<(i64,)>(count).await?.map_or(0, |row| row.0))
}

/// Takes the second factor of a user away, with its recovery codes; whether there was one.
pub(super) async fn remove(tx: &mut Tx, user: UserId) -> Result<bool> {
    forget_recovery_codes(tx, user).await?;
    let delete = sql!("DELETE FROM second_factors WHERE tenant_id = $1 AND user_id = $2", user);
    Ok(tx.execute(delete).await? == 1)
}

/// The roles that require a second factor.
pub(super) async fn requiring_roles(tx: &mut Tx) -> Result<Vec<RoleId>> {
    let select = sql!(
        "SELECT id FROM roles
         WHERE tenant_id = $1 AND requires_second_factor = TRUE AND deleted_at IS NULL"
    );
    Ok(tx.all::<(RoleId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// The tenants that have second factors.
pub(super) async fn tenants(tx: &mut Tx) -> Result<Vec<TenantId>> {
    let select = Sql::new(
        "SELECT t.id FROM tenants t WHERE EXISTS
             (SELECT 1 FROM second_factors s WHERE s.tenant_id = t.id)
         ORDER BY t.id",
    );
    let rows: Vec<(TenantId,)> = tx.all_untenanted(select).await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The sealed secrets of the next users behind that one, which others cannot change meanwhile.
pub(super) async fn lock_sealed(
    tx: &mut Tx,
    after: UserId,
    limit: i64,
) -> Result<Vec<(UserId, String)>> {
    let mut select = sql!(
        "SELECT user_id, secret FROM second_factors
         WHERE tenant_id = $1 AND user_id > $2 ORDER BY user_id LIMIT $3",
        after,
        limit
    );
    select.push(tx.for_update());
    tx.all(select).await
}

/// Keeps the same secret sealed otherwise.
pub(super) async fn keep_sealed(tx: &mut Tx, user: UserId, secret: &str) -> Result<()> {
    let update = sql!(
        "UPDATE second_factors SET secret = $3 WHERE tenant_id = $1 AND user_id = $2",
        user,
        secret
    );
    tx.execute(update).await.map(drop)
}

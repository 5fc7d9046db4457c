//! Users in the store, beyond what every resource has. Nothing is decided here.

use super::{SalesProfile, UserStatus};
use guanxi_kernel::{Result, RoleId, UserId};
use guanxi_storage::{Tx, sql};
use sqlx::types::Json;

/// Whether another user has the address.
pub(super) async fn email_is_taken(tx: &mut Tx, email: &str, except: UserId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM users
         WHERE tenant_id = $1 AND email = $2 AND id <> $3 AND deleted_at IS NULL",
        email,
        except
    );
    tx.exists(select).await
}

/// The user with the address.
pub(crate) async fn find_by_email(tx: &mut Tx, email: &str) -> Result<Option<UserId>> {
    let select = sql!(
        "SELECT id FROM users WHERE tenant_id = $1 AND email = $2 AND deleted_at IS NULL",
        email
    );
    Ok(tx.optional::<(UserId,)>(select).await?.map(|row| row.0))
}

/// Whether the user has been given the role.
///
/// # Errors
/// Those of the store.
pub async fn has_role(tx: &mut Tx, id: UserId, role: RoleId) -> Result<bool> {
    let select = sql!(
        "SELECT role_ids FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    let row: Option<(Json<Vec<RoleId>>,)> = tx.optional(select).await?;
    Ok(row.is_some_and(|(roles,)| roles.0.contains(&role)))
}

/// Whether there is such a user, who may work.
pub(crate) async fn is_active(tx: &mut Tx, id: UserId) -> Result<bool> {
    Ok(owner(tx, id).await?.is_some_and(|(active, _)| active))
}

/// Whether the user is active, and their sales profile.
pub(super) async fn owner(tx: &mut Tx, id: UserId) -> Result<Option<(bool, SalesProfile)>> {
    let select = sql!(
        "SELECT status, sales_profile FROM users
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        id
    );
    let row: Option<(UserStatus, Json<SalesProfile>)> = tx.optional(select).await?;
    Ok(row.map(|(status, profile)| (status == UserStatus::Active, profile.0)))
}

//! Delegations in the store, beyond what every resource has. Nothing is decided here.

use super::ApprovalDelegationId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// Whose approvals of that type the user decides now besides their own.
pub(crate) async fn given_to(
    tx: &mut Tx,
    user: UserId,
    document: &str,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>> {
    let select = sql!(
        "SELECT DISTINCT owner_id FROM approval_delegations
         WHERE tenant_id = $1 AND to_user_id = $2 AND starts_at <= $3 AND ends_at > $3
             AND (document IS NULL OR document = $4) AND deleted_at IS NULL
         ORDER BY owner_id",
        user,
        now,
        document
    );
    Ok(tx.all::<(UserId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Who decides approvals of that type now in the place of these users.
pub(crate) async fn given_by(
    tx: &mut Tx,
    users: &BTreeSet<UserId>,
    document: &str,
    now: DateTime<Utc>,
) -> Result<Vec<UserId>> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Sql::new(
        "SELECT DISTINCT d.to_user_id FROM approval_delegations d
         JOIN users u ON u.tenant_id = d.tenant_id AND u.id = d.to_user_id
         WHERE d.tenant_id = $1 AND d.deleted_at IS NULL AND u.deleted_at IS NULL
             AND u.status = 'active' AND d.starts_at <= ",
    );
    select.bind(now).push(" AND d.ends_at > ").bind(now);
    select.push(" AND (d.document IS NULL OR d.document = ").bind(document.to_owned());
    select.push(") AND d.owner_id IN ").bind_all(users.iter().copied());
    select.push(" ORDER BY d.to_user_id");
    Ok(tx.all::<(UserId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Delegations whose status should be another one by now, with their owners.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(ApprovalDelegationId, UserId)>> {
    let select = sql!(
        "SELECT id, owner_id FROM approval_delegations
         WHERE tenant_id = $1 AND turns_at <= $2 AND deleted_at IS NULL
         ORDER BY turns_at LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

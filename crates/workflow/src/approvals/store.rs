//! Approvals in the store, beyond what every resource has. Nothing is decided here.

use super::ApprovalId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Lets these users see the approval.
pub(super) async fn involve(
    tx: &mut Tx,
    approval: ApprovalId,
    users: impl IntoIterator<Item = UserId>,
) -> Result<()> {
    let mut insert =
        Sql::new("INSERT INTO approval_people (tenant_id, record_id, user_id) VALUES ");
    let mut before = "";
    for user in users.into_iter().collect::<BTreeSet<_>>() {
        insert.push(before).push("($1, ").bind(approval).push(", ").bind(user).push(")");
        before = ", ";
    }
    if before.is_empty() {
        return Ok(());
    }
    insert.push(" ON CONFLICT DO NOTHING");
    tx.execute(insert).await.map(drop)
}

/// The approvals that wait for a user.
pub(super) async fn waiting_for(tx: &mut Tx, user: UserId) -> Result<Vec<ApprovalId>> {
    let select = sql!(
        "SELECT record_id FROM record_terms
         WHERE tenant_id = $1 AND kind = 'approval' AND field = 'waiting_for' AND term = $2
         ORDER BY record_id",
        user.to_string()
    );
    Ok(tx.all::<(ApprovalId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// The approvals of that type about a record in one of the states, the latest first.
pub(super) async fn about(
    tx: &mut Tx,
    document: &str,
    subject: Uuid,
    states: &[&'static str],
) -> Result<Vec<ApprovalId>> {
    let mut select = Sql::new("SELECT id FROM approvals WHERE tenant_id = $1 AND subject_id = ");
    select.bind(subject).push(" AND document = ").bind(document.to_owned());
    select.push(" AND deleted_at IS NULL AND status IN ").bind_all(states.iter().copied());
    select.push(" ORDER BY created_at DESC, id DESC");
    Ok(tx.all::<(ApprovalId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Approvals whose time is over, with who has asked.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(ApprovalId, UserId)>> {
    let select = sql!(
        "SELECT id, requested_by FROM approvals
         WHERE tenant_id = $1 AND due_at <= $2 AND status = 'pending' AND deleted_at IS NULL
         ORDER BY due_at LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// The pending approvals that wait for a user, the most urgent first.
///
/// # Errors
/// Those of the store.
pub async fn waiting(tx: &mut Tx, user: UserId, most: i64) -> Result<Vec<Uuid>> {
    let select = sql!(
        "SELECT a.id FROM record_terms x
         JOIN approvals a ON a.tenant_id = x.tenant_id AND a.id = x.record_id
         WHERE x.tenant_id = $1 AND x.kind = 'approval' AND x.field = 'waiting_for'
             AND x.term = $2 AND a.deleted_at IS NULL
         ORDER BY a.due_at NULLS LAST, a.created_at, a.id LIMIT $3",
        user.to_string(),
        most
    );
    Ok(tx.all::<(Uuid,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// How many there are.
///
/// # Errors
/// Those of the store.
pub async fn waiting_number(tx: &mut Tx, user: UserId) -> Result<i64> {
    let select = sql!(
        "SELECT COUNT(*) FROM record_terms
         WHERE tenant_id = $1 AND kind = 'approval' AND field = 'waiting_for' AND term = $2",
        user.to_string()
    );
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

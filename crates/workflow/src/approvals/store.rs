//! Approvals in the store, beyond what every resource has. Nothing is decided here.

use super::ApprovalId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, TenantId, UserId};
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

/// Approvals of any tenant whose time is over, with who has asked.
pub(crate) async fn due(
    tx: &mut Tx,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<(TenantId, ApprovalId, UserId)>> {
    let select = Sql::fixed(
        "SELECT tenant_id, id, requested_by FROM approvals
         WHERE due_at <= $1 AND status = 'pending' AND deleted_at IS NULL
         ORDER BY due_at LIMIT $2",
        vec![now.into(), most.into()],
    );
    tx.all_untenanted(select).await
}

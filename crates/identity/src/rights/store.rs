//! Roles, memberships and managed units in the store. Nothing is decided here.

use super::model::{Membership, Position};
use crate::roles::RoleGrant;
use guanxi_kernel::{OrgUnitId, Result, RoleId, TeamId, UserId};
use guanxi_storage::{Sql, Tx, sql};
use sqlx::types::Json;
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
struct RoleRow {
    id: RoleId,
    grants: Json<Vec<RoleGrant>>,
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    team_id: TeamId,
    role_id: Option<RoleId>,
}

/// Whether there is such a user, and active.
pub(super) async fn is_active(tx: &mut Tx, user: UserId) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM users
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL AND status = 'active'",
        user
    );
    tx.exists(select).await
}

/// Where a user stands, active or not; `None` if there is no such user.
pub(super) async fn position(tx: &mut Tx, user: UserId) -> Result<Option<Position>> {
    let given = sql!(
        "SELECT role_ids FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        user
    );
    let Some((Json(role_ids),)) = tx.optional::<(Json<Vec<RoleId>>,)>(given).await? else {
        return Ok(None);
    };
    let teams = sql!(
        "SELECT team_id, role_id FROM team_members WHERE tenant_id = $1 AND user_id = $2",
        user
    );
    let rows: Vec<MembershipRow> = tx.all(teams).await?;
    let membership = |row: MembershipRow| Membership { team_id: row.team_id, role_id: row.role_id };
    let managed = sql!(
        "SELECT id FROM org_units WHERE tenant_id = $1 AND manager_id = $2 AND deleted_at IS NULL",
        user
    );
    let units: Vec<(OrgUnitId,)> = tx.all(managed).await?;
    Ok(Some(Position {
        role_ids,
        memberships: rows.into_iter().map(membership).collect(),
        units: units.into_iter().map(|unit| unit.0).collect(),
    }))
}

/// The rights of those of the roles that are not deleted.
pub(crate) async fn roles(
    tx: &mut Tx,
    ids: &BTreeSet<RoleId>,
) -> Result<BTreeMap<RoleId, Vec<RoleGrant>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut select = Sql::new(
        "SELECT id, grants FROM roles WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ",
    );
    select.bind_all(ids.iter().copied());
    let rows: Vec<RoleRow> = tx.all(select).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.grants.0)).collect())
}

/// Whether an active user holds a role that may do everything.
pub(crate) async fn administrator_left(tx: &mut Tx) -> Result<bool> {
    let all = sql!("SELECT id, grants FROM roles WHERE tenant_id = $1 AND deleted_at IS NULL");
    let rows: Vec<RoleRow> = tx.all(all).await?;
    let administrators = rows.iter().filter(|row| super::is_administrator(&row.grants));
    let mut select = Sql::new(
        "SELECT CAST(1 AS BIGINT) FROM record_terms x
         JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.record_id
         WHERE x.tenant_id = $1 AND x.kind = 'user' AND x.field = 'role_id'
             AND u.deleted_at IS NULL AND u.status = 'active' AND x.term IN ",
    );
    select.bind_all(administrators.map(|row| row.id.to_string())).push(" LIMIT 1");
    tx.exists(select).await
}

/// Counts a change of anybody's rights.
pub(super) async fn count_change(tx: &mut Tx) -> Result<()> {
    let update = sql!(
        "UPDATE tenants SET access_version = access_version + 1 WHERE tenant_id = $1 AND id = $1"
    );
    tx.execute(update).await.map(drop)
}

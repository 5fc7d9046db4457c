//! Roles, memberships and managed units in the store. Nothing is decided here.

use super::{
    explain::Owner,
    model::{Membership, Position},
};
use crate::{roles::RoleGrant, users::UserStatus};
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

/// Whether a user is active; `None` if there is no such user.
pub(super) async fn is_active(tx: &mut Tx, user: UserId) -> Result<Option<bool>> {
    let select = sql!(
        "SELECT status FROM users WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        user
    );
    let row: Option<(UserStatus,)> = tx.optional(select).await?;
    Ok(row.map(|(status,)| status == UserStatus::Active))
}

/// The teams and units of an owner of records, who may be gone by now.
pub(super) async fn owner(tx: &mut Tx, user: UserId) -> Result<Owner> {
    let teams =
        sql!("SELECT team_id FROM team_members WHERE tenant_id = $1 AND user_id = $2", user);
    let teams: Vec<(TeamId,)> = tx.all(teams).await?;
    let unit = sql!(
        "SELECT org_unit_id FROM users WHERE tenant_id = $1 AND id = $2
             AND org_unit_id IS NOT NULL",
        user
    );
    let unit = tx.optional::<(OrgUnitId,)>(unit).await?.map(|row| row.0);
    let units = match unit {
        Some(unit) => units_above(tx, unit).await?,
        None => Vec::new(),
    };
    let teams = teams.into_iter().map(|team| team.0).collect();
    Ok(Owner { user: Some(user), teams, units, reads_only: false })
}

/// The unit and those above it, in order up to the top.
async fn units_above(tx: &mut Tx, unit: OrgUnitId) -> Result<Vec<OrgUnitId>> {
    let select = sql!(
        "SELECT o.id, o.parent_id FROM org_unit_tree x
         JOIN org_units o ON o.tenant_id = x.tenant_id AND o.id = x.above_id
         WHERE x.tenant_id = $1 AND x.unit_id = $2",
        unit
    );
    let rows: Vec<(OrgUnitId, Option<OrgUnitId>)> = tx.all(select).await?;
    let parents: BTreeMap<_, _> = rows.into_iter().collect();
    let up = |unit: &OrgUnitId| parents.get(unit).copied().flatten();
    Ok(std::iter::successors(Some(unit), up).take(parents.len()).collect())
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
    Ok(!administrators(tx, 1).await?.is_empty())
}

/// The active users who hold a role that may do everything, `most` at most.
///
/// # Errors
/// Those of the store.
pub async fn administrators(tx: &mut Tx, most: i64) -> Result<Vec<UserId>> {
    let all = sql!("SELECT id, grants FROM roles WHERE tenant_id = $1 AND deleted_at IS NULL");
    let rows: Vec<RoleRow> = tx.all(all).await?;
    let administrators = rows.iter().filter(|row| super::is_administrator(&row.grants));
    let mut select = Sql::new(
        "SELECT DISTINCT u.id FROM record_terms x
         JOIN users u ON u.tenant_id = x.tenant_id AND u.id = x.record_id
         WHERE x.tenant_id = $1 AND x.kind = 'user' AND x.field = 'role_id'
             AND u.deleted_at IS NULL AND u.status = 'active' AND x.term IN ",
    );
    select.bind_all(administrators.map(|row| row.id.to_string()));
    select.push(" ORDER BY u.id LIMIT ").bind(most);
    Ok(tx.all::<(UserId,)>(select).await?.into_iter().map(|row| row.0).collect())
}

/// Counts a change of anybody's rights.
pub(super) async fn count_change(tx: &mut Tx) -> Result<()> {
    let update = sql!(
        "UPDATE tenants SET access_version = access_version + 1 WHERE tenant_id = $1 AND id = $1"
    );
    tx.execute(update).await.map(drop)
}

//! Targets in the store. Nothing is decided here.

use super::model::{Branch, TargetId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{OrgUnitId, Result, TeamId, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whether a live target other than `except` is the same one.
pub(super) async fn is_there(tx: &mut Tx, key: &str, except: TargetId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM targets
         WHERE tenant_id = $1 AND subject_key = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        key,
        except
    );
    tx.exists(sql).await
}

/// The live targets with these keys that counted at an instant, each with its key.
pub(super) async fn with_keys(
    tx: &mut Tx,
    keys: &[String],
    at: DateTime<Utc>,
) -> Result<Vec<(TargetId, String)>> {
    let mut sql = Sql::new(
        "SELECT id, subject_key FROM targets
         WHERE tenant_id = $1 AND deleted_at IS NULL AND decided_at <= ",
    );
    sql.bind(at).push(" AND subject_key IN ").bind_all(keys.iter().cloned());
    sql.push(" ORDER BY subject_key, id");
    tx.all(sql).await
}

/// What the live targets below a target come to along each way in which they divide it, and how many
/// there are.
pub(super) async fn below(
    tx: &mut Tx,
    parent: TargetId,
) -> Result<Vec<(Option<Branch>, i64, i64)>> {
    let sql = sql!(
        "SELECT branch, CAST(COALESCE(SUM(units), 0) AS BIGINT), COUNT(*) FROM targets
         WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL GROUP BY branch ORDER BY branch",
        parent
    );
    tx.all(sql).await
}

/// The manager of a live unit.
pub(super) async fn manager(tx: &mut Tx, unit: OrgUnitId) -> Result<Option<UserId>> {
    let sql = sql!(
        "SELECT manager_id FROM org_units WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL",
        unit
    );
    Ok(tx.optional::<(Option<UserId>,)>(sql).await?.and_then(|(id,)| id))
}

/// The users of a unit and of all below it, as the organisation is now.
pub(super) async fn users_of_unit(tx: &mut Tx, unit: OrgUnitId) -> Result<BTreeSet<Uuid>> {
    let sql = sql!(
        "SELECT u.id FROM users u JOIN org_unit_tree x ON x.tenant_id = u.tenant_id AND x.unit_id = u.org_unit_id
         WHERE u.tenant_id = $1 AND x.above_id = $2",
        unit
    );
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The members of a team.
pub(super) async fn users_of_team(tx: &mut Tx, team: TeamId) -> Result<BTreeSet<Uuid>> {
    let sql = sql!("SELECT user_id FROM team_members WHERE tenant_id = $1 AND team_id = $2", team);
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Each user with every unit above them, of these units.
pub(super) async fn users_by_unit(tx: &mut Tx, units: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let mut sql = Sql::new(
        "SELECT x.above_id, u.id FROM users u
         JOIN org_unit_tree x ON x.tenant_id = u.tenant_id AND x.unit_id = u.org_unit_id
         WHERE u.tenant_id = $1 AND x.above_id IN ",
    );
    sql.bind_all(units.iter().copied());
    tx.all(sql).await
}

/// Each member of these teams.
pub(super) async fn users_by_team(tx: &mut Tx, teams: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>> {
    let mut sql =
        Sql::new("SELECT team_id, user_id FROM team_members WHERE tenant_id = $1 AND team_id IN ");
    sql.bind_all(teams.iter().copied());
    tx.all(sql).await
}

/// Which of these parties are live dealers.
pub(super) async fn dealers(tx: &mut Tx, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let mut sql = Sql::new(
        "SELECT p.id FROM parties p JOIN record_terms t ON t.tenant_id = p.tenant_id AND t.record_id = p.id
         WHERE p.tenant_id = $1 AND p.deleted_at IS NULL AND t.kind = 'party' AND t.field = 'role'
             AND t.term = 'dealer' AND p.id IN ",
    );
    sql.bind_all(ids.iter().copied());
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The first and the last day in sales of these users, as their profiles say.
pub(super) async fn service(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut sql = Sql::new(
        "SELECT id, CAST(sales_profile AS TEXT) FROM users WHERE tenant_id = $1 AND id IN ",
    );
    sql.bind_all(ids.iter().copied());
    tx.all(sql).await
}

//! The table `team_members`: who is a member of a team that is not deleted.

use super::TeamMember;
use guanxi_kernel::{Result, TeamId, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// A statement has a bounded number of values on both stores.
const AT_ONCE: usize = 200;

/// Those of the users that there are.
pub(super) async fn known_users(tx: &mut Tx, ids: &BTreeSet<UserId>) -> Result<BTreeSet<UserId>> {
    let ids: Vec<UserId> = ids.iter().copied().collect();
    let mut known = BTreeSet::new();
    for batch in ids.chunks(AT_ONCE) {
        let mut select =
            Sql::new("SELECT id FROM users WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ");
        select.bind_all(batch.iter().copied());
        known.extend(tx.all::<(UserId,)>(select).await?.into_iter().map(|row| row.0));
    }
    Ok(known)
}

/// Replaces the members of a team.
pub(super) async fn set_members(
    tx: &mut Tx,
    team: TeamId,
    members: &BTreeSet<TeamMember>,
) -> Result<()> {
    let clear = sql!("DELETE FROM team_members WHERE tenant_id = $1 AND team_id = $2", team);
    tx.execute(clear).await?;
    let members: Vec<&TeamMember> = members.iter().collect();
    for batch in members.chunks(AT_ONCE) {
        let mut insert =
            Sql::new("INSERT INTO team_members (tenant_id, team_id, user_id, role_id) VALUES ");
        for (at, member) in batch.iter().enumerate() {
            insert.push(if at == 0 { "($1, " } else { ", ($1, " }).bind(team).push(", ");
            insert.bind(member.user_id).push(", ").bind(member.role_id).push(")");
        }
        tx.execute(insert).await?;
    }
    Ok(())
}

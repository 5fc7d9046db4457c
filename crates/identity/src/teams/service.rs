//! The rules of saving a team, and keeping the table of members.

use super::{TEAM, Team, TeamMember, store};
use crate::rights;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{FieldError, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

impl Resource for Team {
    fn kind() -> &'static Kind {
        &TEAM
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        Problem::collect(self.normalise())?;
        let unknown = unknown(tx, &self.input.members, &self.written(before)).await?;
        if !unknown.is_empty() {
            return Err(unknown.into_iter().fold(UNKNOWN_REFERENCE.problem(), Problem::and));
        }
        let roles = self.added(before).iter().filter_map(|member| member.role_id).collect();
        rights::require_giving_roles(tx, ctx, &roles).await
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let members = self.live_members();
        if before.map(Self::live_members).unwrap_or_default() == members {
            return Ok(());
        }
        store::set_members(tx, self.meta.id, &members).await?;
        rights::changed(tx).await
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({ "name": "重点客户组", "members": [] })
    }
}

/// The users and roles that the written memberships name and that do not exist.
async fn unknown(
    tx: &mut Tx,
    members: &[TeamMember],
    written: &BTreeSet<TeamMember>,
) -> Result<Vec<FieldError>> {
    let users = written.iter().map(|member| member.user_id).collect();
    let roles = written.iter().filter_map(|member| member.role_id).collect();
    let (users, roles) = (store::known_users(tx, &users).await?, rights::roles(tx, &roles).await?);
    let mut findings = Vec::new();
    for (at, member) in members.iter().enumerate().filter(|(_, member)| written.contains(member)) {
        if !users.contains(&member.user_id) {
            findings.push(UNKNOWN_REFERENCE.field(format!("/members/{at}/user_id")));
        }
        if member.role_id.is_some_and(|role| !roles.contains_key(&role)) {
            findings.push(UNKNOWN_REFERENCE.field(format!("/members/{at}/role_id")));
        }
    }
    Ok(findings)
}

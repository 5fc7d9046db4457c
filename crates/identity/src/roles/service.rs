//! The rules of saving and deleting a role.

use super::{ROLE, Role, store};
use crate::{
    rights::{self, is_administrator},
    users::LAST_ADMINISTRATOR,
};
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{DUPLICATE, IN_USE},
    text,
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for Role {
    fn kind() -> &'static Kind {
        &ROLE
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.name_folded = text::sort_key(&self.input.name);
        Problem::collect(self.input.findings())?;
        if store::name_is_taken(tx, &self.name_folded, self.meta.id).await? {
            return Err(DUPLICATE.at("/name"));
        }
        // A deleted role gives nothing, so bringing it back gives all of it.
        let before = before.filter(|before| before.meta.deleted_at.is_none());
        let added = self.input.added(before.map(|before| &before.input));
        let named = self.input.grants.iter().enumerate().filter(|(_, grant)| added.contains(grant));
        let named = named.map(|(at, grant)| (format!("/grants/{at}/resource"), &*grant.resource));
        Problem::collect(rights::unknown_parts(tx, named).await?)?;
        // Without the second factor the rights are easier to come by, so it is as if they were given.
        let required = before.is_some_and(|before| before.input.requires_second_factor);
        let eased = required && !self.input.requires_second_factor;
        rights::require_giving(ctx, if eased { &self.input.grants } else { &added })
    }

    async fn saved(&self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        let deleted = |role: &Self| role.meta.deleted_at.is_some();
        let required = |role: &Self| role.input.requires_second_factor;
        if before.input.grants == self.input.grants
            && deleted(before) == deleted(self)
            && required(before) == required(self)
        {
            return Ok(());
        }
        let could = is_administrator(&before.input.grants) && !deleted(before);
        let can = is_administrator(&self.input.grants) && !deleted(self);
        if could && !can && !rights::administrator_left(tx).await? {
            return Err(LAST_ADMINISTRATOR.problem());
        }
        rights::changed(tx).await
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        let used = store::is_used(tx, self.meta.id).await?;
        if used { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "Sales manager",
            "grants": [
                { "resource": "any", "action": "read", "scope": "team" },
                { "resource": "parties", "action": "any", "scope": "subtree" },
            ],
        })
    }
}

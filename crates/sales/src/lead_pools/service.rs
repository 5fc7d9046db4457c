//! The rules of pools that need the store.

use super::{LEAD_POOL, LeadPool, store};
use guanxi_kernel::{Ctx, Result, problem::IN_USE};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for LeadPool {
    fn kind() -> &'static Kind {
        &LEAD_POOL
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        self.input.check()
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let members = |one: &Self| (one.input.org_unit_ids.clone(), one.input.team_ids.clone());
        if before.map(members) != Some(members(self)) {
            store::set_members(tx, self).await?;
        }
        if before.is_some_and(|before| before.input.rules() != self.input.rules()) {
            store::look_again(tx, self.meta.id, ctx.now).await?;
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, _: &Ctx) -> Result<()> {
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "华东公海 East",
            "org_unit_ids": [],
            "team_ids": [],
            "capacity": 50,
            "claims_per_day": 10,
            "cool_down_days": 7,
            "by_level_cycle": false,
            "untouched_days": 15,
            "unconverted_days": 90,
            "warn_days": 3
        })
    }
}

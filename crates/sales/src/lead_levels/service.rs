//! The rules of levels that need the store.

use super::{LEAD_LEVEL, LeadLevel, store};
use crate::tracking;
use guanxi_customers::engine::standing;
use guanxi_kernel::{
    Ctx, Result,
    problem::{DUPLICATE, IN_USE},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for LeadLevel {
    fn kind() -> &'static Kind {
        &LEAD_LEVEL
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let (had, now) = (standing(before).map(|before| &before.input), &self.input);
        if had != Some(now) && (now.active || had.is_some_and(|had| had.active)) {
            tracking::require(tx, ctx).await?;
        }
        let code = &self.input.code;
        let same = standing(before).is_some_and(|before| before.input.code == *code);
        if !same && store::has_code(tx, code, self.meta.id).await? {
            return Err(DUPLICATE.at("/code"));
        }
        if self.input.position.is_none() {
            self.input.position = Some(store::next_position(tx).await?);
        }
        Ok(())
    }

    async fn deletable(&self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if self.input.active {
            tracking::require(tx, ctx).await?;
        }
        if store::is_used(tx, self.meta.id).await? { Err(IN_USE.problem()) } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.code, &self.input.name]
    }

    fn example() -> Json {
        json!({
            "code": "H",
            "name": "Hot",
            "name_zh": "H级(热切)",
            "position": 1,
            "expected_within_days": 7,
            "visit_cycle_days": 2,
            "card_required": true,
            "active": true
        })
    }
}

//! The rules of saving a switching risk.

use super::{SWITCHING_RISK, SwitchingRisk};
use crate::{problems::IMMUTABLE, rules::today};
use guanxi_kernel::{Ctx, Result, problem::OUT_OF_RANGE};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for SwitchingRisk {
    fn kind() -> &'static Kind {
        &SWITCHING_RISK
    }

    async fn settle(&mut self, _: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if before.is_some_and(|before| before.input.party_id != self.input.party_id) {
            return Err(IMMUTABLE.at("/party_id"));
        }
        let day = *self.input.assessed_on.get_or_insert(today(ctx));
        match day > today(ctx) {
            true => Err(OUT_OF_RANGE.at("/assessed_on").with("expected", "today or earlier")),
            false => Ok(()),
        }
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "score": 70,
            "evidence": [{ "description": "询价后在竞争店试驾", "observed_on": "2025-12-20" }],
            "assessed_on": "2026-01-01"
        })
    }
}

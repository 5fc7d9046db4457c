//! The rules of plans.

use super::{COMMISSION_PLAN, CommissionBasis, CommissionPlan};
use crate::rules::{check_validity, refuse};
use guanxi_kernel::{
    Ctx, Result,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx};
use serde_json::{Value as Json, json};

impl Resource for CommissionPlan {
    fn kind() -> &'static Kind {
        &COMMISSION_PLAN
    }

    async fn settle(&mut self, _: &mut Tx, _: &Ctx, _: Option<&Self>) -> Result<()> {
        let input = &self.input;
        check_validity(input.valid_from, input.valid_until)?;
        let tiered = input.basis == CommissionBasis::Attainment;
        if tiered && input.tiers.is_empty() {
            return Err(REQUIRED.at("/tiers"));
        }
        if !tiered && input.rate.is_none() {
            return Err(REQUIRED.at("/rate"));
        }
        let none = |place| refuse(&OUT_OF_RANGE, place, ("expected", "none with this basis"));
        if tiered && input.rate.is_some() {
            return Err(none("/rate"));
        }
        if !tiered && !input.tiers.is_empty() {
            return Err(none("/tiers"));
        }
        match input.tiers.windows(2).position(|two| two[0].from >= two[1].from) {
            Some(at) => {
                let place = format!("/tiers/{}/from", at + 1);
                Err(refuse(&OUT_OF_RANGE, place, ("expected", "more than in the tier before")))
            }
            None => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn example() -> Json {
        json!({
            "name": "2026 销售提成",
            "basis": "attainment",
            "tiers": [
                { "from": "0.8", "rate": "0.02" },
                { "from": "1", "rate": "0.03" },
                { "from": "1.2", "rate": "0.05" }
            ],
            "valid_from": "2026-01-01"
        })
    }
}

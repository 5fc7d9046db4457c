//! The rules of a save.

use super::{CAMPAIGN_RISK, CampaignRisk};
use crate::campaigns::Campaign;
use guanxi_customers::{
    engine::{check_new_owner, refer},
    problems::{CURRENCY_MISMATCH, IMMUTABLE},
    rules::refuse,
};
use guanxi_kernel::{Ctx, Id, Money, Result, Share, problem::REQUIRED};
use guanxi_storage::{Kind, Resource, Tx};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CampaignRisk {
    fn kind() -> &'static Kind {
        &CAMPAIGN_RISK
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/campaign_id";
        if before.is_some_and(|before| before.input.campaign_id != self.input.campaign_id) {
            return Err(IMMUTABLE.at(PLACE));
        }
        let id = self.input.campaign_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let campaign: Campaign = refer(tx, ctx, id.uuid(), PLACE).await?;
        let currency = campaign.currency();
        if self.input.impact.currency() != currency {
            return Err(refuse(&CURRENCY_MISMATCH, "/impact", ("expected", currency.code())));
        }
        let had = before.and_then(|before| before.input.owner_id);
        self.input.owner_id = self.input.owner_id.or(had).or(Some(ctx.actor.user));
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        let exposure = exposure(self.input.impact, self.input.probability);
        (self.exposure, self.exposure_key) = (Some(exposure), exposure.minor());
        Ok(())
    }

    fn derive_keys(&mut self) {
        self.exposure_key = self.exposure.map_or(0, Money::minor);
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.campaign_id.map(Id::uuid).into_iter().collect()
    }

    fn example() -> Json {
        json!({
            "campaign_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "title": "展会延期",
            "probability": "0.2000",
            "impact": { "amount": "30000.00", "currency": "CNY" },
            "response": "预订备用场地。",
            "status": "open"
        })
    }
}

/// Probability by impact, rounded half-even to the minor unit.
fn exposure(impact: Money, probability: Share) -> Money {
    let exact = Decimal::from(impact.minor()) * probability.to_decimal();
    let minor = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    // A share of a number of 64 bits is one.
    Money::new(minor.to_i64().unwrap_or(i64::MAX), impact.currency())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;

    #[test]
    fn m_25_exposure_is_probability_by_impact() {
        let of = |minor, parts| {
            exposure(Money::new(minor, Currency::CNY), Share::of_ten_thousandths(parts)).minor()
        };
        assert_eq!(of(3_000_000, 2_000), 600_000);
        assert_eq!((of(1, 5_000), of(3, 5_000)), (0, 2));
        assert_eq!(of(i64::MAX, 10_000), i64::MAX);
    }
}

//! What allocations are made of. Nothing here needs a store.

use crate::problems::NOTHING_TO_DIVIDE_BY;
use guanxi_kernel::{
    Money, Problem, Result, Share, Weight,
    problem::INTERNAL,
    split::{SplitError, allocate},
};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Decimals of a weight that is worked out.
const PLACES: u32 = 6;

guanxi_kernel::words! {
    /// What a budget is divided over.
    pub enum AllocatedOver {
        /// The campaigns of the plan.
        Campaigns = "campaigns" ("Campaigns", "市场活动"),
        /// The media that they use.
        Media = "media" ("Media", "媒介"),
        /// Their source codes.
        SourceCodes = "source_codes" ("Source codes", "源代码"),
    }
}

guanxi_kernel::words! {
    /// By what a budget is divided.
    pub enum AllocatedBy {
        /// By weights that the caller gives.
        Manual = "manual" ("By hand", "手工"),
        /// By how many people have answered before.
        Response = "response" ("By response", "按反馈"),
        /// By what the money has brought before: (margin − cost) by cost.
        Roi = "roi" ("By return on investment", "按投资回报率"),
    }
}

/// How much something counts beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllocationWeight {
    /// The campaign, medium or source code.
    pub id: Uuid,
    /// How much it counts.
    pub weight: Weight,
}

/// A part of a budget, and what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MarketingPlanPart {
    /// The campaign, medium or source code.
    pub id: Uuid,
    /// What it is called.
    pub name: String,
    /// How much it counts: as the caller says, people who have answered, or the return if it is above zero;
    /// null for whoever may not see that.
    #[schema(required)]
    pub weight: Option<String>,
    /// How many campaigns that have ended the figures are of; null where they are of a medium or a code.
    #[schema(required)]
    pub compared: Option<i64>,
    /// People who have answered in that time; null where weights are given by hand.
    #[schema(required)]
    pub responders: Option<i64>,
    /// What was spent in that time; null for whoever may not see it, and where weights are given by hand.
    #[schema(required)]
    pub cost: Option<Money>,
    /// What contracts of that time leave above their cost; null as the cost.
    #[schema(required)]
    pub margin: Option<Money>,
    /// Its part of the whole, together exactly one.
    pub share: Share,
    /// Its part of the budget, together exactly all of it.
    pub allocated: Money,
}

/// What came of something before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Past {
    pub(super) responders: i64,
    pub(super) cost: Money,
    pub(super) margin: Money,
    /// Campaigns that the figures are of; none where they are of a medium or a code.
    pub(super) compared: Option<i64>,
}

/// Something that a part of a budget can be for.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    pub(super) id: Uuid,
    pub(super) name: String,
    pub(super) weight: Decimal,
    pub(super) past: Option<Past>,
}

fn rounded(exact: Decimal) -> Decimal {
    exact.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointNearestEven)
}

impl Past {
    /// How many people have answered, on an average of the campaigns that are compared.
    pub(super) fn response(&self) -> Decimal {
        let campaigns = Decimal::from(self.compared.unwrap_or(1));
        Decimal::from(self.responders).checked_div(campaigns).map_or(Decimal::ZERO, rounded)
    }

    /// What the money has brought; nothing where none was spent, or more than came back.
    pub(super) fn roi(&self) -> Decimal {
        let (margin, cost) = (self.margin.to_decimal(), self.cost.to_decimal());
        let roi = (margin - cost).checked_div(cost).filter(|_| cost > Decimal::ZERO);
        roi.map_or(Decimal::ZERO, |roi| rounded(roi).max(Decimal::ZERO))
    }
}

/// Divides a budget by the weights, to the last minor unit.
///
/// # Errors
/// `nothing_to_divide_by` at `pointer` without any weight above zero.
pub(super) fn divide(
    budget: Money,
    candidates: Vec<Candidate>,
    (pointer, why): (&'static str, &'static str),
) -> Result<Vec<MarketingPlanPart>> {
    let refused = |error: SplitError| -> Problem {
        match error {
            SplitError::NoBasis => NOTHING_TO_DIVIDE_BY.at(pointer).with("why", why),
            other => INTERNAL.problem().because(other),
        }
    };
    let weights: Vec<Decimal> = candidates.iter().map(|one| one.weight).collect();
    let amounts = allocate(budget.minor(), &weights).map_err(refused)?;
    let shares = Share::of_weights(&weights).map_err(refused)?;
    let part = |((one, amount), share): ((Candidate, i64), Share)| MarketingPlanPart {
        id: one.id,
        name: one.name,
        weight: Some(one.weight.normalize().to_string()),
        compared: one.past.and_then(|past| past.compared),
        responders: one.past.map(|past| past.responders),
        cost: one.past.map(|past| past.cost),
        margin: one.past.map(|past| past.margin),
        share,
        allocated: Money::new(amount, budget.currency()),
    };
    Ok(candidates.into_iter().zip(amounts).zip(shares).map(part).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn past(responders: i64, cost: i64, margin: i64) -> Past {
        Past { responders, cost: yuan(cost), margin: yuan(margin), compared: None }
    }

    fn candidates(weights: &[i64]) -> Vec<Candidate> {
        let one = |weight: &i64| Candidate {
            id: Uuid::nil(),
            name: "网站".to_owned(),
            weight: Decimal::from(*weight),
            past: None,
        };
        weights.iter().map(one).collect()
    }

    const PLACE: (&str, &str) = ("/weights", "no weight is above zero");

    #[test]
    fn x_33_parts_are_the_budget_to_the_cent() {
        let parts = divide(yuan(10_000), candidates(&[1, 1, 1]), PLACE).unwrap();
        let amounts: Vec<i64> = parts.iter().map(|part| part.allocated.minor()).collect();
        assert_eq!(amounts, [3_334, 3_333, 3_333]);
        assert!(Share::make_one(parts.iter().map(|part| part.share)));
        let idle = divide(yuan(10_001), candidates(&[0, 7]), PLACE).unwrap();
        assert_eq!((idle[0].allocated, idle[1].allocated), (yuan(0), yuan(10_001)));
        for without in [&[0, 0][..], &[]] {
            let refused = divide(yuan(1), candidates(without), PLACE).unwrap_err();
            assert!(refused.is(&NOTHING_TO_DIVIDE_BY));
        }
    }

    #[test]
    fn x_33_what_lost_money_or_cost_none_has_no_return() {
        assert_eq!(past(0, 20_000, 50_000).roi(), Decimal::new(15, 1));
        assert_eq!(past(0, 20_000, 10_000).roi(), Decimal::ZERO);
        assert_eq!(past(0, 0, 10_000).roi(), Decimal::ZERO);
    }

    #[test]
    fn x_33_campaigns_are_compared_on_an_average() {
        let three = Past { compared: Some(3), ..past(10, 0, 0) };
        assert_eq!(three.response(), Decimal::new(3_333_333, 6));
        assert_eq!(Past { compared: Some(0), ..three }.response(), Decimal::ZERO);
        assert_eq!(past(10, 0, 0).response(), Decimal::from(10));
    }
}

//! How many of those on the list are in each stage, and what that has cost.

use super::{
    model::{Programme, ProgrammeId},
    store,
};
use crate::rate::Rate;
use crate::{
    campaigns::{CampaignId, Sight, of_campaigns},
    decision_stages::DecisionStageName,
};
use guanxi_customers::rules::today;
use guanxi_kernel::{
    Ctx, Currency, Money, Result, Word as _, money::MoneyError, problem::INTERNAL, ratio::Ratio,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

/// Stages.
const STEPS: usize = 4;

/// A step of the funnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeStep {
    /// The stage.
    pub stage: DecisionStageName,
    /// What it is called, in the language of the caller.
    pub label: &'static str,
    /// How many have come to it or further.
    pub count: i64,
    /// How many are in it now.
    pub standing: i64,
    /// `count` of that of the step before; of all on the list in the first.
    pub conversion: Rate,
    /// What was spent on the campaigns that are for people in it; null for whoever may not see that.
    #[schema(required)]
    pub cost: Option<Money>,
    /// `cost` for each of `count`; null alike.
    #[schema(required)]
    pub cost_per_contact: Option<Ratio>,
}

/// The funnel of a programme: all four steps, also where nobody has come to one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProgrammeFunnel {
    /// How many are on the list.
    pub contacts: i64,
    /// From the first interest to growth and retention.
    #[schema(min_items = 4, max_items = 4)]
    pub steps: Vec<ProgrammeStep>,
    /// What was spent on all campaigns: the sum of the steps; null for whoever may not see that.
    #[schema(required)]
    pub cost: Option<Money>,
}

/// What each step counts: those who are in it, and what was spent on it.
pub(super) struct Counted {
    pub(super) standing: [i64; STEPS],
    pub(super) costs: [Money; STEPS],
}

impl Counted {
    /// The steps of a funnel; whoever is in a later stage has come to the ones before.
    pub(super) fn steps(
        &self,
        language: guanxi_kernel::Language,
        sees_cost: bool,
    ) -> Vec<ProgrammeStep> {
        let reached = |at: usize| self.standing[at..].iter().sum::<i64>();
        let step = |(at, stage): (usize, &DecisionStageName)| {
            let (count, cost) = (reached(at), self.costs[at]);
            ProgrammeStep {
                stage: *stage,
                label: stage.label(language),
                count,
                standing: self.standing[at],
                conversion: Rate::new(count, reached(at.saturating_sub(1))),
                cost: sees_cost.then_some(cost),
                cost_per_contact: sees_cost.then(|| Ratio::new(cost.to_decimal(), count)),
            }
        };
        DecisionStageName::ALL.iter().enumerate().map(step).collect()
    }
}

fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

/// The funnel of a programme: by the stages of those who are on its list now, and the expenses of its campaigns.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate`; those of the rule of the list.
pub async fn funnel(tx: &mut Tx, ctx: &Ctx, id: ProgrammeId) -> Result<ProgrammeFunnel> {
    let programme: Programme = resource::load(tx, ctx, id.uuid()).await?;
    let currency = programme.currency();
    let mut counted = Counted { standing: [0; STEPS], costs: [Money::zero(currency); STEPS] };
    if let Some(contacts) = programme.contacts(tx, ctx).await? {
        for (place, count) in store::stages(tx, &contacts).await? {
            if let Ok(at @ 0..STEPS) = usize::try_from(place) {
                counted.standing[at] = count;
            }
        }
    }
    let campaigns: Vec<(CampaignId, Currency)> =
        programme.input.campaign_ids().map(|id| (id, currency)).collect();
    let figures = of_campaigns(tx, &campaigns, today(ctx)).await?;
    for one in &programme.input.campaigns {
        let at = DecisionStageName::ALL.iter().position(|stage| *stage == one.stage);
        let cost = figures.get(&one.campaign_id).map(|figures| figures.cost);
        if let (Some(at), Some(cost)) = (at, cost) {
            counted.costs[at] = counted.costs[at].checked_add(cost).map_err(ours)?;
        }
    }
    let sees_cost = Sight::of(ctx).cost;
    let cost = Money::sum(currency, counted.costs).map_err(ours)?;
    Ok(ProgrammeFunnel {
        contacts: counted.standing.iter().sum(),
        steps: counted.steps(ctx.language, sees_cost),
        cost: sees_cost.then_some(cost),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Language;

    #[test]
    fn x_07_every_step_is_there_and_converts_from_the_one_before() {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let costs = [yuan(10_000), yuan(6_000), yuan(0), yuan(2_500)];
        let counted = Counted { standing: [60, 20, 0, 20], costs };
        let steps = counted.steps(Language::En, true);
        let counts: Vec<i64> = steps.iter().map(|step| step.count).collect();
        assert_eq!(counts, [100, 40, 20, 20]);
        let rates: Vec<_> = steps
            .iter()
            .map(|step| step.conversion.value().map(|value| format!("{value:.4}")))
            .collect();
        let expected = ["1.0000", "0.4000", "0.5000", "1.0000"];
        assert_eq!(rates, expected.map(|rate| Some(rate.to_owned())));
        assert_eq!(steps[3].cost, Some(yuan(2_500)));
        let hidden = counted.steps(Language::En, false);
        assert!(hidden.iter().all(|step| step.cost.is_none() && step.cost_per_contact.is_none()));
    }
}

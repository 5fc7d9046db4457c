//! What the campaigns of a plan cost and brought, each thing once.

use super::{
    life::MarketingPlanState,
    model::{MARKETING_PLAN, MarketingPlan, MarketingPlanId},
    segment_goals::{MarketingPlanSegmentProgress, reached},
    store::{self, Planned},
};
use crate::campaigns::{
    CAMPAIGN, CampaignId, CampaignMetric, CampaignOutcome, CampaignState, Figures, Objective,
    Sight, counted, of_campaigns, shown, together,
};
use guanxi_customers::rules::today;
use guanxi_kernel::{
    Ctx, Currency, Money, Problem, Result, Word as _, money::MoneyError, problem::INTERNAL,
    ratio::Ratio,
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is expected by a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketingPlanExpectation {
    /// What it is measured by.
    pub metric: CampaignMetric,
    /// How many, by the objectives of the campaigns; of metrics that are numbers.
    #[schema(required)]
    pub target: Option<i64>,
    /// How much, by the same; of metrics that are amounts.
    #[schema(required)]
    pub amount: Option<Money>,
}

/// The campaigns of a plan that begin in a month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketingPlanMonth {
    /// The month, e.g. `2026-04`.
    pub month: String,
    /// The campaigns, in the order of their first days.
    pub campaign_ids: Vec<CampaignId>,
    /// What they take of the budget; null for whoever may not see that.
    #[schema(required)]
    pub planned: Option<Money>,
    /// What was spent on them; null for whoever may not see that.
    #[schema(required)]
    pub spent: Option<Money>,
    /// What their objectives come to together.
    pub expected: Vec<MarketingPlanExpectation>,
}

/// An objective of a plan, and what has come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MarketingPlanProgress {
    /// What it is measured by.
    pub metric: CampaignMetric,
    /// How many are to be reached; of metrics that are numbers.
    #[schema(required)]
    pub target: Option<i64>,
    /// How much is to be reached; of metrics that are amounts.
    #[schema(required)]
    pub target_amount: Option<Money>,
    /// How many were, by records and by what was entered by hand.
    #[schema(required)]
    pub actual: Option<i64>,
    /// How much was.
    #[schema(required)]
    pub actual_amount: Option<Money>,
    /// What was reached by what is to be reached.
    pub attainment: Ratio,
}

/// What a plan may cost, has cost and has brought.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarketingPlanReturn {
    /// The plan.
    pub marketing_plan_id: MarketingPlanId,
    /// How far it has come.
    pub state: MarketingPlanState,
    /// Its campaigns, also those that were cancelled.
    pub campaigns: usize,
    /// What it may cost; null for whoever may not see that.
    #[schema(required)]
    pub budget: Option<Money>,
    /// What its campaigns take of that: what they may cost, or what was spent on those that were cancelled;
    /// null for whoever may not see that.
    #[schema(required)]
    pub planned: Option<Money>,
    /// What no campaign takes, below zero where they take more; null as the others.
    #[schema(required)]
    pub left: Option<Money>,
    /// What came of all its campaigns together. Amounts are the sums over its campaigns, members too; people
    /// who have answered, opportunities and contracts of several campaigns count once.
    pub outcome: CampaignOutcome,
    /// Its objectives.
    pub objectives: Vec<MarketingPlanProgress>,
    /// Its goals with segments.
    #[schema(max_items = 20)]
    pub segment_goals: Vec<MarketingPlanSegmentProgress>,
    /// Its campaigns, month by month.
    pub months: Vec<MarketingPlanMonth>,
}

fn ours(error: MoneyError) -> Problem {
    INTERNAL.problem().because(error)
}

/// What a campaign takes of the budget of its plan.
fn takes(one: &Planned) -> i64 {
    let minor = match one.state {
        CampaignState::Cancelled => one.spent_minor,
        _ => one.budget_minor,
    };
    minor.unwrap_or(0)
}

/// What a plan may cost, has cost and has brought, as far as the caller may see it.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate`.
pub async fn outcome(tx: &mut Tx, ctx: &Ctx, id: MarketingPlanId) -> Result<MarketingPlanReturn> {
    let plan: MarketingPlan = resource::load(tx, ctx, id.uuid()).await?;
    let currency = plan.currency();
    let campaigns = store::campaigns(tx, id).await?;
    let ids: Vec<(CampaignId, Currency)> = campaigns.iter().map(|one| (one.id, currency)).collect();
    let each = of_campaigns(tx, &ids, today(ctx)).await?;
    let figures = together(tx, id, (currency, None), each.into_values()).await?;
    let segment_goals = reached(tx, ctx, &plan, &ids).await?;
    let sight = Sight::of(ctx);
    let objectives = objectives(tx, &plan, &figures, sight).await?;
    let hides = |resource: &str, field: &str| ctx.actor.withheld(resource).hidden.contains(field);
    let sees_budget = !hides(MARKETING_PLAN.plural, "budget");
    // What was spent on cancelled ones is a part of it.
    let sees_planned = sight.cost && !hides(CAMPAIGN.plural, "budget");
    let planned = Money::new(campaigns.iter().map(takes).sum(), currency);
    let left = plan.input.budget.checked_sub(planned).map_err(ours)?;
    let sees_objectives = !hides(CAMPAIGN.plural, "objectives");
    Ok(MarketingPlanReturn {
        marketing_plan_id: id,
        state: plan.state,
        campaigns: campaigns.len(),
        budget: sees_budget.then_some(plan.input.budget),
        planned: sees_planned.then_some(planned),
        left: (sees_budget && sees_planned).then_some(left),
        outcome: CampaignOutcome::of(&figures, sight)?,
        objectives,
        segment_goals,
        months: months(&campaigns, currency, (sees_planned, sees_objectives), sight)?,
    })
}

/// Each objective of a plan with what was counted and entered by hand.
async fn objectives(
    tx: &mut Tx,
    plan: &MarketingPlan,
    figures: &Figures,
    sight: Sight,
) -> Result<Vec<MarketingPlanProgress>> {
    let entered = store::entered(tx, plan.meta.id).await?;
    let entered: BTreeMap<String, (i64, i64)> =
        entered.into_iter().map(|(word, number, minor)| (word, (number, minor))).collect();
    let mut found = Vec::new();
    for one in &plan.input.objectives {
        let Some(metric) = one.measure() else { continue };
        if !shown(metric, sight) {
            continue;
        }
        let more = entered.get(metric.word()).copied().unwrap_or_default();
        found.push(progress(metric, one, counted(figures, metric), more)?);
    }
    Ok(found)
}

/// How far an objective is reached, by what was counted and by what was entered by hand.
pub(super) fn progress(
    metric: CampaignMetric,
    objective: &Objective,
    (number, amount): (i64, Option<Money>),
    (more, minor): (i64, i64),
) -> Result<MarketingPlanProgress> {
    let bare = MarketingPlanProgress {
        metric,
        target: objective.target,
        target_amount: objective.amount,
        actual: None,
        actual_amount: None,
        attainment: Ratio::new(number + more, objective.target.unwrap_or_default()),
    };
    let Some(target) = objective.amount else {
        return Ok(MarketingPlanProgress { actual: Some(number + more), ..bare });
    };
    let by_records = amount.unwrap_or_else(|| Money::zero(target.currency()));
    let by_hand = Money::new(minor, target.currency());
    let actual = by_records.checked_add(by_hand).map_err(ours)?;
    let attainment = Ratio::of_money(actual, target).map_err(ours)?;
    Ok(MarketingPlanProgress { actual_amount: Some(actual), attainment, ..bare })
}

/// Campaigns by the months of their first days; those that were cancelled are in them by what they have cost.
fn months(
    campaigns: &[Planned],
    currency: Currency,
    (sees_planned, sees_objectives): (bool, bool),
    sight: Sight,
) -> Result<Vec<MarketingPlanMonth>> {
    let mut months: BTreeMap<String, Vec<&Planned>> = BTreeMap::new();
    for one in campaigns {
        months.entry(one.starts_on.format("%Y-%m").to_string()).or_default().push(one);
    }
    let month = |(month, of): (String, Vec<&Planned>)| -> Result<MarketingPlanMonth> {
        let sum = |minor: fn(&Planned) -> i64| {
            Money::new(of.iter().map(|one| minor(one)).sum(), currency)
        };
        let expected = if sees_objectives { expected(&of, currency, sight)? } else { Vec::new() };
        Ok(MarketingPlanMonth {
            month,
            campaign_ids: of.iter().map(|one| one.id).collect(),
            planned: sees_planned.then(|| sum(takes)),
            spent: sight.cost.then(|| sum(|one| one.spent_minor.unwrap_or(0))),
            expected,
        })
    };
    months.into_iter().map(month).collect()
}

/// What the objectives of campaigns come to, metric by metric; of those that were not cancelled.
fn expected(
    campaigns: &[&Planned],
    currency: Currency,
    sight: Sight,
) -> Result<Vec<MarketingPlanExpectation>> {
    let mut sums: BTreeMap<CampaignMetric, (i64, Money)> = BTreeMap::new();
    let live = campaigns.iter().filter(|one| one.state != CampaignState::Cancelled);
    for one in live.flat_map(|one| &one.objectives.0) {
        let Some(metric) = one.measure().filter(|metric| shown(*metric, sight)) else { continue };
        let sum = sums.entry(metric).or_insert((0, Money::zero(currency)));
        sum.0 += one.target.unwrap_or(0);
        if let Some(amount) = one.amount {
            sum.1 = sum.1.checked_add(amount).map_err(ours)?;
        }
    }
    let told = |(metric, (target, amount)): (CampaignMetric, (i64, Money))| {
        let target = (!metric.is_money()).then_some(target);
        let amount = metric.is_money().then_some(amount);
        MarketingPlanExpectation { metric, target, amount }
    };
    Ok(sums.into_iter().map(told).collect())
}

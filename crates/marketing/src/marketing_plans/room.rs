//! What is left of the budget of a plan for another campaign.
//!
//! A campaign of a plan has the currency of the plan and begins in its time, so budgets sum without a rate
//! and what is left is exact. Saving such a campaign locks the row of the plan: of two that are saved at
//! once the second sees what the first has taken. Price: a campaign in another currency needs a plan of its
//! own, and a plan has a thousand campaigns at most, since their figures are read at once.

use super::{
    model::{MARKETING_PLAN, MarketingPlan},
    store,
};
use crate::{
    campaigns::{Campaign, CampaignState},
    problems::{BELOW_PLANNED, MARKETING_PLAN_FULL, PLAN_BUDGET_EXCEEDED},
};
use guanxi_customers::{engine::refer, problems::CURRENCY_MISMATCH, rules::refuse};
use guanxi_kernel::{Ctx, Money, Result, problem::OUT_OF_RANGE};
use guanxi_storage::{Tx, resource};

/// Campaigns of a plan at most, so that its figures can be read at once.
pub(super) const MOST: i64 = 1_000;

/// The plan that a save of a campaign must be held to: none where the save changes nothing that concerns it.
///
/// # Errors
/// `unknown_reference` at `/marketing_plan_id`.
pub(crate) async fn plan_concerned(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: &Campaign,
    before: Option<&Campaign>,
) -> Result<Option<MarketingPlan>> {
    let Some(id) = campaign.input.marketing_plan_id else { return Ok(None) };
    if !belonged(campaign, before) {
        return refer(tx, ctx, id.uuid(), "/marketing_plan_id").await.map(Some);
    }
    let concerned = |one: &Campaign| {
        let input = one.input.clone();
        (input.budget_lines, input.currency, input.starts_on)
    };
    if before.is_some_and(|before| concerned(before) == concerned(campaign)) {
        return Ok(None);
    }
    // Whoever may change the campaign need not see the plan that it belongs to already.
    resource::load(tx, &ctx.on_behalf(), id.uuid()).await.map(Some)
}

/// Whether a campaign was in its plan before.
fn belonged(campaign: &Campaign, before: Option<&Campaign>) -> bool {
    let lived = before.filter(|before| before.meta.deleted_at.is_none());
    lived.is_some_and(|before| before.input.marketing_plan_id == campaign.input.marketing_plan_id)
}

/// What a campaign takes of the budget: what it may cost, or what was spent on one that was cancelled.
fn takes(campaign: &Campaign) -> i64 {
    let amount = match campaign.state {
        CampaignState::Cancelled => campaign.spent,
        _ => campaign.budget,
    };
    amount.map_or(0, Money::minor)
}

/// Holds a campaign to its plan.
///
/// # Errors
/// `marketing_plan_state`, `currency_mismatch`, `out_of_range` at `/starts_on`, `marketing_plan_full`;
/// `plan_budget_exceeded` with what is left.
pub(crate) async fn check_campaign(
    tx: &mut Tx,
    ctx: &Ctx,
    (plan, campaign): (&MarketingPlan, &Campaign),
    before: Option<&Campaign>,
) -> Result<()> {
    if !plan.state.is_open() {
        return Err(plan.state.refusal());
    }
    let currency = plan.currency();
    if campaign.currency() != currency {
        return Err(refuse(&CURRENCY_MISMATCH, "/currency", ("expected", currency.code())));
    }
    if !plan.has(campaign.input.starts_on) {
        let expected = format!("{} to {}", plan.input.starts_on, plan.input.ends_on);
        return Err(refuse(&OUT_OF_RANGE, "/starts_on", ("expected", &expected)));
    }
    // Of two campaigns that are saved at once the second sees what the first has taken.
    let Some((budget, allows_overrun)) = store::lock(tx, plan.meta.id).await? else {
        return Ok(());
    };
    let (taken, others) = store::taken(tx, plan.meta.id, Some(campaign.meta.id)).await?;
    let stays = belonged(campaign, before);
    if !stays && others >= MOST {
        return Err(MARKETING_PLAN_FULL.at("/marketing_plan_id").with("limit", MOST));
    }
    let shrinks = stays && before.is_some_and(|before| takes(before) >= takes(campaign));
    let left = budget.saturating_sub(taken);
    if allows_overrun || shrinks || takes(campaign) <= left {
        return Ok(());
    }
    let hidden = ctx.actor.withheld(MARKETING_PLAN.plural).hidden.contains("budget");
    let left = match hidden {
        true => "…".to_owned(),
        false => Money::new(left, currency).to_string(),
    };
    Err(PLAN_BUDGET_EXCEEDED.at("/budget_lines").with("left", left))
}

/// Refuses a budget of a plan that is less than what its campaigns take, unless they may take more.
///
/// # Errors
/// `below_planned` at `/budget`.
pub(super) async fn check_plan(tx: &mut Tx, plan: &MarketingPlan) -> Result<()> {
    if plan.input.allows_overrun {
        return Ok(());
    }
    store::lock(tx, plan.meta.id).await?;
    let (taken, _) = store::taken(tx, plan.meta.id, None).await?;
    if taken <= plan.input.budget.minor() {
        return Ok(());
    }
    let planned = Money::new(taken, plan.currency()).to_string();
    Err(BELOW_PLANNED.at("/budget").with("planned", planned))
}

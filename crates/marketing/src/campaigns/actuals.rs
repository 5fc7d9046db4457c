//! What is so far, against what was planned, and the alert when it differs too much.

use super::{
    deviations::{Deviation, DeviationOf, Pair},
    figures::Figures,
    frozen,
    life::CampaignState,
    model::{CAMPAIGN, Campaign, CampaignId},
    parts::CampaignMetric,
    sight::Sight,
    store,
};
use crate::rival_activities;
use chrono::NaiveDate;
use guanxi_customers::{parties::PartyId, rules::line};
use guanxi_kernel::{
    Ctx, Line, Money, Result, Share, Word as _, money::MoneyError, problem::INTERNAL,
};
use guanxi_storage::{Tx, error::NO_RATE, resource};
use guanxi_workflow::notifications::{News, NotificationKind, notify};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a competitor does while a campaign runs.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RivalActivityMeanwhile {
    /// The activity.
    pub rival_activity_id: rival_activities::RivalActivityId,
    /// The competitor.
    pub party_id: PartyId,
    /// By which means.
    pub means: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
}

/// How far a campaign differs from its plan, and what competitors do meanwhile.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CampaignDeviations {
    /// How much is tolerated, as a part of the plan.
    pub tolerance: Share,
    /// Each objective, each line of the budget, and the whole budget.
    pub data: Vec<Deviation>,
    /// What competitors do on its days and in its regions; the first two hundred.
    pub rival_activities: Vec<RivalActivityMeanwhile>,
}

fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

/// What a metric comes to by records, where there are any.
pub(crate) fn counted(figures: &Figures, metric: CampaignMetric) -> (i64, Option<Money>) {
    match metric {
        CampaignMetric::Invited => (figures.members, None),
        CampaignMetric::Attended => (figures.attended, None),
        CampaignMetric::Responders => (figures.responders, None),
        CampaignMetric::Leads => (figures.leads, None),
        CampaignMetric::Opportunities => (figures.opportunities, None),
        CampaignMetric::Contracts => (figures.contracts, None),
        CampaignMetric::OpportunityAmount => (0, Some(figures.opportunity_amount)),
        CampaignMetric::ContractAmount => (0, Some(figures.contract_amount)),
        CampaignMetric::ContractMargin => (0, Some(figures.contract_margin)),
        CampaignMetric::Reach | CampaignMetric::Visits => (0, None),
    }
}

/// Whether somebody who sees so much sees what a metric comes to.
pub(crate) fn shown(metric: CampaignMetric, sight: Sight) -> bool {
    match metric {
        CampaignMetric::OpportunityAmount => sight.opportunities,
        CampaignMetric::ContractAmount => sight.contracts,
        CampaignMetric::ContractMargin => sight.margin,
        _ => true,
    }
}

/// Each objective with what was counted and entered by hand.
async fn objectives(tx: &mut Tx, of: &Campaign, figures: &Figures) -> Result<Vec<Deviation>> {
    let entered: BTreeMap<String, (i64, i64)> =
        store::entered(tx, of.meta.id).await?.into_iter().map(|(w, n, m)| (w, (n, m))).collect();
    let mut found = Vec::new();
    for one in &of.input.objectives {
        let Some(metric) = one.measure() else { continue };
        let (number, amount) = counted(figures, metric);
        let (more, minor) = entered.get(metric.word()).copied().unwrap_or_default();
        let pair = match one.amount {
            Some(plan) => {
                let by_records = amount.unwrap_or_else(|| Money::zero(plan.currency()));
                let by_hand = Money::new(minor, plan.currency());
                Pair::Amount(plan, by_records.checked_add(by_hand).map_err(ours)?)
            }
            None => Pair::Number(one.target.unwrap_or_default(), number + more),
        };
        let what = (DeviationOf::Objective, metric.word().to_owned());
        found.push(Deviation::new(what, (None, Some(metric)), pair, of.input.tolerance)?);
    }
    Ok(found)
}

/// Each line of the budget, and the whole.
async fn budget(tx: &mut Tx, of: &Campaign) -> Result<Vec<Deviation>> {
    let currency = of.currency();
    let spent: BTreeMap<Option<i64>, i64> =
        store::spent(tx, of.meta.id).await?.into_iter().collect();
    let mut found = Vec::new();
    for (line, one) in (1_i64..).zip(&of.input.budget_lines) {
        let actual = Money::new(spent.get(&Some(line)).copied().unwrap_or_default(), currency);
        let what = (DeviationOf::BudgetLine, one.name.to_string());
        let pair = Pair::Amount(one.planned, actual);
        found.push(Deviation::new(what, (Some(line), None), pair, of.input.tolerance)?);
    }
    let all = Money::new(spent.values().sum(), currency);
    let planned = of.budget.unwrap_or_else(|| Money::zero(currency));
    let what = (DeviationOf::Budget, "budget".to_owned());
    found.push(Deviation::new(what, (None, None), Pair::Amount(planned, all), of.input.tolerance)?);
    Ok(found)
}

/// How far a campaign differs from its plan, as far as the caller may see it.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate`.
pub async fn deviations(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignDeviations> {
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let figures = frozen::figures(tx, ctx, &campaign).await?;
    let sight = Sight::of(ctx);
    let mut data = objectives(tx, &campaign, &figures).await?;
    data.retain(|one| one.metric.is_none_or(|metric| shown(metric, sight)));
    if sight.cost {
        data.extend(budget(tx, &campaign).await?);
    }
    let rivals = rival_activities::meanwhile(tx, ctx, &campaign).await?;
    Ok(CampaignDeviations { tolerance: campaign.input.tolerance, data, rival_activities: rivals })
}

/// Notes what is spent on a campaign by now.
///
/// # Errors
/// Those of the store.
pub(crate) async fn note_spent(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    let minor: i64 = store::spent(tx, id).await?.into_iter().map(|(_, minor)| minor).sum();
    let take = |one: &mut Campaign| {
        one.spent = Some(Money::new(minor, one.currency()));
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), "spent", take).await?;
    follow_deviations(tx, ctx, id).await
}

/// Raises one alert for whatever differs too much from the plan and was not told yet: an event of the
/// campaign, and its owner is told.
///
/// # Errors
/// Those of the store.
pub(crate) async fn follow_deviations(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<()> {
    let system = ctx.on_behalf();
    let campaign: Campaign = resource::load(tx, &system, id.uuid()).await?;
    if !campaign.state.has_begun() {
        return Ok(());
    }
    let mut found = budget(tx, &campaign).await?;
    match frozen::figures(tx, ctx, &campaign).await {
        Ok(figures) => found.extend(objectives(tx, &campaign, &figures).await?),
        // What cannot be converted cannot be compared; that is no reason against an expense.
        Err(problem) if problem.is(&NO_RATE) => {}
        Err(problem) => return Err(problem),
    }
    let finished = campaign.state == CampaignState::Finished;
    let mut new: Vec<Line<60>> = Vec::new();
    for one in found.iter().filter(|one| one.alarms(finished)) {
        let key = line(&one.key())?;
        if !campaign.alerts.contains(&key) {
            new.push(key);
        }
    }
    if new.is_empty() {
        return Ok(());
    }
    let add = |one: &mut Campaign| {
        one.alerts.extend(new);
        Ok(())
    };
    resource::change(tx, &system, id.uuid(), "deviated", add).await?;
    let title = line(&format!("{} ≠ plan", &*campaign.input.name))?;
    let news = News { kind: NotificationKind::Alert, title, subject: (&CAMPAIGN, id.uuid()) };
    let owner = campaign.input.owner_id.into_iter();
    notify(tx, &system, owner, &news).await
}

//! What a marketing manager steers campaigns by.

use crate::{
    exchange::{Exchange, currency},
    reports::lead_latency,
};
use chrono::NaiveDate;
use guanxi_kernel::{
    Action, Ctx, ExchangeRate, Money, Result, UserId, actor::forbidden, money::MoneyError,
    period::business_date, problem::INTERNAL, ratio::Ratio,
};
use guanxi_marketing::campaigns::CAMPAIGN;
use guanxi_storage::{Tx, expansion::Json, sql};
use guanxi_workflow::approvals::{APPROVAL, waiting_number};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Running campaigns that are told one by one at most; the figures go over these.
const MOST: i64 = 1_000;

/// A campaign that is running.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RunningCampaign {
    /// The campaign.
    pub campaign_id: Uuid,
    /// What it is called.
    pub name: String,
    /// Who looks after it.
    pub owner_id: UserId,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// What it may cost.
    #[schema(required)]
    pub budget: Option<Money>,
    /// What was spent, in its currency.
    pub spent: Money,
    /// What has differed from the plan by more than the tolerance, as the campaign tells it.
    pub deviations: i64,
}

/// What a marketing manager steers campaigns by.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MarketingDashboard {
    /// How many campaigns are running: as many as the list of campaigns with `state=running` has.
    pub running: i64,
    /// They themselves, those that end first before the others.
    #[schema(max_items = 1000)]
    pub campaigns: Vec<RunningCampaign>,
    /// What they may cost together, in the currency of the company.
    pub budget: Money,
    /// What was spent on them.
    pub spent: Money,
    /// `spent` over `budget`.
    pub budget_used: Ratio,
    /// What has differed from their plans: as many as their `alerts` are.
    pub deviations: i64,
    /// Approvals that wait for the caller: as many as the list with `waiting_for:me()` has.
    pub approvals_waiting: i64,
    /// Prospects to whom nobody has spoken in time: as many as the report `lead-latency` tells.
    pub overdue_prospects: i64,
    /// The rates by which amounts were converted: those of today.
    pub exchange_rates: Vec<ExchangeRate>,
}

type Found = (Uuid, String, UserId, NaiveDate, String, Option<i64>, Option<i64>, Json<Vec<String>>);

fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

/// What there is to steer by now.
///
/// # Errors
/// `forbidden` without the rights to read campaigns with their amounts, responses, activities and
/// approvals; `no_exchange_rate`.
pub async fn marketing_manager(tx: &mut Tx, ctx: &Ctx) -> Result<MarketingDashboard> {
    ctx.require(CAMPAIGN.plural, Action::Read)?;
    ctx.require(APPROVAL.plural, Action::Read)?;
    let hidden = ctx.actor.withheld(CAMPAIGN.plural).hidden;
    let told = ["name", "owner_id", "ends_on", "state", "budget", "spent", "alerts"];
    if told.iter().any(|field| hidden.contains(*field)) {
        return Err(forbidden(CAMPAIGN.plural, Action::Read));
    }
    let overdue_prospects = lead_latency::overdue_now(tx, ctx).await?;
    let select = sql!(
        "SELECT id, name, owner_id, ends_on, currency, budget_minor, spent_minor, alerts
         FROM campaigns WHERE tenant_id = $1 AND deleted_at IS NULL AND state = 'running'
         ORDER BY ends_on, id LIMIT $2",
        MOST
    );
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let mut exchange = Exchange::into(ctx.settings.currency);
    let (mut budget, mut spent) = (exchange.zero(), exchange.zero());
    let (mut campaigns, mut deviations) = (Vec::new(), 0);
    for (campaign_id, name, owner_id, ends_on, code, planned, used, alerts) in
        tx.all::<Found>(select).await?
    {
        let own = currency(&code)?;
        let (planned, used) =
            (planned.map(|minor| Money::new(minor, own)), Money::new(used.unwrap_or(0), own));
        let differing = i64::try_from(alerts.0.len()).unwrap_or(i64::MAX);
        for (sum, amount) in [(&mut budget, planned), (&mut spent, Some(used))] {
            let amount = amount.unwrap_or(Money::zero(own));
            let amount = exchange.convert(tx, amount, today, ctx.now).await?;
            *sum = exchange.sum([*sum, amount])?;
        }
        deviations += differing;
        campaigns.push(RunningCampaign {
            campaign_id,
            name,
            owner_id,
            ends_on,
            budget: planned,
            spent: used,
            deviations: differing,
        });
    }
    Ok(MarketingDashboard {
        running: i64::try_from(campaigns.len()).unwrap_or(MOST),
        campaigns,
        budget,
        spent,
        budget_used: Ratio::of_money(spent, budget).map_err(ours)?,
        deviations,
        approvals_waiting: waiting_number(tx, ctx.actor.user).await?,
        overdue_prospects,
        exchange_rates: exchange.used(),
    })
}

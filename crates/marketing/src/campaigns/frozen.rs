//! What a campaign had come to when it was finished, and whether that has changed since.

use super::{
    cancelled::cancelled,
    figures::{Figures, of_campaigns, of_campaigns_by},
    life::CampaignState,
    model::{Campaign, CampaignId},
    outcome::CampaignOutcome,
    sight::Sight,
};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::today;
use guanxi_kernel::{Ctx, Money, Result, period::business_date};
use guanxi_storage::{Tx, error::NO_RATE, resource, sql};
use serde::Serialize;
use sqlx::types::Json;
use utoipa::ToSchema;

/// What a campaign came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignOutcomeReport {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// How far it has come.
    pub state: CampaignState,
    /// When the outcome was frozen; null while the campaign is not finished, and it is that of now.
    #[schema(required)]
    pub frozen_at: Option<DateTime<Utc>>,
    /// The outcome, frozen or of now.
    pub outcome: CampaignOutcome,
    /// Whether something has changed since it was frozen. Other exchange rates change nothing.
    pub restated: bool,
    /// If so: the outcome of now, by the exchange rates of when it was frozen; by those of today where amounts are in
    /// a currency that had no rate then.
    #[schema(required)]
    pub now: Option<CampaignOutcome>,
    /// Contracts that were signed and then cancelled, also in part, as it is now: an outcome of now counts them no more.
    pub contracts_cancelled: i64,
    /// Its part of what they came to without tax; null for whoever may not see that.
    #[schema(required)]
    pub cancelled_amount: Option<Money>,
}

/// The figures of a campaign now.
pub(super) async fn figures(tx: &mut Tx, ctx: &Ctx, of: &Campaign) -> Result<Figures> {
    let currency = of.currency();
    let mut all = of_campaigns(tx, &[(of.meta.id, currency)], today(ctx)).await?;
    Ok(all.remove(&of.meta.id).unwrap_or_else(|| Figures::none(currency)))
}

/// The same by the rates of when its outcome was frozen, so that only what has happened since makes a difference.
async fn at_rates_of_then(
    tx: &mut Tx,
    ctx: &Ctx,
    of: &Campaign,
    then: DateTime<Utc>,
) -> Result<Figures> {
    let (currency, day) = (of.currency(), business_date(then, ctx.settings.time_zone));
    match of_campaigns_by(tx, &[(of.meta.id, currency)], (day, then), None).await {
        Ok(mut all) => Ok(all.remove(&of.meta.id).unwrap_or_else(|| Figures::none(currency))),
        Err(problem) if problem.is(&NO_RATE) => figures(tx, ctx, of).await,
        Err(problem) => Err(problem),
    }
}

/// Keeps what a campaign has come to.
///
/// # Errors
/// `no_exchange_rate`; those of the store.
pub(super) async fn freeze(tx: &mut Tx, ctx: &Ctx, of: &Campaign) -> Result<()> {
    let figures = figures(tx, ctx, of).await?;
    let sql = sql!(
        "INSERT INTO campaign_outcomes (tenant_id, campaign_id, frozen_at, figures)
         VALUES ($1, $2, $3, $4) ON CONFLICT (tenant_id, campaign_id) DO NOTHING",
        of.meta.id,
        ctx.now,
        serde_json::to_value(&figures).unwrap_or_default()
    );
    tx.execute(sql).await.map(drop)
}

/// What a campaign came to: as it was when it was finished, and as it is now if that is something else.
///
/// # Errors
/// `not_found`, `forbidden`; `no_exchange_rate`.
pub async fn outcome(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignOutcomeReport> {
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let sql = sql!(
        "SELECT frozen_at, figures FROM campaign_outcomes WHERE tenant_id = $1 AND campaign_id = $2",
        id
    );
    let frozen = tx.optional::<(DateTime<Utc>, Json<Figures>)>(sql).await?;
    let (frozen_at, then) = frozen.unzip();
    let then = then.map(|then| then.0);
    let now = match frozen_at {
        Some(at) => at_rates_of_then(tx, ctx, &campaign, at).await?,
        None => figures(tx, ctx, &campaign).await?,
    };
    let restated = then.as_ref().is_some_and(|then| *then != now);
    let sight = Sight::of(ctx);
    let of = (id, campaign.currency());
    let (contracts_cancelled, taken_back) = cancelled(tx, of, today(ctx)).await?;
    Ok(CampaignOutcomeReport {
        campaign_id: id,
        state: campaign.state,
        frozen_at,
        outcome: CampaignOutcome::of(then.as_ref().unwrap_or(&now), sight)?,
        restated,
        now: match restated {
            true => Some(CampaignOutcome::of(&now, sight)?),
            false => None,
        },
        contracts_cancelled,
        cancelled_amount: sight.contracts.then_some(taken_back),
    })
}

//! Judging campaigns, and reading how they were judged.

use super::{
    indicators::{CampaignEvaluationPart, judge, written},
    store::{self, Kept},
};
use crate::{
    campaigns::{
        CAMPAIGN, Campaign, CampaignId, CampaignOutcome, CampaignState, Figures, Sight,
        of_campaigns,
    },
    problems::{CAMPAIGN_NOT_FINISHED, NO_INDICATORS},
};
use chrono::{DateTime, Utc};
use guanxi_customers::rules::today;
use guanxi_kernel::{Action, Ctx, Money, Result, UserId, Word as _, actor::forbidden};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use sqlx::types::Json;
use utoipa::ToSchema;
use uuid::Uuid;

/// Evaluations of a campaign that are told, the last ones.
const TOLD: i64 = 200;

/// How a campaign was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignEvaluation {
    /// The campaign.
    pub campaign_id: CampaignId,
    /// Its number among those of the campaign, counted from 1.
    pub number: i64,
    /// From 0.00 to 100.00: the sum of weight × points of the parts, rounded half-even; null for whoever may not see
    /// one of the parts.
    #[schema(required)]
    pub score: Option<String>,
    /// What each indicator came to.
    #[schema(max_items = 10)]
    pub parts: Vec<CampaignEvaluationPart>,
    /// The figures that it rests on: those of the instant at which it was made.
    pub outcome: CampaignOutcome,
    /// What might be spent; null for whoever may not see that.
    #[schema(required)]
    pub budget: Option<Money>,
    /// The template that says what is judged by.
    #[schema(required)]
    pub template_id: Option<Uuid>,
    /// The version that the template had when the campaign was made.
    #[schema(required)]
    pub template_version: Option<i64>,
    /// Who has made it.
    pub made_by: UserId,
    /// When.
    pub made_at: DateTime<Utc>,
}

fn sees_budget(ctx: &Ctx) -> bool {
    !ctx.actor.withheld(CAMPAIGN.plural).hidden.contains("budget")
}

/// Judges a campaign that is finished by what it has come to by now. Each evaluation is another one; none changes.
///
/// # Errors
/// `campaign_not_finished` with the states in which it is possible; `no_indicators`; `forbidden` also without the
/// right to a figure that it rests on; `no_exchange_rate`; and as any change.
pub async fn evaluate(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<CampaignEvaluation> {
    let now = ctx.now;
    let count = move |one: &mut Campaign| {
        if one.state != CampaignState::Finished {
            let allowed = vec![CampaignState::Finished.word()];
            let refused = CAMPAIGN_NOT_FINISHED.with("state", one.state.word());
            return Err(refused.with("allowed", allowed));
        }
        if one.indicators.is_empty() {
            return Err(NO_INDICATORS.problem());
        }
        one.evaluations += 1;
        one.evaluated_at = one.evaluated_at.or(Some(now));
        Ok(())
    };
    let campaign = resource::change(tx, ctx, id.uuid(), "evaluated", count).await?.record;
    let (sight, sees_budget) = (Sight::of(ctx), sees_budget(ctx));
    if !campaign.indicators.iter().all(|one| one.indicator.is_seen(sight, sees_budget)) {
        return Err(forbidden("contracts", Action::Read));
    }
    let currency = campaign.currency();
    let mut all = of_campaigns(tx, &[(id, currency)], today(ctx)).await?;
    let figures = all.remove(&id).unwrap_or_else(|| Figures::none(currency));
    let budget = campaign.budget.unwrap_or_else(|| Money::zero(currency));
    let (parts, score) = judge(&campaign.indicators, &figures, budget)?;
    let kept = Kept {
        number: campaign.evaluations,
        template_id: campaign.template_id,
        template_version: campaign.template_version,
        figures: Json(figures),
        budget_minor: budget.minor(),
        parts: Json(parts),
        score,
        author_id: ctx.actor.user,
        made_at: ctx.now,
    };
    store::keep(tx, id, &kept).await?;
    told(ctx, id, kept)
}

/// How a campaign was ever judged, the last first; the last two hundred.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn evaluations(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
) -> Result<Vec<CampaignEvaluation>> {
    resource::load::<Campaign>(tx, ctx, id.uuid()).await?;
    let kept = store::kept(tx, id, TOLD).await?;
    kept.into_iter().map(|one| told(ctx, id, one)).collect()
}

/// An evaluation as far as somebody may see it.
fn told(ctx: &Ctx, campaign_id: CampaignId, kept: Kept) -> Result<CampaignEvaluation> {
    let (sight, sees_budget) = (Sight::of(ctx), sees_budget(ctx));
    let figures = kept.figures.0;
    let budget = Money::new(kept.budget_minor, figures.cost.currency());
    let mut parts = kept.parts.0;
    let mut whole = true;
    for part in parts.iter_mut().filter(|part| !part.indicator.is_seen(sight, sees_budget)) {
        (part.value, part.points, whole) = (None, None, false);
    }
    Ok(CampaignEvaluation {
        campaign_id,
        number: kept.number,
        score: whole.then(|| written(kept.score)),
        parts,
        outcome: CampaignOutcome::of(&figures, sight)?,
        budget: sees_budget.then_some(budget),
        template_id: kept.template_id,
        template_version: kept.template_version,
        made_by: kept.author_id,
        made_at: kept.made_at,
    })
}

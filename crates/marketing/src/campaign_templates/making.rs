//! Campaigns of templates, and templates of campaigns.

use super::model::{
    CampaignTemplate, CampaignTemplateContent, CampaignTemplateId, CampaignTemplateInput,
    CampaignTemplateStep,
};
use crate::{
    campaigns::{Campaign, CampaignId, CampaignStep},
    marketing_plans::MarketingPlanId,
    problems::TEMPLATE_NOT_ACTIVE,
};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Action, Ctx, Line, Result, UserId};
use guanxi_storage::{
    Meta, Tx,
    kind::Parts as _,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A campaign of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "秋季展会", "starts_on": "2026-09-10" })))]
pub struct CampaignFromTemplate {
    /// What it is called.
    pub name: Line<200>,
    /// The first day; it takes as many days as the template says.
    #[validate(custom(function = "likely_date"))]
    pub starts_on: NaiveDate,
    /// Its number; made up when absent.
    #[serde(default)]
    pub number: Option<Line<40>>,
    /// Who is in charge; the acting user when absent.
    #[serde(default)]
    pub owner_id: Option<UserId>,
    /// The plan that it belongs to.
    #[serde(default)]
    pub marketing_plan_id: Option<MarketingPlanId>,
}

/// A template of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "name": "春季推广" })))]
pub struct TemplateFromCampaign {
    /// What the template is called.
    pub name: Line<200>,
}

/// Makes a campaign of a template.
///
/// # Errors
/// `not_found`, `forbidden`; `template_not_active`; and as making any campaign.
pub async fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignTemplateId,
    wish: CampaignFromTemplate,
) -> Result<Shown<Campaign>> {
    resource::require::<Campaign>(ctx, Action::Create)?;
    let template: CampaignTemplate = resource::load(tx, ctx, id.uuid()).await?;
    if !template.input.active {
        return Err(TEMPLATE_NOT_ACTIVE.problem());
    }
    let mut input = template.input.content.campaign(wish.name, wish.starts_on)?;
    input.number = wish.number;
    input.owner_id = wish.owner_id;
    input.marketing_plan_id = wish.marketing_plan_id;
    let mut campaign = Campaign::assemble(Meta::new(ctx), input);
    campaign.template_id = Some(id.uuid());
    campaign.template_version = Some(template.meta.version);
    campaign.steps = template.input.steps.iter().map(CampaignStep::of).collect();
    campaign.indicators = template.input.indicators;
    resource::insert(tx, ctx, campaign, "created").await
}

/// Makes a template of what a campaign was planned to be, with its steps and indicators.
///
/// # Errors
/// `not_found`, `forbidden`; and as making any template.
pub async fn save(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    wish: TemplateFromCampaign,
) -> Result<Shown<CampaignTemplate>> {
    resource::require::<CampaignTemplate>(ctx, Action::Create)?;
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    let content = CampaignTemplateContent::of(&campaign);
    let step = |one: CampaignStep| CampaignTemplateStep { name: one.name, required: one.required };
    let input = CampaignTemplateInput {
        name: wish.name,
        active: true,
        required: Vec::new(),
        steps: campaign.steps.into_iter().map(step).collect(),
        indicators: campaign.indicators,
        content,
    };
    resource::create(tx, ctx, input).await
}

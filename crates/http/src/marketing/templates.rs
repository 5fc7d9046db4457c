//! Campaigns of templates, and templates of campaigns.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Action, Ctx};
use guanxi_marketing::{
    campaign_templates::{
        self, CAMPAIGN_TEMPLATE, CampaignFromTemplate, CampaignTemplate, TemplateFromCampaign,
    },
    campaigns::{CAMPAIGN, Campaign},
};
use guanxi_storage::{Tx, resource};

pub(super) fn routes(config: &mut Routes) {
    config.service(make).service(save);
}

/// Make a campaign of a template
///
/// With what the template says, from the first day on that you name and for as many days as the template says. It is
/// a campaign like any other, but is not handed in before it says what the template wants, and it keeps the steps and
/// the indicators that the template has now.
#[utoipa::path(tag = "campaign-templates", operation_id = "campaign_templates_create_campaign",
    request_body = CampaignFromTemplate,
    params(("campaign_template_id" = String, Path, description = "The id of the template.", format = Uuid)),
    responses((status = 201, description = "The campaign.", body = Campaign),
        (status = 409, description = "The template is out of use.", body = ProblemBody)))]
#[post("/v1/campaign-templates/{campaign_template_id}/create-campaign")]
async fn make(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN, Action::Create)?;
    let (id, wish) = (call.id("campaign_template_id")?, body.read::<CampaignFromTemplate>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = campaign_templates::make(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Make a template of a campaign
///
/// With what the campaign was planned to be, how many days it takes, its steps and its indicators.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_save_as_template",
    request_body = TemplateFromCampaign,
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 201, description = "The template.", body = CampaignTemplate)))]
#[post("/v1/campaigns/{campaign_id}/save-as-template")]
async fn save(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CAMPAIGN_TEMPLATE, Action::Create)?;
    let (id, wish) = (call.id("campaign_id")?, body.read::<TemplateFromCampaign>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = campaign_templates::save(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

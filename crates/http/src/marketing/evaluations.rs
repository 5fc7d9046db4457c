//! How campaigns were judged.

use crate::{
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_marketing::{
    campaign_evaluations::{self, CampaignEvaluation},
    campaigns::CampaignId,
};
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(config: &mut Routes) {
    config.service(evaluate).service(evaluations);
}

/// Evaluate a campaign
///
/// Once it is finished, by what it has come to by now and by the indicators that its template had when it was made.
/// Each indicator gets from 0 to 100 points, evenly from its floor to its goal, and none where it has no value; the
/// score is the sum of weight × points. The evaluation is kept with the figures that it rests on and never changes;
/// evaluating again makes another one. It takes the right to every figure that an indicator rests on.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_evaluate",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 201, description = "The evaluation.", body = CampaignEvaluation),
        (status = 409, description = "It is not finished, or nothing says by what it is judged.", body = ProblemBody)))]
#[post("/v1/campaigns/{campaign_id}/evaluation")]
async fn evaluate(call: Call) -> Result<HttpResponse, ApiError> {
    let id: CampaignId = call.id("campaign_id")?.into();
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let kept = campaign_evaluations::evaluate(tx, ctx, id).await?;
        Ok(Done::added(&kept))
    };
    Ok(call.write(None, work).await?)
}

/// How a campaign was ever judged.
#[derive(Debug, Serialize, ToSchema)]
struct CampaignEvaluations {
    /// The last first.
    data: Vec<CampaignEvaluation>,
}

/// List the evaluations of a campaign
///
/// Each with its figures, the last first; the last two hundred. What you may not see is null.
#[utoipa::path(tag = "campaigns", operation_id = "campaigns_evaluations",
    params(("campaign_id" = String, Path, description = "The id of the campaign.", format = Uuid)),
    responses((status = 200, description = "The evaluations.", body = CampaignEvaluations)))]
#[get("/v1/campaigns/{campaign_id}/evaluations")]
async fn evaluations(call: Call) -> Result<HttpResponse, ApiError> {
    let id: CampaignId = call.id("campaign_id")?.into();
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| campaign_evaluations::evaluations(tx, ctx, id).await;
    let data = call.read(read).await?;
    Ok(HttpResponse::Ok().json(CampaignEvaluations { data }))
}

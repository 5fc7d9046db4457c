//! What pipelines and their stages have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_sales::{
    pipelines::{self, ClonePipeline, Pipeline, PipelineFromTemplate, PipelineTemplate},
    stages::{self, RetireStage, Stage},
};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_templates).service(from_template).service(clone).service(retire);
}

/// The pipelines that come with the program.
#[derive(Debug, Serialize, ToSchema)]
struct PipelineTemplateList {
    /// Each with its stages.
    data: Vec<PipelineTemplate>,
}

/// List the pipelines to begin with
///
/// They come with the program, to be copied by `POST /v1/pipelines/from-template`. Their codes are
/// the same in every language.
#[utoipa::path(tag = "pipelines", operation_id = "pipelines_list_templates",
    responses((status = 200, description = "All of them.", body = PipelineTemplateList)))]
#[get("/v1/pipeline-templates")]
async fn list_templates(call: Call) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(PipelineTemplateList { data: pipelines::templates(&call.ctx)? }))
}

/// Make a pipeline of a template
///
/// It has the stages of the template, to be changed as you like, and is in use at once.
#[utoipa::path(tag = "pipelines", operation_id = "pipelines_create_from_template",
    request_body = PipelineFromTemplate,
    responses((status = 201, description = "The pipeline.", body = Pipeline)))]
#[post("/v1/pipelines/from-template")]
async fn from_template(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Pipeline>(&call.ctx, Action::Create)?;
    let wish: PipelineFromTemplate = body.read()?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = pipelines::from_template(tx, ctx, wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// Make a pipeline like another one
///
/// It gets the statuses and the stages of the other one, and is in use if they allow it.
#[utoipa::path(tag = "pipelines", operation_id = "pipelines_clone", request_body = ClonePipeline,
    params(("pipeline_id" = String, Path, description = "The id of the other pipeline.", format = Uuid)),
    responses((status = 201, description = "The new pipeline.", body = Pipeline)))]
#[post("/v1/pipelines/{pipeline_id}/clone")]
async fn clone(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("pipeline_id")?, body.read::<ClonePipeline>()?);
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = pipelines::copy(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// Take a stage out of its pipeline
///
/// Deletes it; the opportunities in it that have not ended go on in the stage that `move_to` names.
/// Those that have ended keep it. `DELETE` does the same to a stage that none is in.
#[utoipa::path(tag = "pipeline-stages", operation_id = "pipeline_stages_retire", request_body = RetireStage,
    params(("pipeline_stage_id" = String, Path, description = "The id of the stage.", format = Uuid)),
    responses((status = 200, description = "The deleted stage.", body = Stage),
        (status = 409, description = "It is the last of its kind in a pipeline in use.", body = ProblemBody)))]
#[post("/v1/pipeline-stages/{pipeline_stage_id}/retire")]
async fn retire(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("pipeline_stage_id")?, body.read::<RetireStage>()?);
    let retired = async |tx: &mut Tx, ctx: &Ctx| {
        stages::retire(tx, ctx, id.into(), wish.clone()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), retired).await?)
}

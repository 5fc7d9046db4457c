//! What roll-outs and their steps have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{
    Resource, Tx,
    resource::{self, Shown},
};
use guanxi_workflow::{
    rollout_steps::{self, CompleteRolloutStep, RolloutStep},
    rollouts::{self, ChooseProduct, Rollout, RolloutResponsibilities, RolloutTemplateDefinition},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_templates).service(start).service(cancel).service(choose_product);
    config.service(responsibilities).service(complete).service(reopen);
}

/// The record after a move.
fn done<R: Resource>(moved: Result<Shown<R>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// The roll-outs that come with the program.
#[derive(Debug, Serialize, ToSchema)]
struct RolloutTemplateList {
    /// Each with its steps.
    data: Vec<RolloutTemplateDefinition>,
}

/// List the roll-outs to begin with
///
/// They come with the program: name one as `template` of a roll-out, and it has these steps and no others. Their codes
/// are the same in every language.
#[utoipa::path(tag = "rollouts", operation_id = "rollouts_list_templates",
    responses((status = 200, description = "All of them.", body = RolloutTemplateList)))]
#[get("/v1/rollout-templates")]
async fn list_templates(call: Call) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(RolloutTemplateList { data: rollouts::templates(&call.ctx)? }))
}

/// Start a roll-out
///
/// Its first step begins. Every step must have a day (`planned_on`) or a limit (`limit_hours`) by then.
#[utoipa::path(tag = "rollouts", operation_id = "rollouts_start",
    params(("rollout_id" = String, Path, description = "The id of the roll-out.", format = Uuid)),
    responses((status = 200, description = "The roll-out now.", body = Rollout),
        (status = 409, description = "Its state does not allow it, or its steps are not planned.",
            body = ProblemBody)))]
#[post("/v1/rollouts/{rollout_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("rollout_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(rollouts::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a roll-out
///
/// The steps that are not done are dropped with it, and nobody is asked or reminded about them any more.
#[utoipa::path(tag = "rollouts", operation_id = "rollouts_cancel",
    params(("rollout_id" = String, Path, description = "The id of the roll-out.", format = Uuid)),
    responses((status = 200, description = "The roll-out now.", body = Rollout),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/rollouts/{rollout_id}/cancel")]
async fn cancel(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("rollout_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(rollouts::cancel(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Choose the product of a roll-out
///
/// By a completed playbook about the product, such as one made of the playbook template `product_choice`, whose items
/// have weights. The score is stored with the choice, and so are those of the other products that the same playbook
/// was filled in about.
#[utoipa::path(tag = "rollouts", operation_id = "rollouts_choose_product", request_body = ChooseProduct,
    params(("rollout_id" = String, Path, description = "The id of the roll-out.", format = Uuid)),
    responses((status = 200, description = "The roll-out now.", body = Rollout),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody),
        (status = 422, description = "The playbook is not completed, or about no product.",
            body = ProblemBody)))]
#[post("/v1/rollouts/{rollout_id}/choose-product")]
async fn choose_product(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Rollout>(&call.ctx, Action::Update)?;
    let (id, wish) = (call.id("rollout_id")?, body.read::<ChooseProduct>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(rollouts::choose_product(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Read who is responsible for what in a roll-out
///
/// Its steps by the departments that take part in them, and the steps that nobody is accountable for. Change them by
/// `responsibilities` of each step.
#[utoipa::path(tag = "rollouts", operation_id = "rollouts_responsibilities",
    params(("rollout_id" = String, Path, description = "The id of the roll-out.", format = Uuid)),
    responses((status = 200, description = "The matrix.", body = RolloutResponsibilities)))]
#[get("/v1/rollouts/{rollout_id}/responsibilities")]
async fn responsibilities(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("rollout_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| rollouts::responsibilities(tx, ctx, id.into()).await;
    let found: RolloutResponsibilities = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Complete a step of a roll-out
///
/// In its turn, and with all that it needs. Then the next step begins; after the last one the roll-out is completed.
/// Where an approval definition of the document `rollout_step` wants it, the step is `pending` until it is approved.
#[utoipa::path(tag = "rollout-steps", operation_id = "rollout_steps_complete",
    request_body = CompleteRolloutStep,
    params(("rollout_step_id" = String, Path, description = "The id of the step.", format = Uuid)),
    responses((status = 200, description = "The step now.", body = RolloutStep),
        (status = 409, description = "It is not its turn, or something is lacking.", body = ProblemBody)))]
#[post("/v1/rollout-steps/{rollout_step_id}/complete")]
async fn complete(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<RolloutStep>(&call.ctx, Action::Update)?;
    let (id, wish) = (call.id("rollout_step_id")?, body.read::<CompleteRolloutStep>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(rollout_steps::complete(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Reopen a step of a roll-out
///
/// As long as the next one has only begun; that waits again then.
#[utoipa::path(tag = "rollout-steps", operation_id = "rollout_steps_reopen",
    params(("rollout_step_id" = String, Path, description = "The id of the step.", format = Uuid)),
    responses((status = 200, description = "The step now.", body = RolloutStep),
        (status = 409, description = "It is not done, or others were done after it.", body = ProblemBody)))]
#[post("/v1/rollout-steps/{rollout_step_id}/reopen")]
async fn reopen(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("rollout_step_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(rollout_steps::reopen(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

//! What workflows have beyond the shared endpoints.

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
    Tx,
    resource::{self, Shown},
};
use guanxi_workflow::workflows::{
    self, TryWorkflow, Workflow, WorkflowEdition, WorkflowId, WorkflowTrial,
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(publish).service(pause).service(editions).service(dry_run);
}

fn workflow(moved: Result<Shown<Workflow>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Publish a workflow
///
/// What is written becomes the next edition, and acts from now on in your name: everything it does is held
/// to the rights that you have at that time. Runs that have begun keep the edition that they began with. A
/// workflow that another user has published becomes yours by this. Not by an API key.
#[utoipa::path(tag = "workflows", operation_id = "workflows_publish",
    params(("workflow_id" = String, Path, description = "The id of the workflow.", format = Uuid)),
    responses((status = 200, description = "The workflow now.", body = Workflow),
        (status = 409, description = "Too many are in use.", body = ProblemBody),
        (status = 422, description = "It does not fit the records any more.", body = ProblemBody)))]
#[post("/v1/workflows/{workflow_id}/publish")]
async fn publish(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("workflow_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| workflow(workflows::publish(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Pause a workflow
///
/// Nothing new is begun; what was begun goes on. Publishing it again goes on with what happens from then on.
#[utoipa::path(tag = "workflows", operation_id = "workflows_pause",
    params(("workflow_id" = String, Path, description = "The id of the workflow.", format = Uuid)),
    responses((status = 200, description = "The workflow now.", body = Workflow),
        (status = 409, description = "It is not in use.", body = ProblemBody)))]
#[post("/v1/workflows/{workflow_id}/pause")]
async fn pause(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("workflow_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| workflow(workflows::pause(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// The editions of a workflow.
#[derive(Debug, Serialize, ToSchema)]
struct WorkflowEditionList {
    /// Each of them, the newest first.
    data: Vec<WorkflowEdition>,
}

/// List the editions of a workflow
///
/// What was published, as it was, with whose rights it acts; nothing in it ever changes.
#[utoipa::path(tag = "workflows", operation_id = "workflows_editions",
    params(("workflow_id" = String, Path, description = "The id of the workflow.", format = Uuid)),
    responses((status = 200, description = "The newest hundred.", body = WorkflowEditionList)))]
#[get("/v1/workflows/{workflow_id}/editions")]
async fn editions(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("workflow_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| workflows::editions(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(WorkflowEditionList { data: call.read(read).await? }))
}

/// Try a workflow
///
/// Which records match now, and what the workflow as it is written now would do with the first of them in
/// your name: every step is done by all rules and taken back, so nothing is kept. Steps that wait are done
/// as if they did not. For an event it is as if it had just happened to each of the records.
#[utoipa::path(tag = "workflows", operation_id = "workflows_dry_run", request_body = TryWorkflow,
    params(("workflow_id" = String, Path, description = "The id of the workflow.", format = Uuid)),
    responses((status = 200, description = "What would happen.", body = WorkflowTrial)))]
#[post("/v1/workflows/{workflow_id}/dry-run")]
async fn dry_run(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Workflow>(&call.ctx, Action::Read)?;
    let id: WorkflowId = call.id("workflow_id")?.into();
    let wish: TryWorkflow = body.read()?;
    let ctx = &call.ctx;
    let work = async |tx: &mut Tx| workflows::dry_run(tx, ctx, id, &wish).await;
    let trial = call.state.db.rehearse(ctx.tenant, work).await?;
    Ok(HttpResponse::Ok().json(trial))
}

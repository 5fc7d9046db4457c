//! What playbooks and their runs have beyond the shared endpoints.

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
use guanxi_workflow::{
    playbook_runs::{self, PlaybookRun, ReviewRun, RunComparison},
    playbooks::{self, Playbook, PlaybookEdition, PlaybookFromTemplate, PlaybookTemplate},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list_templates).service(from_template).service(editions);
    config.service(publish).service(retire);
    config.service(complete).service(reopen).service(review).service(comparison);
}

/// The playbooks that come with the program.
#[derive(Debug, Serialize, ToSchema)]
struct PlaybookTemplateList {
    /// Each with its steps.
    data: Vec<PlaybookTemplate>,
}

/// List the playbooks to begin with
///
/// They come with the program, to be copied by `POST /v1/playbooks/from-template`. Their codes are the
/// same in every language.
#[utoipa::path(tag = "playbooks", operation_id = "playbooks_list_templates",
    responses((status = 200, description = "All of them.", body = PlaybookTemplateList)))]
#[get("/v1/playbook-templates")]
async fn list_templates(call: Call) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(PlaybookTemplateList { data: playbooks::templates(&call.ctx)? }))
}

/// Make a playbook of a template
///
/// It is published at once, as its first edition, to be changed as you like. `customer_card` is the card
/// of leads.
#[utoipa::path(tag = "playbooks", operation_id = "playbooks_create_from_template",
    request_body = PlaybookFromTemplate,
    responses((status = 201, description = "The playbook.", body = Playbook),
        (status = 409, description = "There is one with its code, or such a card.", body = ProblemBody)))]
#[post("/v1/playbooks/from-template")]
async fn from_template(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Playbook>(&call.ctx, Action::Create)?;
    let wish: PlaybookFromTemplate = body.read()?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = playbooks::from_template(tx, ctx, &wish).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// The editions of a playbook.
#[derive(Debug, Serialize, ToSchema)]
struct PlaybookEditionList {
    /// Each of them, the newest first.
    data: Vec<PlaybookEdition>,
}

/// List the editions of a playbook
///
/// What was published, with the steps as they were; nothing in it ever changes.
#[utoipa::path(tag = "playbooks", operation_id = "playbooks_editions",
    params(("playbook_id" = String, Path, description = "The id of the playbook.", format = Uuid)),
    responses((status = 200, description = "The newest hundred.", body = PlaybookEditionList)))]
#[get("/v1/playbooks/{playbook_id}/editions")]
async fn editions(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| playbooks::editions(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(PlaybookEditionList { data: call.read(read).await? }))
}

fn playbook(moved: Result<Shown<Playbook>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Publish a playbook
///
/// Its steps become the next edition and never change again; what was begun keeps the edition that it
/// began with. If they are those of the last edition, it is only put into use.
#[utoipa::path(tag = "playbooks", operation_id = "playbooks_publish",
    params(("playbook_id" = String, Path, description = "The id of the playbook.", format = Uuid)),
    responses((status = 200, description = "The playbook now.", body = Playbook),
        (status = 409, description = "Such records have another card.", body = ProblemBody)))]
#[post("/v1/playbooks/{playbook_id}/publish")]
async fn publish(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| playbook(playbooks::publish(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Take a playbook out of use
///
/// Nothing new is begun with it; what was begun goes on.
#[utoipa::path(tag = "playbooks", operation_id = "playbooks_retire",
    params(("playbook_id" = String, Path, description = "The id of the playbook.", format = Uuid)),
    responses((status = 200, description = "The playbook now.", body = Playbook),
        (status = 409, description = "It is not in use.", body = ProblemBody)))]
#[post("/v1/playbooks/{playbook_id}/retire")]
async fn retire(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| playbook(playbooks::retire(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

fn run(moved: Result<Shown<PlaybookRun>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Complete what is filled in
///
/// All that is required must be there; what is missing is listed. It stays as it is then, with what the
/// fields of the record hold now.
#[utoipa::path(tag = "playbook-runs", operation_id = "playbook_runs_complete",
    params(("playbook_run_id" = String, Path, description = "The id of the run.", format = Uuid)),
    responses((status = 200, description = "The run now.", body = PlaybookRun),
        (status = 409, description = "It is completed.", body = ProblemBody),
        (status = 422, description = "Something required is missing.", body = ProblemBody)))]
#[post("/v1/playbook-runs/{playbook_run_id}/complete")]
async fn complete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_run_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| run(playbook_runs::complete(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Open again what was completed
///
/// It is filled in again, and follows the fields of the record again.
#[utoipa::path(tag = "playbook-runs", operation_id = "playbook_runs_reopen",
    params(("playbook_run_id" = String, Path, description = "The id of the run.", format = Uuid)),
    responses((status = 200, description = "The run now.", body = PlaybookRun),
        (status = 409, description = "It is open.", body = ProblemBody)))]
#[post("/v1/playbook-runs/{playbook_run_id}/reopen")]
async fn reopen(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_run_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| run(playbook_runs::reopen(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Review what is filled in
///
/// Notes that you have looked at it, with a remark. Whoever has made it or is responsible for it cannot.
#[utoipa::path(tag = "playbook-runs", operation_id = "playbook_runs_review", request_body = ReviewRun,
    params(("playbook_run_id" = String, Path, description = "The id of the run.", format = Uuid)),
    responses((status = 200, description = "The run now.", body = PlaybookRun)))]
#[post("/v1/playbook-runs/{playbook_run_id}/review")]
async fn review(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("playbook_run_id")?, body.read::<ReviewRun>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        run(playbook_runs::review(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Compare what is filled in with the time before
///
/// The score and that of each step, now and in the last completed run by the same playbook about the same
/// record and product (or about none), of those that you may read and that were begun before this one. Points
/// are weighted; a value of `0.7500` is 75 of 100. Steps are matched by their codes, whatever the edition: a
/// step that only one of the two has shows no difference. Without a run before it there is nothing to compare
/// with, and only `now` has figures.
#[utoipa::path(tag = "playbook-runs", operation_id = "playbook_runs_comparison",
    params(("playbook_run_id" = String, Path, description = "The id of the run.", format = Uuid)),
    responses((status = 200, description = "Both, and the differences.", body = RunComparison)))]
#[get("/v1/playbook-runs/{playbook_run_id}/comparison")]
async fn comparison(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("playbook_run_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| playbook_runs::compare(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

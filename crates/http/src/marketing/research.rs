//! Studies and their interviews.

use crate::{
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_marketing::{
    research_interviews::{self, ResearchInterview},
    research_studies::{self, ResearchProgress, ResearchStudy},
};
use guanxi_storage::{Resource, Tx, resource::Shown};

pub(super) fn routes(config: &mut Routes) {
    config.service(start).service(close).service(reopen_study).service(progress);
    config.service(complete).service(cancel).service(reopen_interview).service(withdraw);
}

/// The record after a move.
fn done<R: Resource>(moved: Result<Shown<R>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Start a study
///
/// Its guide must be published. From now on people can be interviewed, and the guide stays; its next editions are
/// for the interviews that are planned after them.
#[utoipa::path(tag = "research-studies", operation_id = "research_studies_start",
    params(("research_study_id" = String, Path, description = "The id of the study.", format = Uuid)),
    responses((status = 200, description = "The study now.", body = ResearchStudy),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody),
        (status = 422, description = "Its guide is not published.", body = ProblemBody)))]
#[post("/v1/research-studies/{research_study_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_study_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(research_studies::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Close a study
///
/// No further interview is planned. Those that are planned can be completed, and answers coded.
#[utoipa::path(tag = "research-studies", operation_id = "research_studies_close",
    params(("research_study_id" = String, Path, description = "The id of the study.", format = Uuid)),
    responses((status = 200, description = "The study now.", body = ResearchStudy),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/research-studies/{research_study_id}/close")]
async fn close(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_study_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(research_studies::close(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Reopen a study
///
/// It goes on.
#[utoipa::path(tag = "research-studies", operation_id = "research_studies_reopen",
    params(("research_study_id" = String, Path, description = "The id of the study.", format = Uuid)),
    responses((status = 200, description = "The study now.", body = ResearchStudy),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/research-studies/{research_study_id}/reopen")]
async fn reopen_study(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_study_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(research_studies::reopen(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Read how far a study has come
///
/// How many interviews are planned, completed, cancelled and taken back, and how much of each quota is reached.
#[utoipa::path(tag = "research-studies", operation_id = "research_studies_progress",
    params(("research_study_id" = String, Path, description = "The id of the study.", format = Uuid)),
    responses((status = 200, description = "The progress.", body = ResearchProgress)))]
#[get("/v1/research-studies/{research_study_id}/progress")]
async fn progress(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_study_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| research_studies::progress(tx, ctx, id.into()).await;
    let found: ResearchProgress = call.read(read).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Complete an interview
///
/// The person must have agreed, and every required question of the guide has an answer. What was said counts from now
/// on in reports and rules of segments; what it says of media and ways of contact becomes a preference of the person.
#[utoipa::path(tag = "research-interviews", operation_id = "research_interviews_complete",
    params(("research_interview_id" = String, Path, description = "The id of the interview.", format = Uuid)),
    responses((status = 200, description = "The interview now.", body = ResearchInterview),
        (status = 409, description = "Its state does not allow it, or the person has not agreed.", body = ProblemBody),
        (status = 422, description = "A required question has no answer.", body = ProblemBody)))]
#[post("/v1/research-interviews/{research_interview_id}/complete")]
async fn complete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_interview_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(research_interviews::complete(tx, ctx, id.into()).await)
    };
    Ok(call.write(None, work).await?)
}

/// Cancel an interview
///
/// It will not be held, and gives its place of the quota back.
#[utoipa::path(tag = "research-interviews", operation_id = "research_interviews_cancel",
    params(("research_interview_id" = String, Path, description = "The id of the interview.", format = Uuid)),
    responses((status = 200, description = "The interview now.", body = ResearchInterview),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/research-interviews/{research_interview_id}/cancel")]
async fn cancel(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_interview_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(research_interviews::cancel(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Reopen an interview
///
/// One that was cancelled takes a place of its quota again; in one that was completed words can be changed again, and
/// meanwhile nothing of it counts.
#[utoipa::path(tag = "research-interviews", operation_id = "research_interviews_reopen",
    params(("research_interview_id" = String, Path, description = "The id of the interview.", format = Uuid)),
    responses((status = 200, description = "The interview now.", body = ResearchInterview),
        (status = 409, description = "Its state does not allow it, or the quota is full.", body = ProblemBody)))]
#[post("/v1/research-interviews/{research_interview_id}/reopen")]
async fn reopen_interview(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_interview_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(research_interviews::reopen(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Take an interview back
///
/// The person does not agree any more: what they have said is deleted and counts nowhere, and the place of the quota is
/// free. Preferences that were learnt from it stay. To take a person out of everything, erase the contact.
#[utoipa::path(tag = "research-interviews", operation_id = "research_interviews_withdraw",
    params(("research_interview_id" = String, Path, description = "The id of the interview.", format = Uuid)),
    responses((status = 200, description = "The interview now.", body = ResearchInterview),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/research-interviews/{research_interview_id}/withdraw")]
async fn withdraw(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("research_interview_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(research_interviews::withdraw(tx, ctx, id.into()).await)
    };
    Ok(call.write(None, work).await?)
}

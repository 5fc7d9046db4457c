//! Prospects on nurture tracks.

use crate::{
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::nurture_enrolments::{self, NurtureEnrolment};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(tell).service(leave);
}

/// The prospect after a move.
fn done(moved: Result<Shown<NurtureEnrolment>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Note that a prospect was told what is next
///
/// The next content of the track counts as told, and the one behind it is due after the interval; with the last one
/// the prospect leaves as `finished`. If an exit rule of the track holds, they leave by it instead and nothing counts as
/// told: look at `status` before anything is sent, with `Prefer: dry-run`.
#[utoipa::path(tag = "nurture-enrolments", operation_id = "nurture_enrolments_tell",
    params(("nurture_enrolment_id" = String, Path, description = "The id of the prospect on the track.", format = Uuid)),
    responses((status = 200, description = "The prospect on the track now.", body = NurtureEnrolment),
        (status = 409, description = "They are on it no more.", body = ProblemBody)))]
#[post("/v1/nurture-enrolments/{nurture_enrolment_id}/tell")]
async fn tell(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("nurture_enrolment_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(nurture_enrolments::tell(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Take a prospect off a track
///
/// They may be put on another one then.
#[utoipa::path(tag = "nurture-enrolments", operation_id = "nurture_enrolments_leave",
    params(("nurture_enrolment_id" = String, Path, description = "The id of the prospect on the track.", format = Uuid)),
    responses((status = 200, description = "The prospect on the track now.", body = NurtureEnrolment),
        (status = 409, description = "They are on it no more.", body = ProblemBody)))]
#[post("/v1/nurture-enrolments/{nurture_enrolment_id}/leave")]
async fn leave(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("nurture_enrolment_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(nurture_enrolments::leave(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

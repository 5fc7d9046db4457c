//! Leads that are handed to field sales, and what it does with them.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::field_handovers::{
    self, FieldHandover, FollowUpFieldHandover, HandToField, RefuseFieldHandover,
    ReturnFieldHandover,
};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(hand).service(accept).service(refuse).service(follow_up).service(give_back);
}

/// The hand-over after a move.
fn done(moved: Result<Shown<FieldHandover>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a lead to field sales
///
/// If it is ripe by the qualification standard in force: each compulsory criterion that it does not meet is
/// a finding, at `/criteria/{key}` for a condition on its fields, at `/answers/{key}` for a question. It goes
/// to a user, or to a unit by its manager, who accepts or refuses it by `due_at` (`/v1/field-handovers`).
/// With `Prefer: dry-run` the lead is only judged.
#[utoipa::path(tag = "leads", operation_id = "leads_hand_to_field", request_body = HandToField,
    params(("lead_id" = String, Path, description = "The id of the lead.", format = Uuid)),
    responses((status = 201, description = "The hand-over.", body = FieldHandover),
        (status = 409, description = "No standard is in force, or the lead is with field sales or not open.", body = ProblemBody),
        (status = 422, description = "The lead does not meet the standard.", body = ProblemBody)))]
#[post("/v1/leads/{lead_id}/hand-to-field")]
async fn hand(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("lead_id")?, body.read::<HandToField>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = field_handovers::hand(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Accept a lead in field sales
///
/// After `due_at` too; the answer is marked as `late` then.
#[utoipa::path(tag = "field-handovers", operation_id = "field_handovers_accept",
    params(("field_handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = FieldHandover),
        (status = 409, description = "It was answered already.", body = ProblemBody)))]
#[post("/v1/field-handovers/{field_handover_id}/accept")]
async fn accept(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("field_handover_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(field_handovers::accept(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Refuse a lead in field sales
///
/// With the reason. The lead goes back to who has handed it over, at once.
#[utoipa::path(tag = "field-handovers", operation_id = "field_handovers_refuse", request_body = RefuseFieldHandover,
    params(("field_handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = FieldHandover),
        (status = 409, description = "It was answered already.", body = ProblemBody)))]
#[post("/v1/field-handovers/{field_handover_id}/refuse")]
async fn refuse(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("field_handover_id")?, body.read::<RefuseFieldHandover>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(field_handovers::refuse(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Tell what came of a contact in field sales
///
/// The first time with whether the lead meets the standard and which criteria it does not; always with what
/// the contact came to, and with the next step and its day as long as it is open. `bought` closes the
/// hand-over: with the purchase, or with the reason and the day on which the lead is taken up again. Whoever
/// has not bought goes back into nurture and is kept. All that is missing is told at once. The result is shown
/// at the answer, the member of the campaign and the source code that the lead came from.
#[utoipa::path(tag = "field-handovers", operation_id = "field_handovers_follow_up",
    request_body = FollowUpFieldHandover,
    params(("field_handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = FieldHandover),
        (status = 409, description = "It was not accepted yet, or has ended.", body = ProblemBody),
        (status = 422, description = "An answer is missing.", body = ProblemBody)))]
#[post("/v1/field-handovers/{field_handover_id}/follow-up")]
async fn follow_up(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("field_handover_id")?, body.read::<FollowUpFieldHandover>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(field_handovers::follow_up(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give a lead back from field sales
///
/// One that was accepted and is not yet ripe, with the reason and the day on which it is taken up again. It
/// goes back to who has handed it over, with its whole history, and into nurture.
#[utoipa::path(tag = "field-handovers", operation_id = "field_handovers_return", request_body = ReturnFieldHandover,
    params(("field_handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = FieldHandover),
        (status = 409, description = "It was not accepted, or has ended.", body = ProblemBody)))]
#[post("/v1/field-handovers/{field_handover_id}/return")]
async fn give_back(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("field_handover_id")?, body.read::<ReturnFieldHandover>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(field_handovers::give_back(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

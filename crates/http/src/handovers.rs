//! Hand-overs, beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_sales::handovers::{
    self, AssignLines, CancelHandover, Handover, HandoverId, HandoverInput, HandoverWatch,
    NotifyLines, TickLines,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(begin).service(refresh).service(assign).service(notify).service(tick);
    config.service(complete).service(cancel).service(watch);
}

fn handover(call: &Call) -> Result<HandoverId> {
    call.id("handover_id").map(HandoverId::from)
}

fn done(moved: Result<Shown<Handover>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Begin a hand-over
///
/// Makes a line for everything that the user would leave behind: records of every kind that they own,
/// open tasks, planned activities, and seats on which they decide about approvals. Open opportunities
/// that are won or lost soon are critical: both meet the customer together, and the customer is told
/// who is responsible from now on. The lines are listed by `GET /v1/handover-lines?handover_id=…`.
#[utoipa::path(tag = "handovers", operation_id = "handovers_create", request_body = HandoverInput,
    responses((status = 201, description = "The hand-over.", body = Handover),
        (status = 409, description = "One of the user is under way already.", body = ProblemBody)))]
#[post("/v1/handovers")]
async fn begin(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Handover>(&call.ctx, Action::Create)?;
    let input: HandoverInput = body.read()?;
    let begun = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = handovers::begin(tx, ctx, input.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), begun).await?)
}

/// Bring the lines of a hand-over up to date
///
/// What the user has got since has a line afterwards, what they do not have any more has none. A line
/// that has become critical must be ticked again.
#[utoipa::path(tag = "handovers", operation_id = "handovers_refresh",
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover)))]
#[post("/v1/handovers/{handover_id}/refresh")]
async fn refresh(call: Call) -> Result<HttpResponse, ApiError> {
    let id = handover(&call)?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(handovers::refresh(tx, ctx, id).await);
    Ok(call.write(None, work).await?)
}

/// Assign lines of a hand-over
///
/// Says who gets them, and whether both meet the customer together. A line that changes by it must be
/// ticked again; with another recipient its customer must be told again, too.
#[utoipa::path(tag = "handovers", operation_id = "handovers_assign", request_body = AssignLines,
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover)))]
#[post("/v1/handovers/{handover_id}/assign")]
async fn assign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (handover(&call)?, body.read::<AssignLines>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(handovers::assign(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Keep that customers were told of a hand-over
///
/// How and when the customers of these lines were told who is responsible from now on.
#[utoipa::path(tag = "handovers", operation_id = "handovers_notify", request_body = NotifyLines,
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover)))]
#[post("/v1/handovers/{handover_id}/notify")]
async fn notify(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (handover(&call)?, body.read::<NotifyLines>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(handovers::notify(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Tick lines of a hand-over
///
/// By those above the user who leaves, or an administrator; never by that user. A joint line needs a
/// visit that was done since the hand-over began, about its record or with its customer, at which both
/// users were.
#[utoipa::path(tag = "handovers", operation_id = "handovers_tick", request_body = TickLines,
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover)))]
#[post("/v1/handovers/{handover_id}/tick")]
async fn tick(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (handover(&call)?, body.read::<TickLines>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(handovers::tick(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Complete a hand-over
///
/// Everything changes hands in one transaction, and nothing stays with the user who leaves; what they
/// have got since the lines were made is looked for. Before, every line must be ticked and the customer
/// of every critical one told. Of several who do this at the same time one completes it.
#[utoipa::path(tag = "handovers", operation_id = "handovers_complete",
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover),
        (status = 409, description = "Something is still to be done.", body = ProblemBody)))]
#[post("/v1/handovers/{handover_id}/complete")]
async fn complete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = handover(&call)?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(handovers::complete(tx, ctx, id).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a hand-over
///
/// Nothing has changed hands.
#[utoipa::path(tag = "handovers", operation_id = "handovers_cancel", request_body = CancelHandover,
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "The hand-over now.", body = Handover)))]
#[post("/v1/handovers/{handover_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (handover(&call)?, body.read::<CancelHandover>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(handovers::cancel(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Watch what becomes of the customers of a hand-over
///
/// For 90 days after it was completed: opportunities with them that were lost, quotes that take off more than is
/// usual, and customers with whom less is done than before, with the days. For those above the user who
/// has left, and administrators.
#[utoipa::path(tag = "handovers", operation_id = "handovers_watch",
    params(("handover_id" = String, Path, description = "The id of the hand-over.", format = Uuid)),
    responses((status = 200, description = "What has happened so far.", body = HandoverWatch)))]
#[get("/v1/handovers/{handover_id}/watch")]
async fn watch(call: Call) -> Result<HttpResponse, ApiError> {
    let id = handover(&call)?;
    let read = async |tx: &mut Tx, ctx: &Ctx| handovers::watch(tx, ctx, id).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

//! What opportunities have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Currency, Result};
use guanxi_sales::opportunities::{
    self, AddToSummary, CloseOpportunity, MoveOpportunity, Opportunity, OpportunityCost,
    OpportunityMove, OpportunityTransfer, ReviewOpportunity, StageHistory, SuspendOpportunity,
    TakeResearchedRoles, TerminateOpportunity, TransferOpportunity,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(stage_history).service(transfers).service(cost);
    config.service(move_to).service(suspend).service(review).service(reactivate);
    config.service(win).service(lose).service(terminate);
    config.service(transfer).service(addendum).service(take_researched_roles);
}

/// The opportunity after a move.
fn done(moved: Result<Shown<Opportunity>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// The opportunity after a move that may have to wait for an approval.
fn done_or_waits(moved: Result<Shown<Opportunity>>, how: OpportunityMove) -> Result<Done> {
    moved.map(|shown| {
        let waits = shown.record.pending_approval_id;
        match waits.filter(|_| shown.record.pending_move == Some(how)) {
            Some(approval) => Done::waiting(&shown, approval),
            None => Done::record(&shown),
        }
    })
}

/// Read the stages of an opportunity
///
/// One interval after the other, each with its stage and state, who told of it and when. They cover
/// its life without gap or overlap.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_stage_history",
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The intervals, the first first.", body = StageHistory)))]
#[get("/v1/opportunities/{opportunity_id}/stage-history")]
async fn stage_history(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("opportunity_id")?;
    let read =
        async |tx: &mut Tx, ctx: &Ctx| opportunities::stage_history(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Read what an opportunity has cost
///
/// The expenses of the activities about it, by what they were spent on and by currency, each converted
/// at the rate of its day. The currency is that of the tenant unless you name another one.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_cost",
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid),
        ("currency" = Option<Currency>, Query, description = "The currency of the sum.")),
    responses((status = 200, description = "The sum and its parts.", body = OpportunityCost),
        (status = 422, description = "There is no rate for the day of an expense.", body = ProblemBody)))]
#[get("/v1/opportunities/{opportunity_id}/cost")]
async fn cost(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("opportunity_id")?;
    let mut wanted = None;
    for (name, value) in call.query() {
        match name.as_str() {
            "currency" => wanted = Some(parameters::currency(&name, &value)?),
            _ => return Err(parameters::unknown(&name).into()),
        }
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| opportunities::cost(tx, ctx, id.into(), wanted).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// The controllers of an opportunity.
#[derive(Debug, Serialize, ToSchema)]
struct OpportunityTransferList {
    /// Each change, the first first.
    data: Vec<OpportunityTransfer>,
}

/// List the controllers of an opportunity
///
/// Who had it, who got it, when and why.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_transfers",
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The changes.", body = OpportunityTransferList)))]
#[get("/v1/opportunities/{opportunity_id}/transfers")]
async fn transfers(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("opportunity_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| opportunities::transfers(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(OpportunityTransferList { data: call.read(read).await? }))
}

/// Move an opportunity to another stage
///
/// To another open stage of its pipeline, now or, with `entered_at`, at an earlier instant after its last change.
/// `PATCH` of `stage_id` does the same as of now. Into a stage that needs an approval it waits in its old one
/// with `pending_stage_id` (202) and enters when that is approved; a second move meanwhile is refused.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_move", request_body = MoveOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 202, description = "It waits for the approval in `pending_approval_id`.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/move")]
async fn move_to(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<MoveOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let moved = opportunities::move_to(tx, ctx, id.into(), wish.clone()).await;
        done_or_waits(moved, OpportunityMove::Move)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Suspend an opportunity
///
/// It keeps its stage, leaves the open ones, and is to be looked at again on `review_on`.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_suspend", request_body = SuspendOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/suspend")]
async fn suspend(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<SuspendOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::suspend(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Move the review of a suspended opportunity
///
/// To another day, with its task.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_review", request_body = ReviewOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/review")]
async fn review(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<ReviewOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::review(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Take an opportunity up again
///
/// It is open again in the stage that it was suspended in; the time between is no time in the stage. Where a
/// definition for `opportunity_reactivation` wants it, it waits for an approval first (202).
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_reactivate",
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 202, description = "It waits for the approval in `pending_approval_id`.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/reactivate")]
async fn reactivate(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("opportunity_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let taken_up = opportunities::reactivate(tx, ctx, id.into()).await;
        done_or_waits(taken_up, OpportunityMove::Reactivate)
    };
    Ok(call.write(None, work).await?)
}

/// Win an opportunity
///
/// Needs the summary of what was learnt, here or written before.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_win", request_body = CloseOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 202, description = "It waits for the approval in `pending_approval_id`.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/win")]
async fn win(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<CloseOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let won = opportunities::win(tx, ctx, id.into(), wish.clone()).await;
        done_or_waits(won, OpportunityMove::Win)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Lose an opportunity
///
/// Needs the summary of what was learnt, here or written before; whoever loses to a competitor says to
/// whom, or `unknown`.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_lose", request_body = CloseOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 202, description = "It waits for the approval in `pending_approval_id`.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/lose")]
async fn lose(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<CloseOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let lost = opportunities::lose(tx, ctx, id.into(), wish.clone()).await;
        done_or_waits(lost, OpportunityMove::Lose)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give an opportunity up for ever
///
/// Nothing changes it afterwards, whoever asks; it stays readable. Needs the summary of what was learnt.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_terminate", request_body = TerminateOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/terminate")]
async fn terminate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<TerminateOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::terminate(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give an opportunity to another controller
///
/// With the reason. The one before keeps only what rights beyond the own records give.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_transfer", request_body = TransferOpportunity,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/transfer")]
async fn transfer(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<TransferOpportunity>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::transfer(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Add to the summary of an opportunity
///
/// The summary itself is final 24 hours after the end.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_addendum", request_body = AddToSummary,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/addendum")]
async fn addendum(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("opportunity_id")?, body.read::<AddToSummary>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::addendum(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Take the roles that interviews have found out
///
/// What the contacts of its party are in the decision, as completed interviews with it say that you see: of each the
/// newest word. Who stands there already gets the role and keeps the attitude; nobody is taken out.
#[utoipa::path(tag = "opportunities", operation_id = "opportunities_take_researched_roles",
    request_body = TakeResearchedRoles,
    params(("opportunity_id" = String, Path, description = "The id of the opportunity.", format = Uuid)),
    responses((status = 200, description = "The opportunity now.", body = Opportunity),
        (status = 409, description = "Nothing was found out, or its state does not allow it.", body = ProblemBody)))]
#[post("/v1/opportunities/{opportunity_id}/take-researched-roles")]
async fn take_researched_roles(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Opportunity>(&call.ctx, Action::Update)?;
    let (id, wish) = (call.id("opportunity_id")?, body.read::<TakeResearchedRoles>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(opportunities::take_researched_roles(tx, ctx, id.into(), &wish).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

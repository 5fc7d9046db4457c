//! What is done with phone calls.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_sales::phone_calls::{
    self, ClosePhoneCall, MissPhoneCall, PHONE_CALL, PhoneCall, RatePhoneCall, TakeCallStep,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(route).service(answer).service(miss).service(close);
    config.service(reply).service(follow_up).service(rate);
}

/// The call after a move.
fn done(moved: Result<Shown<PhoneCall>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Give a phone call to somebody with the skills that it takes
///
/// Among the `/v1/phone-representatives` who take calls: who knows all of `skills`, has the fewest calls under way, and has
/// waited longest for one.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_route",
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now; `owner_id` has got it.", body = PhoneCall),
        (status = 409, description = "It does not ring any more, or nobody has the skills.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/route")]
async fn route(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("phone_call_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(phone_calls::route(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that a phone call is answered
///
/// They begin to speak now.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_answer",
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It does not ring any more.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/answer")]
async fn answer(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("phone_call_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(phone_calls::answer(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that nobody has answered a phone call
///
/// With the reason. Of a call of a customer all steps are still missing.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_miss", request_body = MissPhoneCall,
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It does not ring any more.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/miss")]
async fn miss(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Update)?;
    let (id, wish) = (call.id("phone_call_id")?, body.read::<MissPhoneCall>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(phone_calls::miss(tx, ctx, id.into(), wish).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Close a phone call
///
/// With what the customer needs, what came of it, and what is done next and when. After a call of a customer a reply by
/// mail and a call back are due, as `calls` in the preferences of the tenant says (a day and three days when nothing is
/// said); both are tasks of whoever has the call.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_close", request_body = ClosePhoneCall,
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It was not answered, or is over.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/close")]
async fn close(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Update)?;
    let (id, wish) = (call.id("phone_call_id")?, body.read::<ClosePhoneCall>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(phone_calls::close(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Note that a reply to a phone call was mailed
///
/// The second step of a call of a customer; its task is done.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_reply", request_body = TakeCallStep,
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It is not the turn of this step.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/reply")]
async fn reply(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Update)?;
    let (id, wish) = (call.id("phone_call_id")?, body.read::<TakeCallStep>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(phone_calls::reply(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Note that somebody has called back
///
/// The third step of a call of a customer, after the reply by mail; its task is done.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_follow_up", request_body = TakeCallStep,
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It is not the turn of this step.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/follow-up")]
async fn follow_up(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Update)?;
    let (id, wish) = (call.id("phone_call_id")?, body.read::<TakeCallStep>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(phone_calls::follow_up(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Judge how well a phone call was done
///
/// By somebody else than who has had it (403 `own_phone_call`). Another judgement takes the place of the one before.
#[utoipa::path(tag = "phone-calls", operation_id = "phone_calls_rate", request_body = RatePhoneCall,
    params(("phone_call_id" = String, Path, description = "The id of the call.", format = Uuid)),
    responses((status = 200, description = "The call now.", body = PhoneCall),
        (status = 409, description = "It is not closed.", body = ProblemBody)))]
#[post("/v1/phone-calls/{phone_call_id}/rate")]
async fn rate(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Update)?;
    let (id, wish) = (call.id("phone_call_id")?, body.read::<RatePhoneCall>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(phone_calls::rate(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

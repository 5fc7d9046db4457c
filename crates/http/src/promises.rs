//! What was promised on the phone is kept, or not.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_sales::promises::{self, BreakPromise, FulfilPromise, PROMISE, Promise};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(fulfil).service(give_up);
}

/// The promise after a move.
fn done(moved: Result<Shown<Promise>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Note that what was promised was sent
///
/// By one of its media, on a day. With the last of them the promise is kept, or broken if something was sent after the
/// day that was named. What is still to be sent and late is listed by `overdue=true`, by medium with `open_medium`.
#[utoipa::path(tag = "promises", operation_id = "promises_fulfil", request_body = FulfilPromise,
    params(("promise_id" = String, Path, description = "The id of the promise.", format = Uuid)),
    responses((status = 200, description = "The promise now.", body = Promise),
        (status = 409, description = "It is closed.", body = ProblemBody)))]
#[post("/v1/promises/{promise_id}/fulfil")]
async fn fulfil(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PROMISE, Action::Update)?;
    let (id, wish) = (call.id("promise_id")?, body.read::<FulfilPromise>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(promises::fulfil(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Give a promise up
///
/// With the reason; it is broken.
#[utoipa::path(tag = "promises", operation_id = "promises_break", request_body = BreakPromise,
    params(("promise_id" = String, Path, description = "The id of the promise.", format = Uuid)),
    responses((status = 200, description = "The promise now.", body = Promise),
        (status = 409, description = "It is closed.", body = ProblemBody)))]
#[post("/v1/promises/{promise_id}/break")]
async fn give_up(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &PROMISE, Action::Update)?;
    let (id, wish) = (call.id("promise_id")?, body.read::<BreakPromise>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(promises::give_up(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

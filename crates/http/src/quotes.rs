//! What quotes have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Ctx, Result};
use guanxi_sales::quotes::{self, DeclineQuote, Quote};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(submit).service(withdraw).service(send);
    config.service(accept).service(decline).service(revise);
}

/// The quote after a move.
fn done(moved: Result<Shown<Quote>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a quote in
///
/// It waits for the approval that the definition for `quote` wants which fits it; where none does it is approved
/// at once. One that brings less than it costs needs a definition that covers it.
#[utoipa::path(tag = "quotes", operation_id = "quotes_submit",
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 200, description = "The quote now: `pending_approval` or `approved`.", body = Quote),
        (status = 409, description = "Its state does not allow it, or nobody could agree.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("quote_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(quotes::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Take a quote back
///
/// It is not offered any more; an approval that it waits for is void.
#[utoipa::path(tag = "quotes", operation_id = "quotes_withdraw",
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 200, description = "The quote now.", body = Quote),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/withdraw")]
async fn withdraw(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("quote_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(quotes::withdraw(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that a quote was sent
///
/// From a draft too, if nobody has to agree. As long as somebody has to it is refused with `approval_required`.
#[utoipa::path(tag = "quotes", operation_id = "quotes_send",
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 200, description = "The quote now.", body = Quote),
        (status = 409, description = "Somebody has to agree first, or its state does not allow it.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/send")]
async fn send(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("quote_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(quotes::send(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that a quote is accepted
///
/// Its lines become those of the opportunity, which stays open. An opportunity has one accepted quote at most.
#[utoipa::path(tag = "quotes", operation_id = "quotes_accept",
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 200, description = "The quote now.", body = Quote),
        (status = 409, description = "Another one is accepted, or its state does not allow it.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/accept")]
async fn accept(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("quote_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(quotes::accept(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that a quote is declined
///
/// With the reason.
#[utoipa::path(tag = "quotes", operation_id = "quotes_decline", request_body = DeclineQuote,
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 200, description = "The quote now.", body = Quote),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/decline")]
async fn decline(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("quote_id")?, body.read::<DeclineQuote>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(quotes::decline(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Make the next revision of a quote
///
/// A draft with the same lines under the same number. The one before stays as it was, and is superseded.
#[utoipa::path(tag = "quotes", operation_id = "quotes_revise",
    params(("quote_id" = String, Path, description = "The id of the quote.", format = Uuid)),
    responses((status = 201, description = "The new revision.", body = Quote),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/quotes/{quote_id}/revise")]
async fn revise(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("quote_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = quotes::revise(tx, ctx, id.into()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(None, work).await?)
}

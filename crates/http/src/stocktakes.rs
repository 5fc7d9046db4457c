//! Stocktakes of the customer base.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    resources::bad,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::{
    parties::PartyId,
    stocktakes::{self, CheckStocktake, OpenStocktake, Stocktake, StocktakeLine},
};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    problem::{FORBIDDEN, INVALID_FORMAT, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_marketing::segments;
use guanxi_storage::{
    Tx,
    filter::condition::Ids,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) fn routes(config: &mut Routes) {
    config.service(open).service(lines).service(check).service(close);
}

/// The stocktake after a move.
fn done(moved: Result<Shown<Stocktake>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Begin a stocktake
///
/// It snapshots the customers whom you see: those who fit the filter and are members of the segment, 10,000 at most.
/// Whoever becomes a customer later is not on it.
#[utoipa::path(tag = "stocktakes", operation_id = "stocktakes_open", request_body = OpenStocktake,
    responses((status = 201, description = "The stocktake.", body = Stocktake),
        (status = 409, description = "They are too many.", body = ProblemBody),
        (status = 422, description = "The filter is not understood, or nobody fits.", body = ProblemBody)))]
#[post("/v1/stocktakes")]
async fn open(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Stocktake>(&call.ctx, Action::Create)?;
    let wish: OpenStocktake = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let among = members(tx, ctx, wish.segment_id).await?;
        let opened = stocktakes::open(tx, ctx, &wish, among.as_ref()).await?;
        Ok(Done::created(&opened.record, &opened))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// The members of a segment, as far as the caller may see it.
async fn members(tx: &mut Tx, ctx: &Ctx, segment: Option<Uuid>) -> Result<Option<Ids>> {
    let Some(id) = segment else { return Ok(None) };
    let hide = |problem: Problem| match problem.is(&NOT_FOUND) || problem.is(&FORBIDDEN) {
        true => UNKNOWN_REFERENCE.at("/segment_id"),
        false => problem,
    };
    let (ids, _) = segments::members(tx, ctx, id.into()).await.map_err(hide)?;
    Ok(Some(ids))
}

/// The customers on a stocktake.
#[derive(Debug, Serialize, ToSchema)]
struct StocktakeLines {
    /// Each of them.
    data: Vec<StocktakeLine>,
}

/// List the customers on a stocktake
///
/// A thousand at most, in the order of their ids; `after` goes on behind one of them, and `open=true` leaves those
/// that nobody has checked.
#[utoipa::path(tag = "stocktakes", operation_id = "stocktakes_lines",
    params(("stocktake_id" = String, Path, description = "The id of the stocktake.", format = Uuid),
        ("after" = Option<String>, Query, description = "The customer behind whom the list goes on.", format = Uuid),
        ("open" = Option<bool>, Query, description = "Whether only those are listed whom nobody has checked.")),
    responses((status = 200, description = "The customers.", body = StocktakeLines)))]
#[get("/v1/stocktakes/{stocktake_id}/lines")]
async fn lines(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("stocktake_id")?;
    let (mut after, mut unchecked): (Option<PartyId>, bool) = (None, false);
    for (name, value) in call.query() {
        let wrong =
            |expected: &str| bad(INVALID_FORMAT.parameter(&name).with("expected", expected));
        match name.as_str() {
            "after" => {
                after = Some(value.parse::<Uuid>().map_err(|_| wrong("a UUID"))?.into());
            }
            "open" => unchecked = value.parse().map_err(|_| wrong("true or false"))?,
            _ => return Err(unknown(&name).into()),
        }
    }
    let read = async |tx: &mut Tx, ctx: &Ctx| {
        stocktakes::lines(tx, ctx, id.into(), after, unchecked).await
    };
    Ok(HttpResponse::Ok().json(StocktakeLines { data: call.read(read).await? }))
}

/// Check customers of a stocktake
///
/// What is known of each was confirmed, was put right, or is of nobody any more. The first two set `verified_at` of
/// the party. Checking a customer again takes the place of what was said before.
#[utoipa::path(tag = "stocktakes", operation_id = "stocktakes_check", request_body = CheckStocktake,
    params(("stocktake_id" = String, Path, description = "The id of the stocktake.", format = Uuid)),
    responses((status = 200, description = "The stocktake now.", body = Stocktake),
        (status = 409, description = "It is closed.", body = ProblemBody),
        (status = 422, description = "A customer is not on it.", body = ProblemBody)))]
#[post("/v1/stocktakes/{stocktake_id}/check")]
async fn check(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("stocktake_id")?, body.read::<CheckStocktake>()?);
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(stocktakes::check(tx, ctx, id.into(), &wish).await);
    Ok(call.write(Some(&body), work).await?)
}

/// Close a stocktake
///
/// When all customers on it were checked; it stays as it is.
#[utoipa::path(tag = "stocktakes", operation_id = "stocktakes_close",
    params(("stocktake_id" = String, Path, description = "The id of the stocktake.", format = Uuid)),
    responses((status = 200, description = "The stocktake now.", body = Stocktake),
        (status = 409, description = "Somebody is to be checked still, or it is closed.", body = ProblemBody)))]
#[post("/v1/stocktakes/{stocktake_id}/close")]
async fn close(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("stocktake_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(stocktakes::close(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

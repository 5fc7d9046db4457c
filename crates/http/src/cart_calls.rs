//! Calls about carts that were left.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_kernel::{Action, Ctx};
use guanxi_marketing::carts::{CART, Cart};
use guanxi_sales::{
    cart_calls::{self, AnswerCartPrice, BeginCartCall, CartBriefing, GiveCartReason},
    phone_calls::{PHONE_CALL, PhoneCall},
};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(brief).service(begin).service(give_reason).service(answer_price);
}

/// Read what to know before calling about a cart
///
/// The work phones that you may see, and no other number; what the company wants to be known; what the customer has bought
/// last; and by which media it wants to hear from the company. That you have read it is noted: before that you cannot
/// call.
#[utoipa::path(tag = "carts", operation_id = "carts_brief",
    params(("cart_id" = String, Path, description = "The id of the cart.", format = Uuid)),
    responses((status = 200, description = "What to know.", body = CartBriefing),
        (status = 409, description = "The cart was not abandoned.", body = ProblemBody)))]
#[post("/v1/carts/{cart_id}/briefing")]
async fn brief(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CART, Action::Update)?;
    let id = call.id("cart_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        cart_calls::brief(tx, ctx, id.into()).await.map(|read| Done::ok(&read))
    };
    Ok(call.write(None, work).await?)
}

/// Begin a call about a cart
///
/// To a work phone; with none that you may see it is refused with `not_callable`, and before you have read the briefing
/// with `briefing_unread`.
#[utoipa::path(tag = "carts", operation_id = "carts_call", request_body = BeginCartCall,
    params(("cart_id" = String, Path, description = "The id of the cart.", format = Uuid)),
    responses((status = 201, description = "The call.", body = PhoneCall),
        (status = 409, description = "The cart was not abandoned, nobody may be called, or the briefing is unread.", body = ProblemBody)))]
#[post("/v1/carts/{cart_id}/phone-calls")]
async fn begin(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CART, Action::Read)?;
    resource::require_on(&call.ctx, &PHONE_CALL, Action::Create)?;
    let (id, wish) = (call.id("cart_id")?, body.read::<BeginCartCall>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = cart_calls::begin(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Note why a cart was left
///
/// As the customer says. `no_authority` names who has to agree, a contact that is there or a new one, and opens an
/// opportunity with that contact as its approver and a quote of what lies in the cart, once for each cart: see
/// `approver_contact_id` and `quote_id`.
#[utoipa::path(tag = "carts", operation_id = "carts_give_reason", request_body = GiveCartReason,
    params(("cart_id" = String, Path, description = "The id of the cart.", format = Uuid)),
    responses((status = 200, description = "The cart now.", body = Cart),
        (status = 409, description = "The cart was not abandoned, or nothing can be quoted.", body = ProblemBody)))]
#[post("/v1/carts/{cart_id}/reason")]
async fn give_reason(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CART, Action::Update)?;
    let (id, wish) = (call.id("cart_id")?, body.read::<GiveCartReason>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = cart_calls::give_reason(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Answer the question about the price of a cart
///
/// Once; how long that took is told by the report `cart-reasons`.
#[utoipa::path(tag = "carts", operation_id = "carts_answer_price", request_body = AnswerCartPrice,
    params(("cart_id" = String, Path, description = "The id of the cart.", format = Uuid)),
    responses((status = 200, description = "The cart now.", body = Cart),
        (status = 409, description = "No question waits for an answer.", body = ProblemBody)))]
#[post("/v1/carts/{cart_id}/price-answer")]
async fn answer_price(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CART, Action::Update)?;
    let (id, wish) = (call.id("cart_id")?, body.read::<AnswerCartPrice>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = cart_calls::answer_price(tx, ctx, id.into(), wish.clone()).await?;
        Ok(Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

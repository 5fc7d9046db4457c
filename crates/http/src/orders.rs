//! Orders that other systems tell of, one or many, and their lines.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::orders::{
    self, ORDER, Order, OrderLine, PlaceOrder, PlaceOrders, PlacedOrders,
};
use guanxi_kernel::{Action, Ctx, Currency};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(place).service(place_many).service(lines);
}

/// Tell of an order
///
/// Another system tells what a customer has bought, all of it. There is one order for each `source` and
/// `reference`: the same told again is the one that is there, and one that says something else is refused.
/// What came back is an order of its own with quantities below zero, which lowers what the customer is worth.
#[utoipa::path(tag = "orders", operation_id = "orders_place", request_body = PlaceOrder,
    responses((status = 200, description = "The order, which was there already.", body = Order),
        (status = 201, description = "The new order.", body = Order),
        (status = 409, description = "There is one of that name that says something else.", body = ProblemBody)))]
#[post("/v1/orders")]
async fn place(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &ORDER, Action::Create)?;
    let order = body.read::<PlaceOrder>()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let (shown, new) = orders::place(tx, ctx, order.clone()).await?;
        Ok(if new { Done::created(&shown.record, &shown) } else { Done::record(&shown) })
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Tell of many orders
///
/// What can be taken in is, as one batch with one event; each of the others says why not. Deleting the batch
/// takes its orders back. For more than 500 orders at once import a file of `orders`, in which each row is a line.
#[utoipa::path(tag = "order-batches", operation_id = "order_batches_place", request_body = PlaceOrders,
    responses((status = 200, description = "What has become of each order.", body = PlacedOrders)))]
#[post("/v1/order-batches")]
async fn place_many(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &ORDER, Action::Create)?;
    let wish = body.read::<PlaceOrders>()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        orders::place_many(tx, ctx, wish.clone()).await.map(|placed| Done::ok(&placed))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// The lines of an order.
#[derive(Debug, Serialize, ToSchema)]
struct OrderLines {
    /// The currency of all amounts.
    #[schema(required)]
    currency: Option<Currency>,
    /// The lines, in their order.
    data: Vec<OrderLine>,
}

/// List the lines of an order
///
/// All of them, 5,000 at most. Amounts have four decimals, since what one of a thousand costs may be less than
/// the smallest coin; the order says what they come to.
#[utoipa::path(tag = "orders", operation_id = "orders_list_lines",
    params(("order_id" = String, Path, description = "The id of the order.", format = Uuid)),
    responses((status = 200, description = "The lines.", body = OrderLines)))]
#[get("/v1/orders/{order_id}/lines")]
async fn lines(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("order_id")?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let (currency, data) = call.read(async |tx, ctx| orders::lines_of(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(OrderLines { currency, data }))
}

//! Who looks after customers in sales and in service.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::customer_owners::{self, AssignCustomerOwner, CustomerOwner};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(assign).service(prefer).service(end);
}

/// Assign an owner to a customer
///
/// Somebody gets the duty in sales or in service; whoever has had it has it no more. The first owner of a customer is
/// the primary, and so is whoever follows the primary. Records of before end and stay readable: for any day
/// those count that had begun and not ended. Who has the duty like that already keeps it.
#[utoipa::path(tag = "customer-owners", operation_id = "customer_owners_assign", request_body = AssignCustomerOwner,
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 200, description = "The owner of that duty now.", body = CustomerOwner),
        (status = 422, description = "Who is named cannot own anything.", body = ProblemBody)))]
#[post("/v1/parties/{party_id}/owners")]
async fn assign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<CustomerOwner>(&call.ctx, Action::Create)?;
    let (id, wish) = (call.id("party_id")?, body.read::<AssignCustomerOwner>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        customer_owners::assign(tx, ctx, id.into(), wish.clone())
            .await
            .map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Make an owner the primary
///
/// The customer turns to them first. Both owners end and begin anew, so that who was the primary on any day stays
/// readable; the answer is the record that begins.
#[utoipa::path(tag = "customer-owners", operation_id = "customer_owners_prefer",
    params(("customer_owner_id" = String, Path, description = "The id of the owner.", format = Uuid)),
    responses((status = 200, description = "The owner of that duty now.", body = CustomerOwner),
        (status = 409, description = "They are owner no more.", body = ProblemBody)))]
#[post("/v1/customer-owners/{customer_owner_id}/prefer")]
async fn prefer(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("customer_owner_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        customer_owners::prefer(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}

/// End an owner
///
/// Nobody has the duty until somebody gets it. Where it was the primary the other owner of the customer is.
#[utoipa::path(tag = "customer-owners", operation_id = "customer_owners_end",
    params(("customer_owner_id" = String, Path, description = "The id of the owner.", format = Uuid)),
    responses((status = 200, description = "The owner, who has ended.", body = CustomerOwner),
        (status = 409, description = "They are owner no more.", body = ProblemBody)))]
#[post("/v1/customer-owners/{customer_owner_id}/end")]
async fn end(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("customer_owner_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        customer_owners::end(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, work).await?)
}

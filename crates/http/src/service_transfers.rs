//! Files of customers that go to service.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::service_transfers::{self, AcceptServiceTransfer, ServiceTransfer};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;

pub(crate) fn routes(config: &mut Routes) {
    config.service(accept);
}

/// Accept a service transfer
///
/// The service department has the file of the customer; whoever looks after the customer there is kept. Transfers
/// that nobody has accepted in time are listed by `overdue=true`.
#[utoipa::path(tag = "service-transfers", operation_id = "service_transfers_accept", request_body = AcceptServiceTransfer,
    params(("service_transfer_id" = String, Path, description = "The id of the transfer.", format = Uuid)),
    responses((status = 200, description = "The transfer now.", body = ServiceTransfer),
        (status = 409, description = "It is accepted already.", body = ProblemBody)))]
#[post("/v1/service-transfers/{service_transfer_id}/accept")]
async fn accept(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_transfer_id")?, body.read::<AcceptServiceTransfer>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        service_transfers::accept(tx, ctx, id.into(), wish.clone())
            .await
            .map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

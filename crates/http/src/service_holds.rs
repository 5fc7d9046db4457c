//! Customers that are not served.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::service_holds::{self, HoldService, ReleaseServiceHold, ServiceHold};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(request).service(release);
}

/// Hold the service of a customer
///
/// While it is held, new service requests of the customer are refused as `service_on_hold`; those that are there go
/// on. If a definition for `service_hold` applies, the hold waits for an approval and the customer is served until
/// then (202, with the approval in `Location`).
#[utoipa::path(tag = "service-holds", operation_id = "service_holds_request", request_body = HoldService,
    params(("party_id" = String, Path, description = "The id of the party.", format = Uuid)),
    responses((status = 201, description = "The customer is not served.", body = ServiceHold),
        (status = 202, description = "That waits for an approval.", body = ServiceHold),
        (status = 409, description = "There is a hold already.", body = ProblemBody),
        (status = 422, description = "The party is no customer.", body = ProblemBody)))]
#[post("/v1/parties/{party_id}/service-hold")]
async fn request(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<ServiceHold>(&call.ctx, Action::Create)?;
    let (id, wish) = (call.id("party_id")?, body.read::<HoldService>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = service_holds::request(tx, ctx, id.into(), wish.clone()).await?;
        Ok(match shown.record.approval_id {
            Some(approval) => Done::waiting(&shown, approval),
            None => Done::created(&shown.record, &shown),
        })
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Release a service hold
///
/// The customer is served again. One that waits for an approval is taken back.
#[utoipa::path(tag = "service-holds", operation_id = "service_holds_release", request_body = ReleaseServiceHold,
    params(("service_hold_id" = String, Path, description = "The id of the hold.", format = Uuid)),
    responses((status = 200, description = "The hold now.", body = ServiceHold),
        (status = 409, description = "It is over already.", body = ProblemBody)))]
#[post("/v1/service-holds/{service_hold_id}/release")]
async fn release(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_hold_id")?, body.read::<ReleaseServiceHold>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        service_holds::release(tx, ctx, id.into(), wish.clone())
            .await
            .map(|shown| Done::record(&shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

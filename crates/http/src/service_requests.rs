//! The moves of service requests.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::service_requests::{
    self, CloseServiceRequest, ReopenServiceRequest, ResolveServiceRequest, ServiceRequest,
    SuspendServiceRequest,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(accept).service(suspend).service(resume);
    config.service(resolve).service(close).service(reopen);
}

/// The request after a move.
fn done(moved: Result<Shown<ServiceRequest>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Accept a service request
///
/// Somebody works on it: that is the answer which `response_due_at` asks for.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_accept",
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/accept")]
async fn accept(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("service_request_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(service_requests::accept(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Have a service request wait for the customer
///
/// Its clock stands still until it is resumed or resolved, and `resolution_due_at` is `null`.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_suspend", request_body = SuspendServiceRequest,
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/suspend")]
async fn suspend(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_request_id")?, body.read::<SuspendServiceRequest>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(service_requests::suspend(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Go on with a service request
///
/// Its clock goes on: what was left of the time is left now, in working time.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_resume",
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/resume")]
async fn resume(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("service_request_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(service_requests::resume(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Resolve a service request
///
/// With the solution. One that nobody has accepted is answered by that.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_resolve", request_body = ResolveServiceRequest,
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/resolve")]
async fn resolve(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_request_id")?, body.read::<ResolveServiceRequest>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(service_requests::resolve(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Close a service request
///
/// With how content the customer is, if that is known.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_close", request_body = CloseServiceRequest,
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/close")]
async fn close(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_request_id")?, body.read::<CloseServiceRequest>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(service_requests::close(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Reopen a service request
///
/// The solution was none. Its clock goes on; what was worked before counts.
#[utoipa::path(tag = "service-requests", operation_id = "service_requests_reopen", request_body = ReopenServiceRequest,
    params(("service_request_id" = String, Path, description = "The id of the request.", format = Uuid)),
    responses((status = 200, description = "The request now.", body = ServiceRequest),
        (status = 409, description = "It is in a state that does not allow it.", body = ProblemBody)))]
#[post("/v1/service-requests/{service_request_id}/reopen")]
async fn reopen(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("service_request_id")?, body.read::<ReopenServiceRequest>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(service_requests::reopen(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

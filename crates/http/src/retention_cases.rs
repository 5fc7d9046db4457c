//! The moves of retention cases.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_customers::retention_cases::{
    self, AllowRetentionSpending, CloseRetentionCase, RetentionCase, SpendOnRetention,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(spend).service(allow).service(close);
}

/// The case after a move.
fn done(moved: Result<Shown<RetentionCase>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Spend money to keep a customer
///
/// No more in all than `spending_limit`: how much likelier the customer stays if it is fought for, of what is
/// still to be earned with it. More than that is refused unless somebody else has allowed it than who works on the
/// case and who spends it.
#[utoipa::path(tag = "retention-cases", operation_id = "retention_cases_spend", request_body = SpendOnRetention,
    params(("retention_case_id" = String, Path, description = "The id of the case.", format = Uuid)),
    responses((status = 200, description = "The case now.", body = RetentionCase),
        (status = 409, description = "It would be more than is allowed, or the caller has allowed it; or the case is closed.", body = ProblemBody)))]
#[post("/v1/retention-cases/{retention_case_id}/spend")]
async fn spend(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("retention_case_id")?, body.read::<SpendOnRetention>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(retention_cases::spend(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Allow to spend more than pays for itself
///
/// By somebody else than who works on the case.
#[utoipa::path(tag = "retention-cases", operation_id = "retention_cases_allow", request_body = AllowRetentionSpending,
    params(("retention_case_id" = String, Path, description = "The id of the case.", format = Uuid)),
    responses((status = 200, description = "The case now.", body = RetentionCase),
        (status = 409, description = "It is the case of the caller, or it is closed.", body = ProblemBody)))]
#[post("/v1/retention-cases/{retention_case_id}/allow")]
async fn allow(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("retention_case_id")?, body.read::<AllowRetentionSpending>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(retention_cases::allow(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Close a retention case
///
/// With what it has come to. The reason why the customer bought less and the decision are needed for it.
#[utoipa::path(tag = "retention-cases", operation_id = "retention_cases_close", request_body = CloseRetentionCase,
    params(("retention_case_id" = String, Path, description = "The id of the case.", format = Uuid)),
    responses((status = 200, description = "The case now.", body = RetentionCase),
        (status = 409, description = "It is closed already.", body = ProblemBody),
        (status = 422, description = "It has no reason, or no decision.", body = ProblemBody)))]
#[post("/v1/retention-cases/{retention_case_id}/close")]
async fn close(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("retention_case_id")?, body.read::<CloseRetentionCase>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(retention_cases::close(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

//! The moves of amendments of contracts.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_contracts::contract_amendments::{
    self, CancelAmendment, ContractAmendment, SignAmendment,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Tx, resource::Shown};

pub(crate) fn routes(config: &mut Routes) {
    config.service(submit).service(sign).service(cancel);
}

/// The amendment after a move.
fn done(moved: Result<Shown<ContractAmendment>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand an amendment in
///
/// It waits for the approval that the definition for `contract_amendment` wants which fits it, level by level;
/// where none does it is approved at once. Its payment plan, if it has one, is exactly what the contract comes to
/// with it, with tax.
#[utoipa::path(tag = "contract-amendments", operation_id = "contract_amendments_submit",
    params(("contract_amendment_id" = String, Path, description = "The id of the amendment.", format = Uuid)),
    responses((status = 200, description = "The amendment now: in `review` or `approved`.", body = ContractAmendment),
        (status = 409, description = "Its state does not allow it, nobody could agree, or it leaves less than was shipped or paid.", body = ProblemBody),
        (status = 422, description = "The payment plan is not the whole.", body = ProblemBody)))]
#[post("/v1/contract-amendments/{contract_amendment_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_amendment_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(contract_amendments::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that an amendment is signed
///
/// The contract says from now on what the amendment says: its lines, sums, payment plan and time change in the same
/// transaction. What was shipped and paid stays where it was.
#[utoipa::path(tag = "contract-amendments", operation_id = "contract_amendments_sign", request_body = SignAmendment,
    params(("contract_amendment_id" = String, Path, description = "The id of the amendment.", format = Uuid)),
    responses((status = 200, description = "The amendment now.", body = ContractAmendment),
        (status = 409, description = "Its state does not allow it, somebody has to agree first, the contract is not in force, or more was shipped or paid than it leaves.", body = ProblemBody)))]
#[post("/v1/contract-amendments/{contract_amendment_id}/sign")]
async fn sign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("contract_amendment_id")?, body.read::<SignAmendment>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(contract_amendments::sign(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Cancel an amendment
///
/// With the reason, before it is signed. The contract stays as it is.
#[utoipa::path(tag = "contract-amendments", operation_id = "contract_amendments_cancel", request_body = CancelAmendment,
    params(("contract_amendment_id" = String, Path, description = "The id of the amendment.", format = Uuid)),
    responses((status = 200, description = "The amendment now.", body = ContractAmendment),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/contract-amendments/{contract_amendment_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("contract_amendment_id")?, body.read::<CancelAmendment>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(contract_amendments::cancel(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

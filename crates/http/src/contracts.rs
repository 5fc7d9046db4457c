//! What contracts have beyond the shared endpoints, and how other systems tell of their work.

use crate::{
    body::Body,
    call::{Call, OpenCall},
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, http::header, post};
use guanxi_contracts::{
    contract_documents::ContractDocument,
    contracts::{self, CONTRACT, CancelContract, Contract, SignContract},
    dunnings::{self, DunningList, PlannedDunnings},
    execution_links::{self, EXECUTION_LINK, ExecutionLink, ExecutionLinkInput},
};
use guanxi_kernel::{Action, Ctx, Result, problem::UNKNOWN_VALUE};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(submit).service(sign);
    config.service(plan).service(start).service(complete).service(close).service(cancel);
    config.service(tell).service(content).service(list_dunnings).service(plan_dunnings);
}

/// The contract after a move.
fn done(moved: Result<Shown<Contract>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Hand a contract in
///
/// It waits for the approval that the definition for `contract` wants which fits it, level by level; where none
/// does it is approved at once. Its payment plan, if it has one, is exactly what it comes to with tax.
#[utoipa::path(tag = "contracts", operation_id = "contracts_submit",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now: in `review` or `approved`.", body = Contract),
        (status = 409, description = "Its stage does not allow it, or nobody could agree.", body = ProblemBody),
        (status = 422, description = "The payment plan is not the whole.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(contracts::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Note that a contract is signed
///
/// From now on it is in force: other systems tell of their work, and its payments are owed. If it comes from an
/// opportunity that is still open, that is won in the same transaction, with the summary given here or the one
/// that it has already.
#[utoipa::path(tag = "contracts", operation_id = "contracts_sign", request_body = SignContract,
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it, or somebody has to agree first.", body = ProblemBody),
        (status = 422, description = "The opportunity has no summary.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/sign")]
async fn sign(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("contract_id")?, body.read::<SignContract>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(contracts::sign(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Organise and plan the work on a contract
///
/// From `signed` only. What projects tell leads there too.
#[utoipa::path(tag = "contracts", operation_id = "contracts_plan",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/plan")]
async fn plan(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(contracts::plan(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Begin the work on a contract
///
/// From `planning` only. What projects tell leads there too.
#[utoipa::path(tag = "contracts", operation_id = "contracts_start",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/start")]
async fn start(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(contracts::start(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Finish the work on a contract
///
/// From `implementing` only. It happens by itself when all projects of the contract are completed.
#[utoipa::path(tag = "contracts", operation_id = "contracts_complete",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/complete")]
async fn complete(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(contracts::complete(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Close a contract
///
/// From `implemented` only. What is not paid yet is still owed.
#[utoipa::path(tag = "contracts", operation_id = "contracts_close",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/close")]
async fn close(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| done(contracts::close(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Cancel a contract
///
/// With the reason, before the work is finished. Nothing is owed on it any more; what was paid is refunded first.
/// An opportunity that was won by it stays won.
#[utoipa::path(tag = "contracts", operation_id = "contracts_cancel", request_body = CancelContract,
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The contract now.", body = Contract),
        (status = 409, description = "Its stage does not allow it, or there are payments on it.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("contract_id")?, body.read::<CancelContract>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(contracts::cancel(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Tell of the work on a contract
///
/// Another system tells all that stands on its side: a project its progress, a purchase its cost, a movement of
/// stock what it has shipped. There is one link for each `kind` and `reference`, so the same again changes
/// nothing; and what was known (`as_of`) before what was told already changes nothing either. Progress, cost,
/// shipped quantities and stage of the contract follow in the same transaction.
#[utoipa::path(tag = "contracts", operation_id = "contracts_tell_execution_links", request_body = ExecutionLinkInput,
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The link, which was there already, now.", body = ExecutionLink),
        (status = 201, description = "The new link.", body = ExecutionLink),
        (status = 409, description = "The contract is not in force, or more would be shipped than was ordered.", body = ProblemBody)))]
#[post("/v1/contracts/{contract_id}/execution-links")]
async fn tell(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &EXECUTION_LINK, Action::Create)?;
    let (id, told) = (call.id("contract_id")?, body.read::<ExecutionLinkInput>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        resource::load::<Contract>(tx, ctx, id).await?;
        if told.contract_id.is_some_and(|named| named.uuid() != id) {
            return Err(UNKNOWN_VALUE.at("/contract_id").with("expected", "the id in the path"));
        }
        let told = ExecutionLinkInput { contract_id: Some(id.into()), ..told.clone() };
        let (shown, new) = execution_links::tell(tx, ctx, told).await?;
        Ok(if new { Done::created(&shown.record, &shown) } else { Done::record(&shown) })
    };
    Ok(call.write(Some(&body), work).await?)
}

/// The media types of a document, the usual one first.
const FORMS: [&str; 2] = ["text/plain", "text/html"];

/// Read a contract document as it is printed
///
/// As text, or with `Accept: text/html` as a page of its own. Whatever templates and values say is text in it,
/// never markup. As JSON, clause by clause, the document itself has it.
#[utoipa::path(tag = "contract-documents", operation_id = "contract_documents_content",
    params(("contract_document_id" = String, Path, description = "The id of the document.", format = Uuid)),
    responses((status = 200, description = "The document.", content(
        (String = "text/plain"), (String = "text/html")))))]
#[get("/v1/contract-documents/{contract_document_id}/content")]
async fn content(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    let id = call.id("contract_document_id")?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let form = call.accepts(&FORMS)?;
    let read = async |tx: &mut Tx, ctx: &Ctx| resource::load::<ContractDocument>(tx, ctx, id).await;
    let document = call.read(read).await?;
    let (kind, body) = match form {
        "text/html" => ("text/html; charset=utf-8", document.html()),
        _ => ("text/plain; charset=utf-8", document.text()),
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .content_type(kind)
        .body(body))
}

/// List how a contract was dunned
///
/// Which level of pressing each late payment has reached, and when; the tasks are those of kind `dunning`, unless
/// the level says otherwise.
#[utoipa::path(tag = "contracts", operation_id = "contracts_list_dunnings",
    params(("contract_id" = String, Path, description = "The id of the contract.", format = Uuid)),
    responses((status = 200, description = "The levels reached, the latest first.", body = DunningList)))]
#[get("/v1/contracts/{contract_id}/dunnings")]
async fn list_dunnings(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("contract_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| dunnings::list(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Plan dunning
///
/// Each payment that is late by the days of a level in `dunning` of the preferences becomes a task for whoever
/// looks after the contract, once for each level; of several levels at once the highest. That happens by itself
/// on each day; this does it now, for the contracts that you may change.
#[utoipa::path(tag = "contracts", operation_id = "contracts_plan_dunnings",
    responses((status = 200, description = "How many payments have reached a level.", body = PlannedDunnings)))]
#[post("/v1/dunnings/plan")]
async fn plan_dunnings(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &CONTRACT, Action::Update)?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        dunnings::plan(tx, ctx).await.map(|planned| Done::ok(&planned))
    };
    Ok(call.write(None, work).await?)
}

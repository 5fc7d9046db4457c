//! Approvals, beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
    schema::Labels,
};
use actix_web::{HttpResponse, get, post};
use guanxi_kernel::{Action, Ctx, Language, Result, problem::Texts};
use guanxi_storage::{
    Tx,
    filter::facts::{Fact, FactType},
    resource::{self, Shown},
};
use guanxi_workflow::{
    approvals::{self, Approval, ApprovalId, ApprovalInput, ApproveWish, RejectWish},
    documents::{self, Document},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(request).service(approve).service(reject).service(withdraw);
    config.service(reassign).service(list_documents);
}

/// Ask for an approval
///
/// A general request (`document` is `request`) about any record that you see; it has no effect of its
/// own. The first active definition for the type whose condition fits the facts says who decides, and
/// if none does, there is nothing to approve. Approvals of other types are asked for by the program
/// when a record needs one.
#[utoipa::path(tag = "approvals", operation_id = "approvals_create", request_body = ApprovalInput,
    responses((status = 201, description = "The approval.", body = Approval),
        (status = 409, description = "Nobody could decide, or nobody has to.", body = ProblemBody)))]
#[post("/v1/approvals")]
async fn request(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Approval>(&call.ctx, Action::Create)?;
    let input: ApprovalInput = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = approvals::request(tx, ctx, input.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// Approve a request
///
/// For yourself, or for an approver who has delegated to you. Who asked, or owns the record, does not
/// decide unless the definition says so. Of several who decide at the same time one is the first; the
/// others are told `approval_decided`. With the last level the request is approved, and what follows
/// from that happens in the same transaction.
#[utoipa::path(tag = "approvals", operation_id = "approvals_approve", request_body = ApproveWish,
    params(("approval_id" = String, Path, description = "The id of the approval.", format = Uuid)),
    responses((status = 200, description = "The approval now.", body = Approval)))]
#[post("/v1/approvals/{approval_id}/approve")]
async fn approve(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (approval(&call)?, body.read::<ApproveWish>()?);
    let approved =
        async |tx: &mut Tx, ctx: &Ctx| done(approvals::approve(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), approved).await?)
}

/// Reject a request
///
/// Needs a comment. One rejection ends the request, whatever others have decided.
#[utoipa::path(tag = "approvals", operation_id = "approvals_reject", request_body = RejectWish,
    params(("approval_id" = String, Path, description = "The id of the approval.", format = Uuid)),
    responses((status = 200, description = "The approval now.", body = Approval)))]
#[post("/v1/approvals/{approval_id}/reject")]
async fn reject(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (approval(&call)?, body.read::<RejectWish>()?);
    let rejected =
        async |tx: &mut Tx, ctx: &Ctx| done(approvals::reject(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), rejected).await?)
}

/// Withdraw a request
///
/// By who has asked, or who owns what it is about, as long as it is not decided.
#[utoipa::path(tag = "approvals", operation_id = "approvals_withdraw",
    params(("approval_id" = String, Path, description = "The id of the approval.", format = Uuid)),
    responses((status = 200, description = "The approval now.", body = Approval)))]
#[post("/v1/approvals/{approval_id}/withdraw")]
async fn withdraw(call: Call) -> Result<HttpResponse, ApiError> {
    let id = approval(&call)?;
    let withdrawn = async |tx: &mut Tx, ctx: &Ctx| done(approvals::withdraw(tx, ctx, id).await);
    Ok(call.write(None, withdrawn).await?)
}

/// Find the approvers again
///
/// When a role, a manager or a unit has changed, or an approver has left: the people of the current
/// level are found again by the same definition. What was approved on the level stays approved.
#[utoipa::path(tag = "approvals", operation_id = "approvals_reassign",
    params(("approval_id" = String, Path, description = "The id of the approval.", format = Uuid)),
    responses((status = 200, description = "The approval now.", body = Approval)))]
#[post("/v1/approvals/{approval_id}/reassign")]
async fn reassign(call: Call) -> Result<HttpResponse, ApiError> {
    let id = approval(&call)?;
    let reassigned = async |tx: &mut Tx, ctx: &Ctx| done(approvals::reassign(tx, ctx, id).await);
    Ok(call.write(None, reassigned).await?)
}

fn approval(call: &Call) -> Result<ApprovalId> {
    call.id("approval_id").map(ApprovalId::from)
}

fn done(decided: Result<Shown<Approval>>) -> Result<Done> {
    decided.map(|shown| Done::record(&shown))
}

/// The types of documents that can need an approval.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalDocumentList {
    /// The types, in the order of their codes.
    data: Vec<ApprovalDocument>,
}

/// A type of documents that can need an approval.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalDocument {
    /// Its code, as in definitions.
    code: &'static str,
    /// What it is called.
    label: Labels,
    /// What conditions can speak of.
    facts: Vec<ApprovalFact>,
}

/// A fact that conditions can speak of.
#[derive(Debug, Serialize, ToSchema)]
struct ApprovalFact {
    /// Its name in conditions.
    name: &'static str,
    /// What it is.
    #[serde(rename = "type")]
    kind: FactType,
    /// What it is called.
    label: Labels,
}

fn labels(texts: &Texts) -> Labels {
    Labels { en: texts.get(Language::En).to_owned(), zh: texts.get(Language::Zh).to_owned() }
}

impl From<&Fact> for ApprovalFact {
    fn from(fact: &Fact) -> Self {
        Self { name: fact.name, kind: fact.kind, label: labels(&fact.label) }
    }
}

impl From<&'static Document> for ApprovalDocument {
    fn from(document: &'static Document) -> Self {
        let facts = document.all_facts();
        Self {
            code: document.code,
            label: labels(&document.label),
            facts: facts.iter().map(ApprovalFact::from).collect(),
        }
    }
}

/// List the types of documents that can need an approval
///
/// Each with the facts that the conditions of its definitions can speak of, for a form that edits
/// definitions.
#[utoipa::path(tag = "approval-definitions", operation_id = "approval_documents_list",
    responses((status = 200, description = "The types.", body = ApprovalDocumentList)))]
#[get("/v1/approval-documents")]
async fn list_documents(_: Call) -> Result<HttpResponse, ApiError> {
    let data = documents::all().into_iter().map(ApprovalDocument::from).collect();
    Ok(HttpResponse::Ok().json(ApprovalDocumentList { data }))
}

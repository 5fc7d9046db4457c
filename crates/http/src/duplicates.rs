//! Duplicates and merges, beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_bulk::jobs::Job;
use guanxi_customers::{
    duplicates::{self, Duplicate, DuplicateDraft, DuplicateMatches, DuplicateSearch},
    merges::{self, Merge, MergeId, MergeInput},
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(check).service(find).service(merge).service(undo);
}

/// Look for what may be there already
///
/// Compares what a body would make with the records that you may see, and writes nothing: for a form
/// that asks while somebody types. Each match says why, point by point. Making a record refuses those
/// that are `certain` with `possible_duplicate`, unless the request says `Prefer: accept-duplicates`.
#[utoipa::path(tag = "duplicates", operation_id = "duplicates_check", request_body = DuplicateDraft,
    responses((status = 200, description = "The matches, the strongest first.", body = DuplicateMatches)))]
#[post("/v1/duplicates/check")]
async fn check(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Duplicate>(&call.ctx, Action::Read)?;
    let draft: DuplicateDraft = body.read()?;
    let found = call.read(async |tx, ctx| duplicates::check(tx, ctx, &draft).await).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Search for duplicates
///
/// A job compares all records of a type that you may see, and keeps each pair that is certainly or
/// probably the same as a duplicate, with its score and its reasons. A pair that is known already gets
/// the new evidence if it is open, and is left alone if somebody has decided about it.
#[utoipa::path(tag = "duplicates", operation_id = "duplicates_find", request_body = DuplicateSearch,
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/duplicates/find")]
async fn find(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Duplicate>(&call.ctx, Action::Create)?;
    let search: DuplicateSearch = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        duplicates::search(tx, ctx, &search).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// Merge two records
///
/// The survivor keeps its values and gets what it lacks from the other, lists are united, and `data`
/// has the last word. Whatever names the other record names the survivor then; both external ids lead
/// to it, its timeline shows both pasts, and the other record is deleted. It can be undone. Try it
/// first with `Prefer: dry-run`: the answer says what would be filled and moved.
#[utoipa::path(tag = "merges", operation_id = "merges_create", request_body = MergeInput,
    responses((status = 201, description = "The merge.", body = Merge),
        (status = 409, description = "The two cannot be one.", body = ProblemBody)))]
#[post("/v1/merges")]
async fn merge(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<Merge>(&call.ctx, Action::Create)?;
    let input: MergeInput = body.read()?;
    call.require_idempotency_key()?;
    let merged = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = merges::merge(tx, ctx, input.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), merged).await?)
}

/// Undo a merge
///
/// Parts the two records again: the merged one returns, what was moved goes back to it, the survivor
/// gets its values of before. Whatever was changed since is left as it is and named in `left_as_is`.
#[utoipa::path(tag = "merges", operation_id = "merges_undo",
    params(("merge_id" = String, Path, description = "The id of the merge.", format = Uuid)),
    responses((status = 200, description = "The merge now.", body = Merge)))]
#[post("/v1/merges/{merge_id}/undo")]
async fn undo(call: Call) -> Result<HttpResponse, ApiError> {
    let id = MergeId::from(call.id("merge_id")?);
    let undone = async |tx: &mut Tx, ctx: &Ctx| {
        merges::undo(tx, ctx, id).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, undone).await?)
}

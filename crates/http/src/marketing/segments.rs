//! Whom segments have.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    resources::list_among,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::parties::PARTY;
use guanxi_kernel::Action;
use guanxi_marketing::segments::{self, PreviewSegment, SEGMENT, SegmentId, SegmentPreview};
use guanxi_storage::resource;

pub(crate) fn routes(config: &mut Routes) {
    config.service(try_rule).service(preview).service(members);
}

/// Try a rule
///
/// How many of the customers and prospects that you may see fit it, and the first ten of them. Nothing is kept.
#[utoipa::path(tag = "segments", operation_id = "segments_try", request_body = PreviewSegment,
    responses((status = 200, description = "Whom it has.", body = SegmentPreview),
        (status = 422, description = "The rule is not understood; the pointer leads to the place in it.", body = ProblemBody)))]
#[post("/v1/segments/preview")]
async fn try_rule(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SEGMENT, Action::Read)?;
    let wish: PreviewSegment = body.read()?;
    let found = call.read(async |tx, ctx| segments::preview(tx, ctx, &wish).await).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Preview a segment
///
/// How many members it has among those that you may see, and the first ten of them. Nothing is kept.
#[utoipa::path(tag = "segments", operation_id = "segments_preview",
    params(("segment_id" = String, Path, description = "The id of the segment.", format = Uuid)),
    responses((status = 200, description = "Whom it has.", body = SegmentPreview),
        (status = 422, description = "The rule names what is not there any more.", body = ProblemBody)))]
#[post("/v1/segments/{segment_id}/preview")]
async fn preview(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SEGMENT, Action::Read)?;
    let id: SegmentId = call.id("segment_id")?.into();
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let found = call.read(async |tx, ctx| segments::preview_saved(tx, ctx, id).await).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// List the members of a segment
///
/// The list of parties, narrowed to those who are members now: with its filters, its order and its pages.
#[utoipa::path(tag = "segments", operation_id = "segments_members",
    params(("segment_id" = String, Path, description = "The id of the segment.", format = Uuid),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before, with the same query."),
        ("filter" = Option<String>, Query, description = "An expression as in the list of parties.", max_length = 1024),
        ("sort" = Option<String>, Query, description = "As in the list of parties.", max_length = 200),
        ("count" = Option<String>, Query, description = "`exact` or `estimated`, as in the list of parties.", max_length = 20)),
    responses((status = 200, description = "A page.", body = super::SegmentMemberList)))]
#[get("/v1/segments/{segment_id}/members")]
async fn members(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SEGMENT, Action::Read)?;
    resource::require_on(&call.ctx, &PARTY, Action::Read)?;
    let id: SegmentId = call.id("segment_id")?.into();
    let (ids, said) = call.read(async |tx, ctx| segments::members(tx, ctx, id).await).await?;
    list_among(&PARTY, &call, &ids, &said).await
}

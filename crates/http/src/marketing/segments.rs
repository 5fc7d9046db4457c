//! Whom segments have.

use crate::{
    body::Body,
    call::Call,
    modules,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    reports,
    resources::list_among,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::parties::PARTY;
use guanxi_insights::{
    report::require,
    target_lists::{self, SegmentFromReport},
};
use guanxi_kernel::{Action, Ctx, problem::UNKNOWN_VALUE};
use guanxi_marketing::segments::{
    self, PreviewSegment, SEGMENT, Segment, SegmentFromResponses, SegmentId, SegmentPreview,
};
use guanxi_storage::{Tx, resource};

pub(crate) fn routes(config: &mut Routes) {
    config.service(try_rule).service(preview).service(members);
    config.service(from_report).service(from_responses);
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

/// Make a list of the customers that a cell of a report counts
///
/// A segment of the kind `list` with exactly the customers behind a row of a report, named by the values of its keys,
/// or behind one of its columns. The report is asked anew with your rights, and the question is kept with the list.
/// `size` is how many customers there are; one of whom several records are counted is in the list once.
#[utoipa::path(tag = "segments", operation_id = "segments_from_report", request_body = SegmentFromReport,
    responses((status = 201, description = "The list.", body = Segment),
        (status = 422, description = "The cell counts nobody, or records that are no customers whom you may see.",
            body = ProblemBody)))]
#[post("/v1/segments/from-report")]
async fn from_report(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SEGMENT, Action::Create)?;
    let wish: SegmentFromReport = body.read()?;
    let unknown = || UNKNOWN_VALUE.at("/report").with("expected", "the name of a report");
    let report = reports::named(&wish.report).ok_or_else(unknown)?;
    let disabled = &call.ctx.settings.preferences.disabled_modules;
    modules::require(disabled, &report.definition.path())?;
    require(&call.ctx, report.definition)?;
    let asked = wish.asked();
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let cells = (report.cells)(tx, ctx, &asked).await?;
        let shown = target_lists::make(tx, ctx, &wish, cells).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Make a list of those who have answered to a campaign, or have not
///
/// A segment of the kind `list`: of the members of the campaign whom you may see, and of customers who have answered
/// unasked. Responders and non-responders together are all of them; the figures are kept with the list.
#[utoipa::path(tag = "segments", operation_id = "segments_from_responses", request_body = SegmentFromResponses,
    responses((status = 201, description = "The list.", body = Segment),
        (status = 422, description = "The campaign has more than 200,000 customers.", body = ProblemBody)))]
#[post("/v1/segments/from-responses")]
async fn from_responses(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &SEGMENT, Action::Create)?;
    let wish: SegmentFromResponses = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = segments::from_responses(tx, ctx, wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

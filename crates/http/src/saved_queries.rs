//! What is made of saved queries, beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    resources::list_asked,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_bulk::{exports::EXPORT, jobs::Job};
use guanxi_insights::saved_queries::{
    self, ExportSavedQuery, MakeSegment, SavedQuery, SavedQueryCount, SavedQueryId, SavedQueryPivot,
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_marketing::segments::{SEGMENT, Segment};
use guanxi_storage::{Tx, count::Counting, resource};
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(records).service(count).service(pivot).service(segment).service(export);
}

/// A page of the records that a saved query finds, as the document describes it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the list of the resource answers; this is what it looks like")]
struct SavedQueryRecordList {
    /// The records, as their list has them.
    #[schema(value_type = Vec<Object>, max_items = 200)]
    data: Vec<serde_json::Value>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
    /// How many there are on all pages; with `count`.
    #[schema(nullable = false)]
    total: Option<i64>,
    /// Whether there are so many, or at least so many.
    #[schema(nullable = false)]
    total_kind: Option<Counting>,
}

/// The saved query of the path, for whoever may read such.
fn query_of(call: &Call) -> Result<SavedQueryId> {
    resource::require::<SavedQuery>(&call.ctx, Action::Read)?;
    Ok(call.id("saved_query_id")?.into())
}

/// List what a saved query finds
///
/// The list that it is about, as you may see it now: with its filters, its order and its fields.
#[utoipa::path(tag = "saved-queries", operation_id = "saved_queries_records",
    params(("saved_query_id" = String, Path, description = "The id of the saved query.", format = Uuid),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before."),
        ("count" = Option<String>, Query, description = "`exact` or `estimated`, as in any list.", max_length = 20)),
    responses((status = 200, description = "A page.", body = SavedQueryRecordList),
        (status = 422, description = "It names what you may not see, or what is not there any more.", body = ProblemBody)))]
#[get("/v1/saved-queries/{saved_query_id}/records")]
async fn records(call: Call) -> Result<HttpResponse, ApiError> {
    let id = query_of(&call)?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| saved_queries::asked(tx, ctx, id).await;
    let (kind, question) = call.read(asked).await?;
    list_asked(kind, &call, question.search(), &question.filters).await
}

/// Count what a saved query finds
///
/// How many records it finds that you may see.
#[utoipa::path(tag = "saved-queries", operation_id = "saved_queries_count",
    params(("saved_query_id" = String, Path, description = "The id of the saved query.", format = Uuid)),
    responses((status = 200, description = "How many.", body = SavedQueryCount),
        (status = 422, description = "It names what you may not see, or what is not there any more.", body = ProblemBody)))]
#[get("/v1/saved-queries/{saved_query_id}/count")]
async fn count(call: Call) -> Result<HttpResponse, ApiError> {
    let id = query_of(&call)?;
    if let Some((name, _)) = call.query().first() {
        return Err(unknown(name).into());
    }
    let counted = async |tx: &mut Tx, ctx: &Ctx| saved_queries::count(tx, ctx, id).await;
    Ok(HttpResponse::Ok().json(call.report(counted).await?))
}

/// Cross two fields of what a saved query finds
///
/// How many of the records that you may see have each pair of values, and what a third field sums to, with the
/// sums of rows, of columns and of all, which reconcile exactly. Days count by their months. Amounts are summed
/// in each currency and not converted; the report `pivot` converts them.
#[utoipa::path(tag = "saved-queries", operation_id = "saved_queries_pivot",
    params(("saved_query_id" = String, Path, description = "The id of the saved query.", format = Uuid),
        ("rows" = String, Query, max_length = 60, description = "The first field: one that the list can be narrowed by."),
        ("cols" = String, Query, max_length = 60, description = "The second field."),
        ("sum" = Option<String>, Query, max_length = 60, description = "A field of amounts or whole numbers that the list can be narrowed by; records are only counted when absent.")),
    responses((status = 200, description = "The table.", body = SavedQueryPivot),
        (status = 422, description = "It has too many cells, or names what you may not see.", body = ProblemBody)))]
#[get("/v1/saved-queries/{saved_query_id}/pivot")]
async fn pivot(call: Call) -> Result<HttpResponse, ApiError> {
    let id = query_of(&call)?;
    let pairs = call.query();
    let (mut rows, mut cols, mut sum) = (None, None, None);
    for (name, value) in &pairs {
        let place = match name.as_str() {
            "rows" => &mut rows,
            "cols" => &mut cols,
            "sum" => &mut sum,
            _ => return Err(unknown(name).into()),
        };
        *place = Some(value.as_str());
    }
    let crossed =
        async |tx: &mut Tx, ctx: &Ctx| saved_queries::pivot(tx, ctx, id, rows, cols, sum).await;
    Ok(HttpResponse::Ok().json(call.report(crossed).await?))
}

/// Make a segment of a saved query
///
/// A segment of the kind `list`: of the parties that it finds, or that the records name which it finds, those
/// that you may see. It stays as it is when the records change.
#[utoipa::path(tag = "saved-queries", operation_id = "saved_queries_segment", request_body = MakeSegment,
    params(("saved_query_id" = String, Path, description = "The id of the saved query.", format = Uuid)),
    responses((status = 201, description = "The segment.", body = Segment),
        (status = 422, description = "Its records name no party.", body = ProblemBody)))]
#[post("/v1/saved-queries/{saved_query_id}/segment")]
async fn segment(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = query_of(&call)?;
    resource::require_on(&call.ctx, &SEGMENT, Action::Create)?;
    let wish: MakeSegment = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = saved_queries::segment(tx, ctx, id, wish.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Export what a saved query finds
///
/// As an export of the list with the same question: a job writes the file, with your rights.
#[utoipa::path(tag = "saved-queries", operation_id = "saved_queries_export", request_body = ExportSavedQuery,
    params(("saved_query_id" = String, Path, description = "The id of the saved query.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/saved-queries/{saved_query_id}/export")]
async fn export(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = query_of(&call)?;
    resource::require_on(&call.ctx, &EXPORT, Action::Create)?;
    let wish: ExportSavedQuery = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        saved_queries::export(tx, ctx, id, wish).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), work).await?)
}

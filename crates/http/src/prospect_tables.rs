//! What contact status tables have beyond the shared endpoints.

use crate::{
    body::Body,
    call::Call,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_insights::asked;
use guanxi_kernel::{Action, Ctx, Result, problem::INVALID_FORMAT};
use guanxi_sales::prospect_tables::{
    self, AddProspects, OpenProspectTable, ProspectLine, ProspectTable, ProspectTableCheck,
    ReviewProspectTable,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) fn routes(config: &mut Routes) {
    config.service(open).service(lines).service(check).service(add);
    config.service(submit).service(review).service(close);
}

fn done(moved: Result<Shown<ProspectTable>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Open a contact status table
///
/// That of a consultant for a month, with every lead that was open in their hands when the month began, as
/// `carried_over`. Doing it again adds nothing that is there.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_open",
    request_body = OpenProspectTable,
    responses((status = 200, description = "The table.", body = ProspectTable),
        (status = 409, description = "The month is closed.", body = ProblemBody)))]
#[post("/v1/prospect-tables/open")]
async fn open(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<ProspectTable>(&call.ctx, Action::Create)?;
    let wish: OpenProspectTable = body.read()?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(prospect_tables::open(tx, ctx, wish.clone()).await);
    Ok(call.write(Some(&body), work).await?)
}

/// The leads on a table.
#[derive(Debug, Serialize, ToSchema)]
struct ProspectLines {
    /// Each of them.
    data: Vec<ProspectLine>,
}

/// List the leads on a contact status table
///
/// A thousand at most, in the order of their ids; `after` goes on behind one of them. What they came to is
/// in the report `prospect-contact-status`.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_lines",
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid),
        ("after" = Option<String>, Query, description = "The lead behind which the list goes on.", format = Uuid)),
    responses((status = 200, description = "The leads.", body = ProspectLines)))]
#[get("/v1/prospect-tables/{prospect_table_id}/lines")]
async fn lines(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("prospect_table_id")?;
    let mut after = None;
    for (name, value) in call.query() {
        if name != "after" {
            return Err(unknown(&name).into());
        }
        let wrong = || asked::bad(INVALID_FORMAT.parameter("after").with("expected", "a UUID"));
        after = Some(value.parse::<Uuid>().map_err(|_| wrong())?.into());
    }
    let read =
        async |tx: &mut Tx, ctx: &Ctx| prospect_tables::lines(tx, ctx, id.into(), after).await;
    Ok(HttpResponse::Ok().json(ProspectLines { data: call.read(read).await? }))
}

/// Check a contact status table
///
/// Which leads are missing on it: those that were open when the month began, without which no review
/// passes, and those that came since.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_check",
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid)),
    responses((status = 200, description = "What is missing.", body = ProspectTableCheck)))]
#[get("/v1/prospect-tables/{prospect_table_id}/check")]
async fn check(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("prospect_table_id")?;
    let read = async |tx: &mut Tx, ctx: &Ctx| prospect_tables::check(tx, ctx, id.into()).await;
    Ok(HttpResponse::Ok().json(call.read(read).await?))
}

/// Register leads on a contact status table
///
/// Those that you name, or all that are missing. Only whoever fills it in can.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_add", request_body = AddProspects,
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid)),
    responses((status = 200, description = "The table now.", body = ProspectTable),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/prospect-tables/{prospect_table_id}/add")]
async fn add(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("prospect_table_id")?, body.read::<AddProspects>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(prospect_tables::add(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Hand in a contact status table
///
/// Only whoever fills it in can.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_submit",
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid)),
    responses((status = 200, description = "The table now.", body = ProspectTable),
        (status = 409, description = "Its state does not allow it.", body = ProblemBody)))]
#[post("/v1/prospect-tables/{prospect_table_id}/submit")]
async fn submit(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("prospect_table_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(prospect_tables::submit(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

/// Review a contact status table
///
/// Passed, or returned to the consultant. Whoever fills it in cannot, and none passes as long as a lead is
/// missing that was open when the month began.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_review",
    request_body = ReviewProspectTable,
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid)),
    responses((status = 200, description = "The table now.", body = ProspectTable),
        (status = 409, description = "Leads are missing, or its state does not allow it.", body = ProblemBody)))]
#[post("/v1/prospect-tables/{prospect_table_id}/review")]
async fn review(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("prospect_table_id")?, body.read::<ReviewProspectTable>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(prospect_tables::review(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Close a contact status table
///
/// When the month is over and the review is passed. What its leads came to by the end of the month is
/// written down; nothing of it changes any more.
#[utoipa::path(tag = "prospect-tables", operation_id = "prospect_tables_close",
    params(("prospect_table_id" = String, Path, description = "The id of the table.", format = Uuid)),
    responses((status = 200, description = "The table now.", body = ProspectTable),
        (status = 409, description = "The month is not over, or its state does not allow it.", body = ProblemBody)))]
#[post("/v1/prospect-tables/{prospect_table_id}/close")]
async fn close(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("prospect_table_id")?;
    let work =
        async |tx: &mut Tx, ctx: &Ctx| done(prospect_tables::close(tx, ctx, id.into()).await);
    Ok(call.write(None, work).await?)
}

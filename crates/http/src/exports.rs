//! Exports, beyond the shared endpoints: asking for one, and its file.

use crate::{
    body::Body,
    call::{Call, OpenCall},
    download::Download,
    problem::ApiError,
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_bulk::{
    exports::{self, EXPORT, ExportInput},
    jobs::Job,
};
use guanxi_kernel::{Action, Ctx};
use guanxi_storage::Tx;
use guanxi_tabular::Format;

pub(crate) fn routes(config: &mut Routes) {
    config.service(create).service(file);
}

/// Export a list
///
/// A job writes the records of a list into a file: exactly those that the list shows you when the job
/// runs, as they are at one instant, and that you may export. Exporting is a right of its own (`export` on the resource) beside
/// reading; a role with the action `any` has it too. The events of the export say who asked for which
/// records and how many they were.
///
/// The job's `subject_id` is the export. When it has succeeded, its result has the number of `rows`
/// and where the `file` is, which is kept for seven days. Every format can be imported again.
#[utoipa::path(tag = "exports", operation_id = "exports_create",
    request_body = ExportInput,
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/exports")]
async fn create(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    // Who may not make one is not told what is wrong with it.
    call.ctx.require(EXPORT.plural, Action::Create)?;
    let input: ExportInput = body.read()?;
    let started = async |tx: &mut Tx, ctx: &Ctx| {
        exports::start(tx, ctx, input.clone()).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), started).await?)
}

/// Download the file of an export
///
/// For whoever asked for it, and for whoever may read all exports, as long as they may export that
/// list. One `Range` is answered with that part, so a download that was cut off can go on.
#[utoipa::path(tag = "exports", operation_id = "exports_file",
    params(("export_id" = String, Path, description = "The id of the export.", format = Uuid)),
    responses(
        (status = 200, description = "The file.", content(
            (String = "text/csv"), (String = "application/x-ndjson"),
            (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 206, description = "The part of the file that was asked for."),
        (status = 304, description = "You have it already."),
        (status = 409, description = "Its job is not done."),
        (status = 410, description = "It was removed.")))]
#[get("/v1/exports/{export_id}/file")]
async fn file(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    let id = call.id("export_id")?;
    let found = call.read(async |tx, ctx| exports::file(tx, ctx, id.into()).await).await?;
    let (export, file) = found;
    let download = Download {
        file,
        name: &export.file_name,
        content_type: match export.input.format {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Ndjson => "application/x-ndjson",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        },
        size: export.size_bytes.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        sha256: export.sha256.as_deref().unwrap_or_default(),
    };
    Ok(download.answer(&call).await?)
}

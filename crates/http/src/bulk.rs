//! Uploads, imports and jobs, beyond the shared endpoints.

use crate::{
    body::Body,
    call::{Call, JSON, OpenCall},
    problem::ApiError,
    resources::{ListBody, bad},
    respond::Done,
    routing::Routes,
    upload::{Arrived, receive, reopen},
};
use actix_web::{
    HttpResponse, get,
    http::header,
    post,
    web::{Bytes, Payload},
};
use futures_util::stream;
use guanxi_bulk::{
    imports::{self, IMPORT, Import, ImportPreview, Upload},
    jobs::{self, Finding, Job, JobId},
    undo,
};
use guanxi_kernel::{
    Action, Ctx, Result,
    problem::{INTERNAL, REQUIRED, TOO_LONG},
};
use guanxi_storage::{
    Tx, cursor, custom,
    error::{BAD_PARAMETER, UNKNOWN_PARAMETER},
    list,
};
use guanxi_tabular::{Column, Format, WriteOptions, Writer, people};
use serde::Serialize;
use serde_json::{Value as Json, json};
use utoipa::ToSchema;

/// Findings that one statement reads, and one piece of a file holds.
const FINDINGS: i64 = 1_000;
const CSV: &str = "text/csv";
/// Bytes of a file of cards, or of a mail, at most.
const PEOPLE: u64 = 4 << 20;

pub(crate) fn routes(config: &mut Routes) {
    config.service(upload).service(preview).service(commit).service(check);
    config.service(cancel).service(take_back).service(findings);
}

/// Upload a file to import
///
/// The body is the file: CSV (UTF-8, UTF-16 or GB18030; comma, semicolon, tab or pipe), XLSX or
/// NDJSON, up to 50 MiB, or a file of vCards or a mail in UTF-8, up to 4 MiB; its format is told from its content. A card
/// is a row of whom it is of, and a mail one of whoever has sent it: `kind`, `name`, `company_name`, `job_title`,
/// `phones`, `emails` and `note`; these rows are kept as the file. Answers with an import: how the table
/// lies in the file, its first rows, and the mapping that the names of the columns suggest. Change
/// the mapping by a merge patch, try it with `check`, then `commit` it.
#[utoipa::path(tag = "imports", operation_id = "imports_create",
    params(("resource" = String, Query, description = "What the rows are, e.g. `parties`."),
        ("file_name" = Option<String>, Query, description = "The name of the file.", max_length = 255)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "The import.", body = Import)))]
#[post("/v1/imports")]
async fn upload(call: Call, payload: Payload) -> Result<HttpResponse, ApiError> {
    call.ctx.require(IMPORT.plural, Action::Create)?;
    let (resource, file_name) = asked(&call)?;
    let mut arrived = receive(&call.state, payload, call.state.options.upload_bytes).await?;
    let digest = Body(json!({ "sha256": arrived.sha256 }));
    let ctx = call.ctx.clone();
    let custom = call.read(async |tx, _| custom::definitions(tx).await).await?;
    let examined = tokio::task::spawn_blocking(move || {
        tell_people(&mut arrived)?;
        let import = Upload {
            resource: &resource,
            file_name: &file_name,
            path: arrived.file.path(),
            size: arrived.size,
            sha256: &arrived.sha256,
            custom: &custom,
        }
        .examine(&ctx);
        import.map(|import| (import, arrived))
    });
    let (import, arrived) = examined.await.map_err(|error| INTERNAL.problem().because(error))??;
    let (files, tenant, id) = (call.state.worker.files(), call.ctx.tenant, import.meta.id.uuid());
    files.keep(tenant, id, reopen(&arrived.file)?).await?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = imports::create(tx, ctx, import.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    let answer = call.write(Some(&digest), made).await;
    let ours = answer.as_ref().is_ok_and(|answer| {
        let location = answer.headers().get(header::LOCATION).and_then(|value| value.to_str().ok());
        !call.prefer.dry_run && location.is_some_and(|location| location.ends_with(&id.to_string()))
    });
    if !ours {
        files.forget(tenant, id).await;
    }
    Ok(answer?)
}

/// Cards and a mail are a table of people from now on.
fn tell_people(arrived: &mut Arrived) -> Result<()> {
    if arrived.size > PEOPLE {
        return Ok(());
    }
    match people::as_rows(&arrived.content()?) {
        Some(rows) => arrived.replace(&rows),
        None => Ok(()),
    }
}

fn asked(call: &Call) -> Result<(String, String)> {
    let (mut resource, mut file_name) = (None, "upload".to_owned());
    for (name, value) in call.query() {
        match name.as_str() {
            "resource" => resource = Some(value),
            "file_name" if value.chars().count() > 255 || value.contains('\0') => {
                return Err(bad(TOO_LONG.parameter(name).with("expected", "255 characters")));
            }
            "file_name" => file_name = value,
            _ => return Err(UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))),
        }
    }
    let missing = || BAD_PARAMETER.problem().and(REQUIRED.parameter("resource"));
    Ok((resource.ok_or_else(missing)?, file_name))
}

/// Preview what an import cleans
///
/// The first 20 rows as a commit would keep them: phone numbers in E.164, names and addresses settled, values read by
/// the mapping; with the records that each of them may be already, and what is wrong with it. Nothing is written.
#[utoipa::path(tag = "imports", operation_id = "imports_preview",
    params(("import_id" = String, Path, description = "The id of the import.", format = Uuid)),
    responses((status = 200, description = "The rows.", body = ImportPreview)))]
#[post("/v1/imports/{import_id}/preview")]
async fn preview(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("import_id")?;
    let ctx = &call.ctx;
    let cleaned = call
        .state
        .db
        .rehearse(ctx.tenant, async |tx: &mut Tx| imports::preview(tx, ctx, id.into()).await);
    Ok(HttpResponse::Ok().json(cleaned.await?))
}

/// Commit an import
///
/// A job makes and changes records of the rows, in your name and with your rights. `read` is the sum
/// of `created`, `updated`, `skipped` and `failed` in its result; what failed is listed by its
/// problems. A row may name a record that a row before it makes, such as a parent, and none of a row behind it.
/// It goes on where it was if a server stops, and it can be undone.
#[utoipa::path(tag = "imports", operation_id = "imports_commit",
    params(("import_id" = String, Path, description = "The id of the import.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/imports/{import_id}/commit")]
async fn commit(call: Call) -> Result<HttpResponse, ApiError> {
    start(call, false).await
}

/// Try an import
///
/// A job goes over all rows as `commit` would and writes nothing: its result says what would be, its
/// problems what is wrong in which row. Rows meet those before them in the file by the fields to match on, a
/// code, a number, a name or a name in another system; what a search for duplicates would find among rows far
/// from each other, without any of these, is told by the commit alone.
#[utoipa::path(tag = "imports", operation_id = "imports_check",
    params(("import_id" = String, Path, description = "The id of the import.", format = Uuid)),
    responses((status = 202, description = "The job.", body = Job)))]
#[post("/v1/imports/{import_id}/check")]
async fn check(call: Call) -> Result<HttpResponse, ApiError> {
    start(call, true).await
}

async fn start(call: Call, dry: bool) -> Result<HttpResponse, ApiError> {
    let id = call.id("import_id")?;
    let started = async |tx: &mut Tx, ctx: &Ctx| {
        imports::start(tx, ctx, id.into(), dry).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(None, started).await?)
}

/// Cancel a job
///
/// What it has committed stays, and can be undone.
#[utoipa::path(tag = "jobs", operation_id = "jobs_cancel",
    params(("job_id" = String, Path, description = "The id of the job.", format = Uuid)),
    responses((status = 200, description = "The job now.", body = Job)))]
#[post("/v1/jobs/{job_id}/cancel")]
async fn cancel(call: Call) -> Result<HttpResponse, ApiError> {
    let id = JobId::from(call.id("job_id")?);
    let cancelled = async |tx: &mut Tx, ctx: &Ctx| {
        jobs::cancel(tx, ctx, id).await.map(|job| Done::record(&job))
    };
    Ok(call.write(None, cancelled).await?)
}

/// Undo what a job has written
///
/// Another job deletes what was made and gives back the values that were changed, the last change
/// first. Records that were changed since are left as they are; its problems list them.
#[utoipa::path(tag = "jobs", operation_id = "jobs_undo",
    params(("job_id" = String, Path, description = "The id of the job.", format = Uuid)),
    responses((status = 202, description = "The job that undoes.", body = Job)))]
#[post("/v1/jobs/{job_id}/undo")]
async fn take_back(call: Call) -> Result<HttpResponse, ApiError> {
    let id = JobId::from(call.id("job_id")?);
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        undo::undo(tx, ctx, id).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(None, asked).await?)
}

/// What a job could not do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JobProblemList)]
struct Findings {
    /// In the order of the rows.
    data: Vec<Finding>,
    /// Whether another page follows.
    has_more: bool,
    /// Continues behind this page.
    #[schema(required)]
    next_cursor: Option<String>,
}

/// List what a job could not do
///
/// Row by row. With `Accept: text/csv` a file of all of them, which is sent while it is read: without its
/// end it is cut off, and is to be asked for again.
#[utoipa::path(tag = "jobs", operation_id = "jobs_problems",
    params(("job_id" = String, Path, description = "The id of the job.", format = Uuid),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before.")),
    responses((status = 200, description = "What could not be done.", content(
        (Findings = "application/json"), (String = "text/csv")))))]
#[get("/v1/jobs/{job_id}/problems")]
async fn findings(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    let id = JobId::from(call.id("job_id")?);
    if call.accepts(&[JSON, CSV])? == CSV {
        let name = format!("attachment; filename=\"problems-{id}.csv\"");
        // What is wrong with the request is answered before the file begins.
        let first =
            call.read(async |tx, ctx| jobs::findings(tx, ctx, id, i64::MIN, FINDINGS).await);
        let first = Some(first.await?);
        let file = FindingsFile { call, id, after: i64::MIN, first };
        return Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, name))
            .streaming(stream::try_unfold(file, FindingsFile::next)));
    }
    let fingerprint =
        cursor::fingerprint(&["findings", &call.ctx.tenant.to_string(), &id.to_string()]);
    let (mut limit, mut after) = (list::DEFAULT_LIMIT, i64::MIN);
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => limit = list::limit(&value).map_err(bad)?,
            "cursor" => after = cursor::open(&call.ctx.settings.seal, &fingerprint, &value)?,
            _ => {
                let unknown = UNKNOWN_PARAMETER.parameter(name);
                return Err(UNKNOWN_PARAMETER.problem().and(unknown).into());
            }
        }
    }
    let most = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let mut data =
        call.read(async |tx, ctx| jobs::findings(tx, ctx, id, after, most).await).await?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = data.len() > limit;
    data.truncate(limit);
    let last = data.last().filter(|_| more).map(|finding| finding.row);
    let next = last.map(|row| cursor::seal(&call.ctx.settings.seal, &fingerprint, &row));
    Ok(HttpResponse::Ok().json(ListBody::new(data, next)))
}

/// The file of what a job could not do, on its way.
struct FindingsFile {
    call: Call,
    id: JobId,
    /// Behind which row it goes on.
    after: i64,
    /// The first findings, which were looked at before the file began.
    first: Option<Vec<Finding>>,
}

impl FindingsFile {
    /// The next piece; the first one has the header, and none follows the last finding.
    async fn next(mut self) -> Result<Option<(Bytes, Self)>> {
        let (some, header) = match self.first.take() {
            Some(first) => (first, true),
            None => {
                let (id, after) = (self.id, self.after);
                let some = async |tx: &mut Tx, ctx: &Ctx| {
                    jobs::findings(tx, ctx, id, after, FINDINGS).await
                };
                (self.call.read(some).await?, false)
            }
        };
        if some.is_empty() && !header {
            return Ok(None);
        }
        self.after = some.last().map_or(i64::MAX, |last| last.row);
        let mut piece = lines_of(&some)?;
        if !header {
            piece.drain(..lines_of(&[])?.len());
        }
        Ok(Some((piece.into(), self)))
    }
}

/// Findings as lines of CSV below a header.
fn lines_of(found: &[Finding]) -> Result<Vec<u8>> {
    let columns = ["row", "record_id", "code", "detail", "places"]
        .map(|name| Column { name: name.to_owned(), label: name.to_owned() });
    let options = WriteOptions::default();
    let mut writer = Writer::new(Format::Csv, Vec::new(), &columns, &options)?;
    for finding in found {
        let problem = &finding.problem;
        let text = |error: &Json, name: &str| error[name].as_str().unwrap_or("").to_owned();
        let errors = problem["errors"].as_array().into_iter().flatten();
        let places: Vec<String> =
            errors.map(|e| format!("{}: {}", text(e, "pointer"), text(e, "code"))).collect();
        let row = [
            json!(finding.row),
            json!(finding.record_id),
            problem["code"].clone(),
            problem["detail"].clone(),
            json!(places),
        ];
        writer.write(&row)?;
    }
    writer.finish()
}

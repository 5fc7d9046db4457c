//! Attachments: everything about them goes by the rights of the record they belong to, so nothing
//! here is a shared endpoint.

use crate::{
    app::State,
    body::Body,
    call::{Call, OpenCall},
    download::Download,
    parameters::{missing, unknown},
    problem::ApiError,
    resources::{ListBody, bad, id, instant},
    respond::Done,
    routing::Routes,
    upload::{Arrived, receive, reopen},
};
use actix_web::{HttpResponse, delete, get, http::header, post, web::Payload};
use guanxi_bulk::{
    attachments::{self, ATTACHMENT, Attachment, AttachmentId, AttachmentInput, New},
    problems::FILE_TYPE_REFUSED,
};
use guanxi_kernel::{
    Ctx, Line, Result,
    problem::{INVALID_CHARACTERS, TOO_LONG, UNKNOWN_VALUE},
};
use guanxi_storage::{Tx, custom::Fields, list::ListQuery};
use serde_json::json;
use uuid::Uuid;

/// The parameters of the list; what is attached to one record needs no others.
const PARAMETERS: [&str; 6] =
    ["parent_type", "parent_id", "as_of", "include_deleted", "limit", "cursor"];

pub(crate) fn routes(config: &mut Routes) {
    config.service(create).service(list).service(get_one).service(content);
    config.service(remove).service(restore);
}

/// Attach a file to a record
///
/// The body is the file, up to 25 MiB unless the operator says otherwise. It is taken if the end of
/// its name is on a list (documents of Office, WPS and OpenDocument, PDF and OFD, images, recordings,
/// plain text) and its first bytes say the same. Of a name with folders the last part counts.
///
/// Who may read the record may read what is attached to it, who may change the record may attach and
/// delete. Its timeline shows both, and the change feed and webhooks tell of them.
#[utoipa::path(tag = "attachments", operation_id = "attachments_create",
    params(("parent_type" = String, Query, description = "The kind of record, e.g. `party`."),
        ("parent_id" = Uuid, Query, description = "The record."),
        ("name" = String, Query, description = "The name of the file.", max_length = 200)),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file."),
    responses((status = 201, description = "The attachment.", body = Attachment)))]
#[post("/v1/attachments")]
async fn create(call: Call, payload: Payload) -> Result<HttpResponse, ApiError> {
    attachments::require_any(&call.ctx)?;
    let input = asked(&call)?;
    // Before all of a file has come for nothing.
    call.read(async |tx, ctx| attachments::may_add(tx, ctx, &input).await).await?;
    let arrived = receive(&call.state, payload, call.state.options.attachment_bytes).await?;
    let kind = attachments::recognise(&input.name, &arrived.head)
        .ok_or_else(|| FILE_TYPE_REFUSED.with("expected", attachments::extensions()))?;
    let new_id = AttachmentId::new(call.ctx.now).uuid();
    let answer = keep(&call, new_id, input, kind.media_type, arrived).await;
    let location = |answer: &HttpResponse| {
        let location = answer.headers().get(header::LOCATION)?.to_str().ok()?;
        Some(location.ends_with(&new_id.to_string()))
    };
    let ours = answer.as_ref().ok().and_then(location).unwrap_or_default();
    if !ours || call.prefer.dry_run {
        let State { db, worker, .. } = &**call.state;
        attachments::give_up(db, worker.files(), call.ctx.tenant, new_id).await?;
    }
    Ok(answer?)
}

/// Keeps the file, then makes its record.
async fn keep(
    call: &Call,
    new_id: Uuid,
    input: AttachmentInput,
    content_type: &'static str,
    arrived: Arrived,
) -> Result<HttpResponse> {
    let (state, tenant) = (&call.state, call.ctx.tenant);
    attachments::announce(&state.db, tenant, new_id, call.ctx.now).await?;
    let kept = state.worker.files().keep(tenant, new_id, reopen(&arrived.file)?).await?;
    let digest = Body(json!({ "sha256": kept.sha256 }));
    let new = New { id: new_id, input, content_type, kept };
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = attachments::add(tx, ctx, new.clone()).await?;
        Ok(Done::created(&shown.record, &shown))
    };
    call.write(Some(&digest), made).await
}

/// What is to be attached, and to what.
fn asked(call: &Call) -> Result<AttachmentInput> {
    let (mut parent_type, mut parent_id, mut name) = (None, None, None);
    for (parameter, value) in call.query() {
        match parameter.as_str() {
            "parent_type" => parent_type = Some(line(&parameter, &value)?),
            "parent_id" => parent_id = Some(id(&parameter, &value)?),
            // Some clients send where it lies.
            "name" => {
                let last = value.rsplit(['/', '\\']).next().unwrap_or_default();
                name = Some(line(&parameter, last)?);
            }
            _ => return Err(unknown(&parameter)),
        }
    }
    Ok(AttachmentInput {
        parent_type: parent_type.ok_or_else(|| missing("parent_type"))?,
        parent_id: parent_id.ok_or_else(|| missing("parent_id"))?,
        name: name.ok_or_else(|| missing("name"))?,
    })
}

fn line<const MAX: usize>(parameter: &str, value: &str) -> Result<Line<MAX>> {
    use guanxi_kernel::text::Refused;
    Line::new(value).map_err(|refused| match refused {
        Refused::Empty => missing(parameter),
        Refused::TooLong(most) => {
            let expected = format!("at most {most} characters");
            bad(TOO_LONG.parameter(parameter).with("expected", expected))
        }
        Refused::Character => {
            let expected = "no control characters";
            bad(INVALID_CHARACTERS.parameter(parameter).with("expected", expected))
        }
    })
}

/// List what is attached to a record
///
/// The newest first, for whoever may read the record. With `as_of` what was attached to it at that
/// instant, as it was then: also what was deleted since or has become that of another record, and not
/// what came by a merge later. A page of the past may hold fewer than `limit` and be followed by
/// another.
#[utoipa::path(tag = "attachments", operation_id = "attachments_list",
    params(("parent_type" = String, Query, description = "The kind of record, e.g. `party`."),
        ("parent_id" = Uuid, Query, description = "The record."),
        ("as_of" = Option<chrono::DateTime<chrono::Utc>>, Query, description = "An instant; not with `include_deleted`."),
        ("include_deleted" = Option<bool>, Query, description = "Deleted ones too; needs the right to change the record."),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 200, description = "Items on a page, 50 when absent."),
        ("cursor" = Option<String>, Query, description = "The `next_cursor` of the page before.")),
    responses((status = 200, description = "What is attached.", body = ref("#/components/schemas/AttachmentList"))))]
#[get("/v1/attachments")]
async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    // Who may read nothing is not told what is wrong with the question.
    attachments::require_any(&call.ctx)?;
    let pairs = call.query();
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str())) {
        return Err(unknown(name).into());
    }
    let named = |name: &str| {
        let found = pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    let value = |name: &str| named(name).ok_or_else(|| missing(name));
    let at = named("as_of").map(|at| instant("as_of", at)).transpose()?;
    // A cursor of the past is another one.
    let apart = |name: &str| at.is_some() && ["as_of", "cursor"].contains(&name);
    let plain: Vec<(String, String)> =
        pairs.iter().filter(|(name, _)| !apart(name)).cloned().collect();
    let query = ListQuery::parse(&ATTACHMENT, &call.ctx, &Fields::default(), &plain)?;
    let of = AttachmentInput {
        parent_type: line("parent_type", value("parent_type")?)?,
        parent_id: id("parent_id", value("parent_id")?)?,
        name: line("name", "any")?,
    };
    if let Some(at) = at {
        if query.include_deleted {
            let finding = UNKNOWN_VALUE.parameter("include_deleted");
            return Err(bad(finding.with("expected", "no as_of beside it")).into());
        }
        let page = (usize::try_from(query.limit).unwrap_or(usize::MAX), named("cursor"));
        let then =
            async |tx: &mut Tx, ctx: &Ctx| attachments::list_as_of(tx, ctx, &of, at, page).await;
        let (data, next) = call.read(then).await?;
        return Ok(HttpResponse::Ok().json(ListBody::new(data, next)));
    }
    let page = call.read(async |tx, ctx| attachments::list(tx, ctx, &of, &query).await).await?;
    Ok(HttpResponse::Ok().json(ListBody::new(page.data, page.next)))
}

/// Get an attachment
///
/// What is known of the file; its content is behind `content`.
#[utoipa::path(tag = "attachments", operation_id = "attachments_get",
    params(("attachment_id" = String, Path, description = "The id of the attachment.", format = Uuid)),
    responses((status = 200, description = "The attachment.", body = Attachment)))]
#[get("/v1/attachments/{attachment_id}")]
async fn get_one(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("attachment_id")?;
    let shown = call.read(async |tx, ctx| attachments::get(tx, ctx, id).await).await?;
    Ok(call.version(shown.record.meta.version, &shown))
}

/// Download an attachment
///
/// To be saved, never shown. Its `ETag` is its digest; one `Range` is answered with that part.
#[utoipa::path(tag = "attachments", operation_id = "attachments_content",
    params(("attachment_id" = String, Path, description = "The id of the attachment.", format = Uuid)),
    responses(
        (status = 200, description = "The file.", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part of the file that was asked for."),
        (status = 304, description = "You have it already."),
        (status = 410, description = "The file is lost.")))]
#[get("/v1/attachments/{attachment_id}/content")]
async fn content(call: OpenCall) -> Result<HttpResponse, ApiError> {
    let OpenCall(call) = call;
    let id = call.id("attachment_id")?;
    let found = call.read(async |tx, ctx| attachments::get(tx, ctx, id).await).await?.record;
    let download = Download {
        file: id,
        name: &found.input.name,
        content_type: &found.content_type,
        size: u64::try_from(found.size_bytes).unwrap_or(0),
        sha256: &found.sha256,
    };
    Ok(download.answer(&call).await?)
}

/// Delete an attachment
///
/// It can be restored. Needs the right to change the record.
#[utoipa::path(tag = "attachments", operation_id = "attachments_delete",
    params(("attachment_id" = String, Path, description = "The id of the attachment.", format = Uuid)),
    responses((status = 204, description = "Deleted.")))]
#[delete("/v1/attachments/{attachment_id}")]
async fn remove(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("attachment_id")?;
    call.require_if_match()?;
    let deleted = async |tx: &mut Tx, ctx: &Ctx| {
        attachments::delete(tx, ctx, id).await.map(|()| Done::nothing())
    };
    Ok(call.write(None, deleted).await?)
}

/// Restore a deleted attachment
///
/// Needs the right to change the record.
#[utoipa::path(tag = "attachments", operation_id = "attachments_restore",
    params(("attachment_id" = String, Path, description = "The id of the attachment.", format = Uuid)),
    responses((status = 200, description = "The attachment.", body = Attachment)))]
#[post("/v1/attachments/{attachment_id}/restore")]
async fn restore(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("attachment_id")?;
    let restored = async |tx: &mut Tx, ctx: &Ctx| {
        attachments::restore(tx, ctx, id).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, restored).await?)
}

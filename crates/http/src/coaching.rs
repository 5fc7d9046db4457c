//! Notes of managers about activities.

use crate::{body::Body, call::Call, problem::ApiError, respond::Done, routing::Routes};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::coaching::{self, AcknowledgeNote, CoachingNote, WriteNote};
use guanxi_kernel::Ctx;
use guanxi_storage::Tx;
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) fn routes(config: &mut Routes) {
    config.service(list).service(write).service(acknowledge).service(waiting);
}

/// Notes of managers.
#[derive(Debug, Serialize, ToSchema)]
struct CoachingNotes {
    /// The notes.
    data: Vec<CoachingNote>,
}

/// List the coaching notes about an activity
///
/// The newest first, 200 at most. They are seen by whose activity it is and by those who stand above
/// them in the organisation; for anybody else there are none (`not_found`), whatever their rights.
#[utoipa::path(tag = "activities", operation_id = "coaching_notes_list",
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 200, description = "The notes.", body = CoachingNotes)))]
#[get("/v1/activities/{activity_id}/coaching-notes")]
async fn list(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("activity_id")?;
    let data = call.read(async |tx, ctx| coaching::list(tx, ctx, id.into()).await).await?;
    Ok(HttpResponse::Ok().json(CoachingNotes { data }))
}

/// Write a coaching note about an activity
///
/// Only those can who stand above whose activity it is: who manages their unit, or one above it.
#[utoipa::path(tag = "activities", operation_id = "coaching_notes_create", request_body = WriteNote,
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid)),
    responses((status = 201, description = "The note.", body = CoachingNote)))]
#[post("/v1/activities/{activity_id}/coaching-notes")]
async fn write(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("activity_id")?, body.read::<WriteNote>()?);
    let written = async |tx: &mut Tx, ctx: &Ctx| {
        coaching::write(tx, ctx, id.into(), wish.clone()).await.map(|note| Done::added(&note))
    };
    Ok(call.write(Some(&body), written).await?)
}

/// Acknowledge a coaching note
///
/// By the one who is spoken to, once, with an answer if there is one.
#[utoipa::path(tag = "activities", operation_id = "coaching_notes_acknowledge", request_body = AcknowledgeNote,
    params(("activity_id" = String, Path, description = "The id of the activity.", format = Uuid),
        ("coaching_note_id" = String, Path, description = "The id of the note.", format = Uuid)),
    responses((status = 200, description = "The note now.", body = CoachingNote)))]
#[post("/v1/activities/{activity_id}/coaching-notes/{coaching_note_id}/acknowledge")]
async fn acknowledge(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (about, id) = (call.id("activity_id")?, call.id("coaching_note_id")?);
    let wish = body.read::<AcknowledgeNote>()?;
    let done = async |tx: &mut Tx, ctx: &Ctx| {
        let note = coaching::acknowledge(tx, ctx, (about.into(), id.into()), wish.clone()).await;
        note.map(|note| Done::ok(&note))
    };
    Ok(call.write(Some(&body), done).await?)
}

/// List the coaching notes that wait for you
///
/// Those to you that you have not acknowledged, the oldest first, 200 at most.
#[utoipa::path(tag = "me", operation_id = "me_coaching_notes",
    responses((status = 200, description = "The notes.", body = CoachingNotes)))]
#[get("/v1/me/coaching-notes")]
async fn waiting(call: Call) -> Result<HttpResponse, ApiError> {
    let data = call.read(coaching::waiting).await?;
    Ok(HttpResponse::Ok().json(CoachingNotes { data }))
}

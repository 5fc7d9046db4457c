//! What touch sources have beyond the shared endpoints, and what providers post.

use crate::{
    body::{Body, SignedBody},
    call::{Call, Visitor},
    envelope,
    parameters::unknown,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpRequest, HttpResponse, post, web::Path};
use guanxi_kernel::{Action, Ctx};
use guanxi_marketing::touch_sources::{
    self, ProviderEventsTaken, Signed, TakeProviderEvents, TouchSource, TouchSourceInput,
    TouchSourceWithSecret,
};
use guanxi_storage::{Tx, resource};

pub(super) fn routes(config: &mut Routes) {
    config.service(create).service(rotate_secret).service(take);
}

/// Create a touch source
///
/// A mail service or gateway that tells by itself what has become of what it sent, by `POST /v1/touch-events/{key}`.
/// The answer holds the secret that it signs with, this once; a retry with the same `Idempotency-Key` is answered
/// without it. API keys cannot make or change touch sources.
#[utoipa::path(tag = "touch-sources", operation_id = "touch_sources_create", request_body = TouchSourceInput,
    responses((status = 201, description = "Made.", body = TouchSourceWithSecret)))]
#[post("/v1/touch-sources")]
async fn create(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<TouchSource>(&call.ctx, Action::Create)?;
    let input: TouchSourceInput = body.read()?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let made = touch_sources::create(tx, ctx, input.clone()).await?;
        Ok(Done::created(&made.source.record, &made.source).once(&made))
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Replace a touch source's secret
///
/// The answer holds the new secret, this once. For 24 hours what is signed with the one before is taken too, so that
/// the provider can change over in its own time.
#[utoipa::path(tag = "touch-sources", operation_id = "touch_sources_rotate_secret",
    params(("touch_source_id" = String, Path, description = "The id of the touch source.", format = Uuid)),
    responses((status = 200, description = "The new secret.", body = TouchSourceWithSecret)))]
#[post("/v1/touch-sources/{touch_source_id}/rotate-secret")]
async fn rotate_secret(call: Call) -> Result<HttpResponse, ApiError> {
    resource::require::<TouchSource>(&call.ctx, Action::Update)?;
    let id = call.id("touch_source_id")?;
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        let rotated = touch_sources::rotate_secret(tx, ctx, id.into()).await?;
        Ok(Done::record(&rotated.source).once(&rotated))
    };
    Ok(call.write(None, work).await?)
}

/// Post events of a touch source
///
/// Up to 500 events, signed by Standard Webhooks 1.0.0 with the secret of the source: HMAC-SHA256 of
/// `id.timestamp.body`, not more than five minutes old. Each event counts once by its `event_id`, in any order. It is
/// of the delivery that its `Message-ID` names, else of the last one to its address before it happened; of somebody to
/// whom the program has sent nothing it is taken under its source code, without a name. What cannot be taken is told,
/// and stands in no other's way. Bounces and complaints beyond the limits of a message pause it.
#[utoipa::path(tag = "touch-sources", operation_id = "touch_events_take", request_body = TakeProviderEvents,
    params(("key" = String, Path, description = "The key of the source, its `event_key`."),
        ("webhook-id" = String, Header, description = "Names what is posted; it holds no full stop."),
        ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds since 1970."),
        ("webhook-signature" = String, Header, description = "`v1,` and the signature in base64; several with a space between them.")),
    responses((status = 200, description = "What came of it.", body = ProviderEventsTaken),
        (status = 401, description = "The signature is not right, or not of now.", body = ProblemBody),
        (status = 409, description = "The secret of the source cannot be read.", body = ProblemBody),
        (status = 422, description = "An event is not one.", body = ProblemBody),
        (status = 429, description = "The source tells too much in this minute.", body = ProblemBody)))]
#[post("/v1/touch-events/{key}")]
async fn take(
    call: Visitor,
    key: Path<String>,
    body: SignedBody,
) -> Result<HttpResponse, ApiError> {
    let (state, request) = (&call.state, &*call.request);
    let signed = Signed {
        id: header(request, "webhook-id"),
        timestamp: header(request, "webhook-timestamp"),
        signature: header(request, "webhook-signature"),
        body: &body.0,
    };
    let (now, id) = (state.clock.now(), envelope::request_id_of(request));
    let telling = touch_sources::enter(&state.db, &key, signed, now, id).await?;
    if let Some(name) = request.query_string().split(['=', '&']).find(|part| !part.is_empty()) {
        return Err(unknown(name).into());
    }
    let wish: TakeProviderEvents = body.parse()?.read()?;
    let taken = touch_sources::take(&state.db, &telling, &wish).await?;
    Ok(HttpResponse::Ok().json(taken))
}

/// A header; one that is not there or cannot be read is signed by nobody.
fn header<'r>(request: &'r HttpRequest, name: &str) -> &'r str {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

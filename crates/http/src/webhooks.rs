//! What webhook endpoints and deliveries have beyond the shared endpoints.

use crate::{body::Body, call::Call, problem::ApiError, respond::Done, routing::Routes};
use actix_web::{HttpResponse, patch, post};
use guanxi_kernel::{Action, Ctx, Result, actor::forbidden};
use guanxi_storage::{Tx, events::chain, resource};
use guanxi_webhooks::{
    DELIVERY, WebhookDelivery, WebhookEndpoint,
    deliveries::{self, Replay, Replayed},
    endpoints::{self, WebhookEndpointInput, WithSecret},
    send::TestResult,
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(create).service(update).service(rotate_secret);
    config.service(pause).service(resume).service(test).service(replay).service(redeliver);
}

/// Create a webhook endpoint
///
/// A URL that is told what happens, as far as you may read the records it happens to: the endpoint
/// knows what its owner may read at that time, and nothing else. The answer holds the secret, this
/// once; a retry with the same `Idempotency-Key` is answered without it. Needs the right with scope
/// `all`; API keys cannot make or change endpoints.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_create",
    request_body = WebhookEndpointInput,
    responses((status = 201, description = "Made.", body = WithSecret)))]
#[post("/v1/webhook-endpoints")]
async fn create(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require::<WebhookEndpoint>(&call.ctx, Action::Create)?;
    let input: WebhookEndpointInput = body.read()?;
    call.state.webhooks.examine(&body.0).await?;
    let made = async |tx: &mut Tx, ctx: &Ctx| {
        let made = endpoints::create(tx, ctx, input.clone()).await?;
        Ok(Done::created(&made.endpoint.record, &made.endpoint).once(&made))
    };
    Ok(call.write(Some(&body), made).await?)
}

/// Change a webhook endpoint
///
/// Applies a merge patch (RFC 7396): a member that is absent stays as it is, `null` clears it. Where
/// it is led elsewhere or told other things, your rights must contain those of its owner.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_update",
    request_body(content = ref("#/components/schemas/WebhookEndpointPatch")),
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "As it is now.", body = WebhookEndpoint)))]
#[patch("/v1/webhook-endpoints/{webhook_endpoint_id}")]
async fn update(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    call.require_if_match()?;
    resource::require::<WebhookEndpoint>(&call.ctx, Action::Update)?;
    call.state.webhooks.examine(&body.0).await?;
    let changed = async |tx: &mut Tx, ctx: &Ctx| {
        let shown = resource::patch::<WebhookEndpoint>(tx, ctx, id, &body.0).await?;
        Ok(Done::record(&shown))
    };
    Ok(call.write(Some(&body), changed).await?)
}

/// Replace an endpoint's secret
///
/// The answer holds the new secret, this once. For 24 hours every message carries two signatures, one
/// with each secret, so that the receiver can change over in its own time.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_rotate_secret",
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "The new secret.", body = WithSecret)))]
#[post("/v1/webhook-endpoints/{webhook_endpoint_id}/rotate-secret")]
async fn rotate_secret(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    let rotated = async |tx: &mut Tx, ctx: &Ctx| {
        let rotated = endpoints::rotate_secret(tx, ctx, id.into()).await?;
        Ok(Done::record(&rotated.endpoint).once(&rotated))
    };
    Ok(call.write(None, rotated).await?)
}

/// Pause an endpoint
///
/// Nothing is sent; what happens is kept for 30 days and sent when the endpoint is resumed.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_pause",
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "The endpoint now.", body = WebhookEndpoint)))]
#[post("/v1/webhook-endpoints/{webhook_endpoint_id}/pause")]
async fn pause(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    let paused = async |tx: &mut Tx, ctx: &Ctx| {
        endpoints::pause(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, paused).await?)
}

/// Resume an endpoint
///
/// Sends again, to a disabled endpoint too. What happened while it was disabled is not sent by
/// itself; replay it.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_resume",
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "The endpoint now.", body = WebhookEndpoint)))]
#[post("/v1/webhook-endpoints/{webhook_endpoint_id}/resume")]
async fn resume(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    let resumed = async |tx: &mut Tx, ctx: &Ctx| {
        endpoints::resume(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, resumed).await?)
}

/// Send a test message
///
/// Sends a message of type `webhook.test` now, whatever the state of the endpoint, and answers with
/// how it fared. It is made once: not tried again, and not kept among the deliveries.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_test",
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "How it fared.", body = TestResult)))]
#[post("/v1/webhook-endpoints/{webhook_endpoint_id}/test")]
async fn test(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    resource::require::<WebhookEndpoint>(&call.ctx, Action::Update)?;
    let result = call.state.webhooks.test(&call.ctx, id.into()).await?;
    Ok(HttpResponse::Ok().json(result))
}

/// Send a range of events again
///
/// By positions or by times, up to 1,000 events that the endpoint listens to. What was sent before is
/// sent again under its `webhook-id`, so a receiver that remembers ids knows it; what was not, because
/// the endpoint was disabled or not yet there, is sent too. Needs the right to make deliveries.
#[utoipa::path(tag = "webhook-endpoints", operation_id = "webhook_endpoints_replay", request_body = Replay,
    params(("webhook_endpoint_id" = String, Path, description = "The id of the webhook endpoint.", format = Uuid)),
    responses((status = 200, description = "What is on its way.", body = Replayed)))]
#[post("/v1/webhook-endpoints/{webhook_endpoint_id}/replay")]
async fn replay(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_endpoint_id")?;
    resource::require::<WebhookEndpoint>(&call.ctx, Action::Update)?;
    let range: Replay = body.read()?;
    chain::seal(&call.state.db, call.ctx.tenant).await?;
    let replayed = async |tx: &mut Tx, ctx: &Ctx| {
        let webhooks = &call.state.webhooks;
        let replayed = deliveries::replay(webhooks, tx, ctx, id.into(), &range).await?;
        Ok(Done::ok(&replayed))
    };
    Ok(call.write(Some(&body), replayed).await?)
}

/// Send a delivery again
///
/// At once, with the same `webhook-id`, whatever came of it before.
#[utoipa::path(tag = "webhook-deliveries", operation_id = "webhook_deliveries_redeliver",
    params(("webhook_delivery_id" = String, Path, description = "The id of the webhook delivery.", format = Uuid)),
    responses((status = 200, description = "The delivery now.", body = WebhookDelivery)))]
#[post("/v1/webhook-deliveries/{webhook_delivery_id}/redeliver")]
async fn redeliver(call: Call) -> Result<HttpResponse, ApiError> {
    let id = call.id("webhook_delivery_id")?;
    if call.ctx.reach(DELIVERY.plural, Action::Update).is_nothing() {
        return Err(forbidden(DELIVERY.plural, Action::Update).into());
    }
    let again = async |tx: &mut Tx, ctx: &Ctx| {
        deliveries::redeliver(tx, ctx, id.into()).await.map(|shown| Done::record(&shown))
    };
    Ok(call.write(None, again).await?)
}

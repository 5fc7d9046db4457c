//! Sending again what was sent before, and what was not.

use super::{DELIVERY, DeliveryId, DeliveryStatus, WebhookDelivery, store};
use crate::{
    ENDPOINT_DISABLED, REPLAY_TOO_LARGE, Webhooks,
    dispatch::{Listening, Told},
    endpoints::{EndpointId, EndpointStatus, WebhookEndpoint, store::Listener},
    readers::Readers,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, problem::REQUIRED};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use utoipa::ToSchema;
use validator::Validate;

/// Events that one replay sends again at most.
const MOST: i64 = 1_000;

/// Which events are to be sent again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The first position.
    #[serde(default)]
    #[validate(range(min = 1))]
    #[schema(minimum = 1)]
    pub from_position: Option<i64>,
    /// The last position; the last event of all when absent.
    #[serde(default)]
    #[validate(range(min = 1))]
    #[schema(minimum = 1)]
    pub to_position: Option<i64>,
    /// Only what happened at or after.
    #[serde(default)]
    pub occurred_after: Option<DateTime<Utc>>,
    /// Only what happened before.
    #[serde(default)]
    pub occurred_before: Option<DateTime<Utc>>,
}

/// What a replay has come to.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookReplayed)]
pub struct Replayed {
    /// Deliveries that are on their way now.
    pub deliveries: i64,
}

/// Sends a delivery again, at once, with the same `webhook-id`.
///
/// # Errors
/// `webhook_endpoint_disabled`, `not_found`, `forbidden`.
pub async fn redeliver(tx: &mut Tx, ctx: &Ctx, id: DeliveryId) -> Result<Shown<WebhookDelivery>> {
    let found: WebhookDelivery = resource::load(tx, ctx, id.uuid()).await?;
    if store::is_disabled(tx, found.input.endpoint_id).await? {
        return Err(ENDPOINT_DISABLED.problem());
    }
    let now = ctx.now;
    resource::change(tx, ctx, id.uuid(), "redelivered", |delivery: &mut WebhookDelivery| {
        delivery.outcome.status = DeliveryStatus::Pending;
        delivery.outcome.next_attempt_at = Some(now);
        delivery.queue.tries = 0;
        (delivery.queue.lease, delivery.queue.leased_until) = (None, None);
        Ok(())
    })
    .await
}

/// Sends the events of a range to the endpoint, as far as it listens to them: those that were sent
/// before once more, under their `webhook-id`, and those that were not.
///
/// # Errors
/// `webhook_endpoint_disabled`, `webhook_replay_too_large`, `not_found`; `forbidden` without the
/// right to make deliveries.
pub async fn replay(
    webhooks: &Webhooks,
    tx: &mut Tx,
    ctx: &Ctx,
    id: EndpointId,
    range: &Replay,
) -> Result<Replayed> {
    ctx.require(DELIVERY.plural, Action::Create)?;
    if range.from_position.is_none() && range.occurred_after.is_none() {
        return Err(REQUIRED.at("/from_position"));
    }
    let endpoint: WebhookEndpoint = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &crate::ENDPOINT, Action::Update, id.uuid()).await? {
        return Err(guanxi_kernel::actor::forbidden(crate::ENDPOINT.plural, Action::Update));
    }
    if endpoint.state.status == EndpointStatus::Disabled {
        return Err(ENDPOINT_DISABLED.problem());
    }
    let events: Vec<Told> = store::events(tx, range, &endpoint.input.event_types, MOST + 1).await?;
    if i64::try_from(events.len()).unwrap_or(i64::MAX) > MOST {
        return Err(REPLAY_TOO_LARGE.with("limit", MOST));
    }
    let listener = Listener {
        id,
        owner_id: endpoint.state.owner_id,
        event_types: Json(endpoint.input.event_types),
        payload: endpoint.input.payload,
        made_at: Some(0),
    };
    let mut readers = Readers::new(tx, ctx.now).await?;
    let listening = Listening { webhooks, listeners: std::slice::from_ref(&listener) };
    let made = listening.hear(tx, &mut readers, &events).await?;
    let mut deliveries = 0;
    for delivery in made {
        store::send_again(tx, &delivery).await?;
        deliveries += 1;
    }
    Ok(Replayed { deliveries })
}

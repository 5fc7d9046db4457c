//! Making endpoints, replacing their secrets, stopping and starting them.

use super::{
    DisabledReason, ENDPOINT, EndpointId, EndpointState, EndpointStatus, PausedReason, Sealed,
    WebhookEndpoint, WebhookEndpointInput, WithSecret,
};
use crate::{ENDPOINT_DISABLED, deliveries};
use guanxi_identity::rights;
use guanxi_kernel::{Action, Ctx, Problem, Result, actor::forbidden, problem::INTERNAL};
use guanxi_outbound::WebhookSecret;
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};

/// Makes an endpoint of the caller's. The answer holds the secret; it must not be kept anywhere.
///
/// # Errors
/// `forbidden` without the right with scope `all`; `validation_failed`.
pub async fn create(tx: &mut Tx, ctx: &Ctx, input: WebhookEndpointInput) -> Result<WithSecret> {
    require_all(ctx, Action::Create)?;
    let secret = WebhookSecret::generate()?;
    let mut endpoint = WebhookEndpoint::assemble(Meta::new(ctx), input);
    endpoint.state = EndpointState { owner_id: ctx.actor.user, ..EndpointState::default() };
    endpoint.sealed = Sealed::new(&tx.sealer(), endpoint.meta.id, &secret)?;
    let shown = resource::insert(tx, ctx, endpoint, "created").await?;
    Ok(WithSecret { secret: secret.reveal(), endpoint: shown })
}

/// What leaves the house is for those who answer for the whole tenant.
fn require_all(ctx: &Ctx, action: Action) -> Result<()> {
    let all = ctx.reach(ENDPOINT.plural, action).all;
    if all { Ok(()) } else { Err(forbidden(ENDPOINT.plural, action)) }
}

/// Gives the endpoint another secret. For 24 hours messages are signed with both.
///
/// # Errors
/// As any change of an endpoint.
pub async fn rotate_secret(tx: &mut Tx, ctx: &Ctx, id: EndpointId) -> Result<WithSecret> {
    let secret = WebhookSecret::generate()?;
    let sealer = tx.sealer();
    let rotate =
        |endpoint: &mut WebhookEndpoint| endpoint.replace_secret(&sealer, &secret, ctx.now);
    let shown = resource::change(tx, ctx, id.uuid(), "secret_rotated", rotate).await?;
    Ok(WithSecret { secret: secret.reveal(), endpoint: shown })
}

/// Stops sending; what happens is kept until it is resumed.
///
/// # Errors
/// `webhook_endpoint_disabled`, and as any change of an endpoint.
pub async fn pause(tx: &mut Tx, ctx: &Ctx, id: EndpointId) -> Result<Shown<WebhookEndpoint>> {
    resource::change(tx, ctx, id.uuid(), "paused", |endpoint: &mut WebhookEndpoint| {
        if endpoint.state.status == EndpointStatus::Disabled {
            return Err(ENDPOINT_DISABLED.problem());
        }
        (endpoint.state.status, endpoint.state.paused_reason) = (EndpointStatus::Paused, None);
        Ok(())
    })
    .await
}

/// Stops sending because what is sealed cannot be read, unless nothing is sent anyway. The event is
/// the notice of it.
pub(crate) async fn pause_unreadable(
    tx: &mut Tx,
    ctx: &Ctx,
    id: EndpointId,
    reason: PausedReason,
) -> Result<()> {
    let paused = |endpoint: &mut WebhookEndpoint| {
        if endpoint.state.status == EndpointStatus::Active {
            endpoint.state.status = EndpointStatus::Paused;
            endpoint.state.paused_reason = Some(reason);
        }
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "paused", paused).await.map(drop)
}

/// Sends again, to a disabled endpoint too, whose failures are forgotten.
///
/// # Errors
/// `sealing_key_missing`, `seal_refused`, and as any change of an endpoint.
pub async fn resume(tx: &mut Tx, ctx: &Ctx, id: EndpointId) -> Result<Shown<WebhookEndpoint>> {
    let resumed = |endpoint: &mut WebhookEndpoint| {
        let state = &mut endpoint.state;
        if state.status != EndpointStatus::Active {
            (state.failing_since, state.last_failure_at) = (None, None);
        }
        (state.status, state.disabled_reason) = (EndpointStatus::Active, None);
        state.paused_reason = None;
        Ok(())
    };
    let shown = resource::change(tx, ctx, id.uuid(), "resumed", resumed).await?;
    shown.record.open(&tx.sealer(), ctx.now)?;
    Ok(shown)
}

/// Sends no more, because of what the receiver answers. The event is the notice of it.
pub(crate) async fn disable(
    tx: &mut Tx,
    ctx: &Ctx,
    id: EndpointId,
    reason: DisabledReason,
) -> Result<()> {
    let disabled = |endpoint: &mut WebhookEndpoint| {
        endpoint.state.status = EndpointStatus::Disabled;
        endpoint.state.disabled_reason = Some(reason);
        endpoint.state.paused_reason = None;
        Ok(())
    };
    resource::change(tx, ctx, id.uuid(), "disabled", disabled).await.map(drop)
}

impl Resource for WebhookEndpoint {
    fn kind() -> &'static Kind {
        &ENDPOINT
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if self.sealed.secret.is_empty() {
            return Err(INTERNAL.problem().because("endpoints are made by create only"));
        }
        Problem::collect(self.normalise(&tx.sealer(), before)?)?;
        // It tells what its owner may read, so whoever leads it elsewhere must be able to read that.
        if before.is_some_and(|before| self.tells_otherwise(before)) {
            rights::require_covering(tx, ctx, self.state.owner_id).await?;
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, _: Option<&Self>) -> Result<()> {
        let over = self.meta.deleted_at.is_some() || self.state.status == EndpointStatus::Disabled;
        if over { deliveries::store::drop_pending(tx, self.meta.id, ctx.now).await } else { Ok(()) }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name]
    }

    fn verbs(&self) -> Vec<Verb> {
        let disabled = self.state.status == EndpointStatus::Disabled;
        let closed = disabled.then_some(&ENDPOINT_DISABLED);
        let verb = |name| Verb { name, needs: Action::Update, closed };
        vec![
            Verb::open("update", Action::Update),
            Verb::open("rotate-secret", Action::Update),
            Verb::open("test", Action::Update),
            verb("pause"),
            Verb::open("resume", Action::Update),
            verb("replay"),
            Verb::open("delete", Action::Delete),
        ]
    }

    fn example() -> Json {
        json!({
            "name": "ERP",
            "url": "https://hooks.example.com/guanxi",
            "event_types": ["party.*", "contact.created"],
            "enabled": true,
            "payload": "thin",
            "headers": { "x-route": "erp" },
        })
    }
}

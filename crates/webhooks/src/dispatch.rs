//! From the chain of events to deliveries. The chain of a tenant is read in its order from a cursor;
//! the cursor and the deliveries move in one transaction, so each event makes one delivery for each
//! endpoint, whatever ends the program in between and however many nodes do this.
//!
//! So no use case knows of webhooks, an event is told exactly if it was committed, and a replay is the same
//! code over another range. Price: half a second, and on PostgreSQL the wait for the oldest transaction
//! that is still running.

use crate::{
    Webhooks,
    deliveries::{DeliveryOutcome, DeliveryStatus, WebhookDelivery, WebhookDeliveryInput, store},
    endpoints::{
        PayloadKind, matches,
        store::{self as endpoints, Listener},
    },
    payload,
    readers::Readers,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, TenantId};
use guanxi_storage::{Kind, Meta, Tx, events::chain, kind::Parts as _};
use uuid::Uuid;

/// Events that one transaction reads.
const AT_ONCE: i64 = 200;

/// An event as far as a message tells of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct Told {
    pub(crate) position: i64,
    pub(crate) occurred_at: DateTime<Utc>,
    pub(crate) kind: String,
    pub(crate) subject_type: String,
    pub(crate) subject_id: Uuid,
    pub(crate) version: i64,
}

impl Webhooks {
    /// Makes the deliveries of everything that has been committed; how many.
    ///
    /// # Errors
    /// Those of the store; what was made until then is.
    pub async fn dispatch(&self) -> Result<u64> {
        let db = &self.0.db;
        let nobody = TenantId::from(Uuid::nil());
        let tenants = db.read(nobody, async |tx| endpoints::tenants(tx).await).await?;
        let mut made = 0;
        for tenant in tenants {
            let end = chain::seal(db, tenant).await?.position;
            loop {
                let cursor = db.read(tenant, async |tx| store::cursor(tx).await).await?;
                if cursor.is_some_and(|cursor| cursor >= end) {
                    break;
                }
                made += db.write_locked(tenant, async |tx| self.step(tx, end).await).await?;
            }
        }
        Ok(made)
    }

    /// Reads some events behind the cursor.
    async fn step(&self, tx: &mut Tx, end: i64) -> Result<u64> {
        let cursor = store::lock_cursor(tx).await?;
        let listeners = endpoints::listeners(tx).await?;
        let begins = listeners.iter().filter_map(|listener| listener.made_at).min();
        // What came before every endpoint concerns none.
        let after = cursor.max(begins.map_or(end, |begins| begins.min(end)));
        let events = store::told(tx, after, end, AT_ONCE).await?;
        let mut readers = Readers::new(tx, self.0.clock.now()).await?;
        let listening = Listening { webhooks: self, listeners: &listeners };
        let mut made = 0;
        for delivery in listening.hear(tx, &mut readers, &events).await? {
            made += store::insert(tx, &delivery).await?;
        }
        store::move_cursor(tx, events.last().map_or(end, |event| event.position).max(cursor))
            .await?;
        Ok(made)
    }
}

/// Endpoints that are told of events.
pub(crate) struct Listening<'a> {
    pub(crate) webhooks: &'a Webhooks,
    pub(crate) listeners: &'a [Listener],
}

impl Listening<'_> {
    /// The deliveries that the events make.
    pub(crate) async fn hear(
        &self,
        tx: &mut Tx,
        readers: &mut Readers,
        events: &[Told],
    ) -> Result<Vec<WebhookDelivery>> {
        let mut made = Vec::new();
        for event in events {
            let Some(kind) = self.webhooks.kind(&event.subject_type) else { continue };
            for listener in self.listeners.iter().filter(|listener| concerns(listener, event)) {
                made.extend(one(tx, readers, listener, kind, event).await?);
            }
        }
        Ok(made)
    }
}

fn concerns(listener: &Listener, event: &Told) -> bool {
    let since = listener.made_at.is_some_and(|made_at| made_at < event.position);
    since && matches(&listener.event_types.0, &event.kind)
}

/// The delivery of an event to an endpoint, if its owner may read the record.
async fn one(
    tx: &mut Tx,
    readers: &mut Readers,
    listener: &Listener,
    kind: &'static Kind,
    event: &Told,
) -> Result<Option<WebhookDelivery>> {
    let (owner, subject) = (listener.owner_id, event.subject_id);
    if !readers.may_read(tx, owner, kind, subject).await? {
        return Ok(None);
    }
    let record = match listener.payload {
        PayloadKind::Thin => None,
        PayloadKind::Full => Some(readers.record(tx, owner, kind, subject).await?),
    };
    let ctx = readers.program();
    let named = |_| guanxi_storage::error::corrupt("the name of an event is too long");
    let input = WebhookDeliveryInput {
        endpoint_id: listener.id,
        event_type: Line::new(&event.kind).map_err(named)?,
        position: event.position,
        subject_type: Line::new(&event.subject_type).map_err(named)?,
        subject_id: subject,
    };
    let mut delivery = WebhookDelivery::assemble(Meta::new(&ctx), input);
    delivery.outcome = DeliveryOutcome {
        status: DeliveryStatus::Pending,
        next_attempt_at: Some(ctx.now),
        attempts: Vec::new(),
    };
    delivery.queue.body = payload::body(event, record);
    Ok(Some(delivery))
}

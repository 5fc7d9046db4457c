//! Sends what is due. A delivery is leased before it is sent and settled afterwards, each in a short
//! transaction; nobody waits for a receiver while a transaction is open. A lease ends by itself, so
//! that what a killed node was sending is sent by another one. That is the one case in which a
//! receiver that has said 2xx may be called again.
//!
//! Each endpoint has a few places of its own on every node, so a receiver that stalls keeps its own
//! messages waiting and no others.
//!
//! Leases stand in the table (`FOR UPDATE SKIP LOCKED`) and not in memory, so nothing has to be repaired
//! after a crash.

use crate::{
    Webhooks,
    deliveries::{
        Attempt, DeliveryId, DeliveryStatus, WebhookDelivery,
        store::{self, Verdict},
    },
    endpoints::{
        self, DisabledReason, EndpointId, EndpointStatus, Opened, PausedReason, WebhookEndpoint,
    },
    payload,
    readers::Readers,
    sealing,
};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{
    FutureExt as _, StreamExt as _, future::LocalBoxFuture, stream::FuturesUnordered,
};
use guanxi_kernel::{Action, Ctx, Problem, Result, TenantId, actor::forbidden, problem::NOT_FOUND};
use guanxi_outbound::{Delivery, Failure, Next, Outcome, Streak, next_attempt};
use guanxi_storage::{Tx, resource};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};
use tokio::time::{MissedTickBehavior, interval};
use utoipa::ToSchema;
use uuid::Uuid;

/// Messages that one node sends to one endpoint at the same time.
const PLACES: usize = 4;
/// Messages that one node sends at the same time.
const ALL_PLACES: usize = 256;
/// How often it is looked for what is due.
const LOOK: Duration = Duration::from_millis(500);
/// What a lease lasts beyond the time of an attempt: long enough to note what came of it.
const MARGIN: TimeDelta = TimeDelta::seconds(60);
/// Attempts that a delivery keeps.
const KEPT: usize = 30;
/// A success is noted once in so long, unless it ends a row of failures.
const NOTED: TimeDelta = TimeDelta::minutes(1);
/// Deliveries are kept for so long.
const LIFE: TimeDelta = TimeDelta::days(30);
/// Deliveries that one transaction forgets, and transactions in one call.
const FORGOTTEN: (i64, usize) = (500, 20);

/// A delivery that this node alone sends now.
struct Leased {
    tenant: TenantId,
    endpoint: EndpointId,
    id: DeliveryId,
    lease: Uuid,
    delivery: Delivery,
}

/// How a test message fared.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = WebhookTestResult)]
pub struct TestResult {
    /// Whether the receiver has said 2xx.
    pub delivered: bool,
    /// How it went.
    pub attempt: Attempt,
}

/// The places that are taken, by endpoint.
#[derive(Default)]
struct Load(BTreeMap<EndpointId, usize>);

impl Load {
    fn room(&self, endpoint: EndpointId) -> usize {
        let all: usize = self.0.values().sum();
        let own = self.0.get(&endpoint).copied().unwrap_or(0);
        PLACES.saturating_sub(own).min(ALL_PLACES.saturating_sub(all))
    }

    fn take(&mut self, endpoint: EndpointId, places: usize) {
        *self.0.entry(endpoint).or_default() += places;
    }

    fn free(&mut self, endpoint: EndpointId, places: usize) {
        if let Some(count) = self.0.get_mut(&endpoint) {
            *count = count.saturating_sub(places);
        }
        self.0.retain(|_, count| *count > 0);
    }
}

/// An endpoint of a tenant.
type Address = (TenantId, EndpointId);

/// What one of the things under way has come to.
enum Landed {
    /// These endpoints have something due.
    Looked(Vec<Address>),
    /// So many places were kept for it, so many deliveries were due, and these were leased.
    Leased(Address, usize, usize, Vec<Leased>),
    /// An attempt has ended, whatever came of it.
    Sent(Address),
}

/// Why looking failed, or leasing at an endpoint for which so many places were kept.
type Failed = (Problem, Option<(EndpointId, usize)>);

/// What one sender has under way. Looking, leasing and sending all advance side by side: nothing
/// here is waited for alone, or what holds a connection of the store would stand still meanwhile.
struct Flight<'a> {
    webhooks: &'a Webhooks,
    load: Load,
    leasing: BTreeSet<EndpointId>,
    looking: bool,
    sent: usize,
    flying: FuturesUnordered<LocalBoxFuture<'a, Result<Landed, Failed>>>,
}

impl<'a> Flight<'a> {
    fn new(webhooks: &'a Webhooks) -> Self {
        Self {
            webhooks,
            load: Load::default(),
            leasing: BTreeSet::new(),
            looking: false,
            sent: 0,
            flying: FuturesUnordered::new(),
        }
    }

    fn look(&mut self) {
        if !std::mem::replace(&mut self.looking, true) {
            let webhooks = self.webhooks;
            let look = async move {
                webhooks.due().await.map(Landed::Looked).map_err(|problem| (problem, None))
            };
            self.flying.push(look.boxed_local());
        }
    }

    /// Leases what is due at an endpoint, as far as there is room.
    fn lease(&mut self, address: Address) {
        let (webhooks, room) = (self.webhooks, self.load.room(address.1));
        if room == 0 || !self.leasing.insert(address.1) {
            return;
        }
        self.load.take(address.1, room);
        let lease = async move {
            let leased = webhooks.lease(address, room).await;
            let (due, leased) = leased.map_err(|problem| (problem, Some((address.1, room))))?;
            Ok(Landed::Leased(address, room, due, leased))
        };
        self.flying.push(lease.boxed_local());
    }

    fn land(&mut self, landed: Result<Landed, Failed>) -> Result<()> {
        match landed {
            Ok(Landed::Looked(due)) => {
                self.looking = false;
                due.into_iter().for_each(|address| self.lease(address));
            }
            Ok(Landed::Leased(address, kept, due, leased)) => {
                self.leasing.remove(&address.1);
                self.load.free(address.1, kept - leased.len());
                self.sent += leased.len();
                for one in leased {
                    let webhooks = self.webhooks;
                    let send = async move { Ok(Landed::Sent(webhooks.deliver(one).await)) };
                    self.flying.push(send.boxed_local());
                }
                if due > 0 {
                    self.lease(address);
                }
            }
            Ok(Landed::Sent(address)) => {
                self.load.free(address.1, 1);
                self.lease(address);
            }
            Err((problem, None)) => {
                self.looking = false;
                return Err(problem);
            }
            Err((problem, Some((endpoint, kept)))) => {
                self.leasing.remove(&endpoint);
                self.load.free(endpoint, kept);
                return Err(problem);
            }
        }
        Ok(())
    }
}

impl Webhooks {
    /// Turns events into deliveries, for as long as the program runs.
    pub async fn dispatch_for_ever(&self) {
        let mut tick = interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(problem) = self.dispatch().await {
                tracing::warn!(%problem, "events did not become webhooks; it is tried again at once");
            }
        }
    }

    /// Sends what is due, for as long as the program runs.
    pub async fn send_for_ever(&self) {
        let mut flight = Flight::new(self);
        let mut tick = interval(LOOK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => flight.look(),
                Some(landed) = flight.flying.next() => {
                    if let Err(problem) = flight.land(landed) {
                        tracing::warn!(%problem, "webhooks could not be leased; it is tried again at once");
                    }
                }
            }
        }
    }

    /// Sends everything that is due now, and waits for it; how many attempts that took.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn send_due(&self) -> Result<usize> {
        let mut flight = Flight::new(self);
        flight.look();
        while let Some(landed) = flight.flying.next().await {
            flight.land(landed)?;
        }
        Ok(flight.sent)
    }

    /// The endpoints for which something is to be sent now.
    async fn due(&self) -> Result<Vec<Address>> {
        let (nobody, now) = (TenantId::from(Uuid::nil()), self.0.clock.now());
        self.0.db.read(nobody, async |tx| endpoints::store::due(tx, now).await).await
    }

    /// Takes up to `room` deliveries that are due; how many were, and those that are to be sent.
    async fn lease(
        &self,
        (tenant, endpoint): Address,
        room: usize,
    ) -> Result<(usize, Vec<Leased>)> {
        let room = i64::try_from(room).unwrap_or(i64::MAX);
        let lease = async |tx: &mut Tx| {
            let now = self.0.clock.now();
            let due = store::lock_due(tx, endpoint, now, room).await?;
            if due.is_empty() {
                return Ok(Ok((0, Vec::new())));
            }
            let mut readers = Readers::new(tx, now).await?;
            let program = readers.program();
            let loaded = resource::load::<WebhookEndpoint>(tx, &program, endpoint.uuid()).await;
            let endpoint = match loaded {
                Err(problem) if problem.is(&NOT_FOUND) => return Ok(Ok((0, Vec::new()))),
                loaded => loaded?,
            };
            if !endpoint.sends() {
                return Ok(Ok((0, Vec::new())));
            }
            let opened = match endpoint.open(&tx.sealer(), now) {
                Ok(opened) => opened,
                Err(problem) => return PausedReason::of(&problem).map(Err).ok_or(problem),
            };
            let (count, mut leased) = (due.len(), Vec::new());
            let from = Letterhead { endpoint: &endpoint, opened: &opened, now };
            for id in due {
                leased.extend(self.lease_one(tx, &mut readers, &from, id).await?);
            }
            Ok(Ok((count, leased)))
        };
        match self.0.db.write_locked(tenant, lease).await? {
            Ok(leased) => Ok(leased),
            Err(reason) => {
                sealing::pause(&self.0.db, tenant, endpoint, reason, self.0.clock.now()).await?;
                Ok((0, Vec::new()))
            }
        }
    }

    async fn lease_one(
        &self,
        tx: &mut Tx,
        readers: &mut Readers,
        from: &Letterhead<'_>,
        id: DeliveryId,
    ) -> Result<Option<Leased>> {
        let Letterhead { endpoint, now, .. } = *from;
        let program = readers.program();
        let found: WebhookDelivery = resource::load(tx, &program, id.uuid()).await?;
        let (owner, subject) = (endpoint.state.owner_id, found.input.subject_id);
        let kind = self.kind(&found.input.subject_type);
        let mut body = None;
        if let Some(kind) = kind
            && readers.may_read(tx, owner, kind, subject).await?
        {
            body = Some(readers.masked(tx, owner, kind, found.queue.body).await?);
        }
        let Some(body) = body else {
            let tries = found.queue.tries;
            let dropped =
                Verdict { status: DeliveryStatus::Dropped, next: None, tries, attempts: None };
            store::settle(tx, id, &dropped, now).await?;
            return Ok(None);
        };
        let lease = Uuid::new_v4();
        let limit = TimeDelta::from_std(self.0.settings.time_limit()).unwrap_or(MARGIN);
        store::lease(tx, id, lease, now + limit + MARGIN).await?;
        let delivery = from.message(id.uuid(), body);
        let (tenant, endpoint) = (tx.tenant(), endpoint.meta.id);
        Ok(Some(Leased { tenant, endpoint, id, lease, delivery }))
    }

    /// Sends one delivery and notes what came of it.
    async fn deliver(&self, leased: Leased) -> Address {
        let outcome = self.send(leased.delivery.clone()).await;
        let result = if outcome.failure.is_none() { "delivered" } else { "failed" };
        metrics::counter!("guanxi_webhook_attempts_total", "result" => result).increment(1);
        let note = async |tx: &mut Tx| self.note(tx, &leased, &outcome).await;
        if let Err(problem) = self.0.db.write_locked(leased.tenant, note).await {
            tracing::warn!(%problem, webhook_id = %leased.id,
                "what came of a webhook could not be noted; it is sent again when its lease ends");
        }
        (leased.tenant, leased.endpoint)
    }

    async fn note(&self, tx: &mut Tx, leased: &Leased, outcome: &Outcome) -> Result<()> {
        let now = self.0.clock.now();
        // The endpoint first, always: who disables it goes on to its other deliveries.
        let health = endpoints::store::lock(tx, leased.endpoint).await?;
        let Some((tries, mut attempts)) = store::lock_leased(tx, leased.id, leased.lease).await?
        else {
            return Ok(());
        };
        attempts.push(Attempt::of(now, outcome));
        let excess = attempts.len().saturating_sub(KEPT);
        attempts.drain(..excess);
        let tries = tries + 1;
        let number = u32::try_from(tries).unwrap_or(u32::MAX);
        let next = next_attempt(number, now, leased.id.uuid(), outcome);
        let (status, due) = match next {
            Next::Done => (DeliveryStatus::Delivered, None),
            Next::At(time) => (DeliveryStatus::Pending, Some(time)),
            Next::GiveUp | Next::Disable => (DeliveryStatus::Failed, None),
        };
        let verdict = Verdict { status, next: due, tries, attempts: Some(attempts) };
        store::settle(tx, leased.id, &verdict, now).await?;
        match health {
            Some(health) => self.note_health(tx, leased.endpoint, &health, outcome, now).await,
            None => Ok(()),
        }
    }

    /// Notes at the endpoint what an attempt has come to, and disables it if it has to be.
    async fn note_health(
        &self,
        tx: &mut Tx,
        id: EndpointId,
        health: &endpoints::store::Health,
        outcome: &Outcome,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let before = health.streak();
        let streak = Streak::after(before, now, outcome);
        let noted = health.last_success_at.is_some_and(|at| now - at < NOTED);
        if outcome.failure.is_some() {
            endpoints::store::keep_health(tx, id, streak, health.last_success_at).await?;
        } else if before.is_some() || !noted {
            endpoints::store::keep_health(tx, id, None, Some(now)).await?;
        }
        let gone = outcome.failure == Some(Failure::Gone);
        let reason = match streak {
            _ if gone => DisabledReason::Gone,
            Some(streak) if streak.is_too_long() => DisabledReason::Failing,
            _ => return Ok(()),
        };
        if health.status == EndpointStatus::Disabled {
            return Ok(());
        }
        let program = Readers::new(tx, now).await?.program();
        endpoints::disable(tx, &program, id, reason).await
    }

    /// Sends a test message to an endpoint now, whatever its state, and says how it fared.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `sealing_key_missing`, `seal_refused`.
    pub async fn test(&self, ctx: &Ctx, id: EndpointId) -> Result<TestResult> {
        let load = async |tx: &mut Tx| {
            let endpoint: WebhookEndpoint = resource::load(tx, ctx, id.uuid()).await?;
            let kind = &crate::ENDPOINT;
            let may = resource::may(tx, ctx, kind, Action::Update, id.uuid()).await?;
            if !may {
                return Err(forbidden(kind.plural, Action::Update));
            }
            let opened = endpoint.open(&tx.sealer(), ctx.now)?;
            Ok((endpoint, opened))
        };
        let (endpoint, opened) = self.0.db.read(ctx.tenant, load).await?;
        let from = Letterhead { endpoint: &endpoint, opened: &opened, now: ctx.now };
        let body = payload::test_body(id.uuid(), endpoint.meta.version, ctx.now);
        let name = DeliveryId::new(ctx.now).uuid();
        let outcome = self.send(from.message(name, body)).await;
        let delivered = outcome.failure.is_none();
        Ok(TestResult { delivered, attempt: Attempt::of(self.0.clock.now(), &outcome) })
    }

    /// Forgets deliveries that are old enough, a bounded number of each tenant. To be called every
    /// minute.
    ///
    /// # Errors
    /// Those of the store; what was removed until then is.
    pub async fn forget(&self) -> Result<()> {
        let nobody = TenantId::from(Uuid::nil());
        let db = &self.0.db;
        let old = self.0.clock.now() - LIFE;
        for tenant in db.read(nobody, async |tx| endpoints::store::tenants(tx).await).await? {
            for _ in 0..FORGOTTEN.1 {
                let forget = async |tx: &mut Tx| store::forget(tx, old, FORGOTTEN.0).await;
                if db.write(tenant, forget).await? < FORGOTTEN.0.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// What all messages to an endpoint have in common.
struct Letterhead<'a> {
    endpoint: &'a WebhookEndpoint,
    opened: &'a Opened,
    now: DateTime<Utc>,
}

impl Letterhead<'_> {
    /// What goes on the wire.
    fn message(&self, id: Uuid, body: String) -> Delivery {
        Delivery {
            url: self.endpoint.input.url.to_string(),
            id,
            timestamp: self.now,
            body: body.into_bytes(),
            secrets: self.opened.secrets.clone(),
            headers: self.opened.headers.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_has_its_places_and_no_more() {
        let (one, other) = (EndpointId::from(Uuid::from_u128(1)), Uuid::from_u128(2).into());
        let mut load = Load::default();
        for _ in 0..PLACES {
            assert!(load.room(one) > 0);
            load.take(one, 1);
        }
        assert_eq!((load.room(one), load.room(other)), (0, PLACES));
        load.free(one, 1);
        assert_eq!(load.room(one), 1);
        for number in 10..10 + ALL_PLACES as u128 {
            load.take(Uuid::from_u128(number).into(), 1);
        }
        assert_eq!(load.room(other), 0);
    }
}

//! The rules of saving a service request, and its verbs.

use super::{
    CloseServiceRequest, ReopenServiceRequest, ResolveServiceRequest, SERVICE_REQUEST,
    ServiceRequest, ServiceRequestId, ServiceRequestStatus, SuspendServiceRequest, breaches,
    clock::Clock, moves::ALL, store,
};
use crate::{
    assets::Asset,
    contacts::Contact,
    engine::{check_new_owner, refer, standing},
    problems::{IMMUTABLE, OF_OTHER_PARTY, SERVICE_REQUEST_STATE},
    rules::whole_micros,
    service_holds::refuse_held,
};
use chrono::{DateTime, Utc};
use guanxi_identity::work_calendars::default_calendar;
use guanxi_kernel::{
    Action, Ctx, Id, Result, Word as _,
    ctx::Seen,
    problem::{FieldError, OUT_OF_RANGE},
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ServiceRequest {
    fn kind() -> &'static Kind {
        &SERVICE_REQUEST
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            Some(before) => self.stays(before)?,
            None => self.begin(ctx)?,
        }
        let had = before.and_then(|before| before.input.owner_id);
        check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        if before.is_none() {
            refuse_held(tx, ctx, self.input.party_id).await?;
        }
        self.check_party(tx, ctx, standing(before)).await?;
        let what = |one: &Self| (one.input.priority, one.input.kind);
        if before.map(what) != Some(what(self)) {
            let level = store::level(tx, self.input.priority, self.input.kind).await?;
            let of_tier = store::response_of_tier(tx, self.input.party_id).await?;
            let calendar = default_calendar(tx, ctx).await?;
            self.promise(level, of_tier, Clock(calendar.as_ref()));
        }
        // That a new one is late already is told by its own event, as of any other.
        self.mark(if before.is_some() { ctx.now } else { self.received_at() });
        Ok(())
    }

    /// What is changed and has become late meanwhile is told as that.
    fn told(&self, before: &Self, meant: &'static str) -> &'static str {
        let late = |one: &Self| (one.response_late, one.resolution_late);
        if meant == "updated" && late(self) != late(before) { "breached" } else { meant }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.title]
    }

    fn concerns(&self) -> Vec<Uuid> {
        let asset = self.input.asset_id.map(Id::uuid);
        let activity = self.input.activity_id.map(Id::uuid);
        let need = self.need_id.map(Id::uuid);
        [Some(self.input.party_id.uuid()), asset, activity, need].into_iter().flatten().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let moved = |name: &'static str| match self.status.allows(name) {
            true => Verb::open(name, Action::Update),
            false => Verb::closed(name, Action::Update, &SERVICE_REQUEST_STATE),
        };
        let update = match self.status {
            ServiceRequestStatus::Closed => {
                Verb::closed("update", Action::Update, &SERVICE_REQUEST_STATE)
            }
            _ => Verb::open("update", Action::Update),
        };
        let ends = [Verb::open("delete", Action::Delete)];
        [update].into_iter().chain(ALL.map(moved)).chain(ends).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "title": "空调不制冷",
            "description": "高速行驶半小时后出热风,怠速时正常。",
            "kind": "repair",
            "channel": "phone",
            "priority": "high"
        })
    }
}

impl ServiceRequest {
    /// What a new request begins with.
    fn begin(&mut self, ctx: &Ctx) -> Result<()> {
        self.input.owner_id.get_or_insert(ctx.actor.user);
        let received = whole_micros(self.input.received_at.unwrap_or(ctx.now));
        if received > ctx.now {
            return Err(OUT_OF_RANGE.at("/received_at").with("expected", "now or earlier"));
        }
        self.input.received_at = Some(received);
        self.clock_from = Some(received);
        Ok(())
    }

    /// What a change leaves as it is.
    fn stays(&mut self, before: &Self) -> Result<()> {
        if self.input.party_id != before.input.party_id {
            return Err(IMMUTABLE.at("/party_id"));
        }
        if self.input.received_at != before.input.received_at {
            return Err(IMMUTABLE.at("/received_at"));
        }
        if before.status == ServiceRequestStatus::Closed && self.input != before.input {
            let problem = SERVICE_REQUEST_STATE.with("status", before.status.word());
            return Err(problem.with("allowed", vec![super::moves::REOPEN]));
        }
        Ok(())
    }

    /// Its asset and its contact are those of the party.
    async fn check_party(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let mut findings: Vec<FieldError> = Vec::new();
        if let Some(asset) = self.input.asset_id
            && before.and_then(|before| before.input.asset_id) != Some(asset)
        {
            let asset = refer::<Asset>(tx, ctx, asset.uuid(), "/asset_id").await?;
            let other = asset.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/asset_id")));
        }
        if let Some(contact) = self.input.contact_id
            && before.and_then(|before| before.input.contact_id) != Some(contact)
        {
            let contact = refer::<Contact>(tx, ctx, contact.uuid(), "/contact_id").await?;
            let other = contact.input.party_id != self.input.party_id;
            findings.extend(other.then(|| OF_OTHER_PARTY.field("/contact_id")));
        }
        guanxi_kernel::Problem::collect(findings)
    }
}

/// Somebody moves a request on before anybody has marked that it is late: that is told first, so that each
/// breach is one event. The context of the move, which has seen the version before.
async fn late_first(tx: &mut Tx, ctx: &Ctx, id: ServiceRequestId) -> Result<Ctx> {
    let one = resource::load::<ServiceRequest>(tx, ctx, id.uuid()).await?;
    let may = resource::may(tx, ctx, &SERVICE_REQUEST, Action::Update, id.uuid()).await?;
    if !may || !one.becomes_late(ctx.now) {
        return Ok(ctx.clone());
    }
    ctx.expect_version(one.meta.version)?;
    breaches::tell(tx, &ctx.on_behalf(), id.uuid()).await?;
    Ok(Ctx { seen: Seen::Unsaid, ..ctx.clone() })
}

/// Moves a request on.
async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceRequestId,
    verb: &'static str,
    decide: impl FnOnce(&mut ServiceRequest, DateTime<Utc>, Clock<'_>) -> Result<()> + Send,
) -> Result<Shown<ServiceRequest>> {
    let calendar = default_calendar(tx, ctx).await?;
    let ctx = &late_first(tx, ctx, id).await?;
    let (now, clock) = (ctx.now, Clock(calendar.as_ref()));
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut ServiceRequest| decide(one, now, clock))
        .await
}

/// Somebody works on it.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn accept(tx: &mut Tx, ctx: &Ctx, id: ServiceRequestId) -> Result<Shown<ServiceRequest>> {
    go(tx, ctx, id, "accepted", ServiceRequest::accept).await
}

/// It waits for the customer: its clock stands still.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn suspend(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceRequestId,
    wish: SuspendServiceRequest,
) -> Result<Shown<ServiceRequest>> {
    let what = wish.waiting_for;
    go(tx, ctx, id, "suspended", |one, now, clock| one.suspend(what, now, clock)).await
}

/// It does not wait any more.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn resume(tx: &mut Tx, ctx: &Ctx, id: ServiceRequestId) -> Result<Shown<ServiceRequest>> {
    go(tx, ctx, id, "resumed", ServiceRequest::resume).await
}

/// There is a solution.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn resolve(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceRequestId,
    wish: ResolveServiceRequest,
) -> Result<Shown<ServiceRequest>> {
    let what = wish.resolution;
    go(tx, ctx, id, "resolved", |one, now, clock| one.resolve(what, now, clock)).await
}

/// The customer is content, or has said nothing against the solution.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceRequestId,
    wish: CloseServiceRequest,
) -> Result<Shown<ServiceRequest>> {
    let content = wish.satisfaction;
    go(tx, ctx, id, "closed", move |one, now, _| one.close(content, now)).await
}

/// The solution was none.
///
/// # Errors
/// `service_request_state`, and as any change.
pub async fn reopen(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceRequestId,
    wish: ReopenServiceRequest,
) -> Result<Shown<ServiceRequest>> {
    let why = wish.reason;
    go(tx, ctx, id, "reopened", |one, now, clock| one.reopen(why, now, clock)).await
}

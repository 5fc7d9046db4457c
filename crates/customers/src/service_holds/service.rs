//! Asking for a hold, releasing it, and refusing requests while there is one.

use super::{
    HoldService, ReleaseServiceHold, SERVICE_HOLD, ServiceHold, ServiceHoldId, ServiceHoldInput,
    ServiceHoldStatus, consent, store,
};
use crate::{
    engine::refer,
    parties::{Party, PartyId, PartyRole},
    problems::{SERVICE_HOLD_OPEN, SERVICE_HOLD_STATE, SERVICE_ON_HOLD},
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    merging::rewrite,
    resource::{self, Shown, Verb},
};
use guanxi_workflow::approvals;
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ServiceHold {
    fn kind() -> &'static Kind {
        &SERVICE_HOLD
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![match self.is_open() {
            true => Verb::open("release", Action::Update),
            false => Verb::closed("release", Action::Update, &SERVICE_HOLD_STATE),
        }]
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "reason": "拖欠服务费超过 90 天"
        })
    }
}

/// Asks that a customer is not served, or has it so at once where nobody need agree.
///
/// # Errors
/// `forbidden`; `not_found` for a party that the caller does not see; `not_a_customer`; `service_hold_open`
/// while there is one; `no_approver`.
pub async fn request(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    wish: HoldService,
) -> Result<Shown<ServiceHold>> {
    resource::require::<ServiceHold>(ctx, Action::Create)?;
    let party: Party = resource::load(tx, ctx, party.uuid()).await?;
    party.require_role(PartyRole::Customer)?;
    if let Some((open, _)) = store::open_of(tx, party.meta.id).await? {
        return Err(SERVICE_HOLD_OPEN.with("service_hold_id", open.to_string()));
    }
    let input = ServiceHoldInput { party_id: party.meta.id, reason: wish.reason };
    let mut hold = ServiceHold::assemble(Meta::new(ctx), input);
    hold.owner_id = Some(ctx.actor.user);
    let asked = consent::ask(tx, ctx, &hold, &party).await?;
    hold.approval_id = asked.map(|approval| approval.meta.id.uuid());
    let verb = match hold.approval_id {
        Some(_) => "requested",
        None => {
            hold.hold(ctx.now);
            "held"
        }
    };
    resource::insert(tx, ctx, hold, verb).await
}

/// A customer is served again, or what was asked for is taken back.
///
/// # Errors
/// `service_hold_state` for one that is over; and as any change.
pub async fn release(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceHoldId,
    wish: ReleaseServiceHold,
) -> Result<Shown<ServiceHold>> {
    let before: ServiceHold = resource::load(tx, ctx, id.uuid()).await?;
    let by = (ctx.now, ctx.actor.user);
    let release = |one: &mut ServiceHold| one.release(wish.reason, by);
    let shown = resource::change(tx, ctx, id.uuid(), "released", release).await?;
    if let Some(approval) = before.approval_id
        && before.status == ServiceHoldStatus::Requested
    {
        const WHY: &str = "The service hold was taken back.";
        approvals::give_up(tx, ctx, approval.into(), WHY).await?;
    }
    Ok(shown)
}

/// Refuses a new service request of a customer that is not served.
///
/// # Errors
/// `service_on_hold` with the hold; `unknown_reference` for a party that the caller does not see.
pub(crate) async fn refuse_held(tx: &mut Tx, ctx: &Ctx, party: PartyId) -> Result<()> {
    match store::open_of(tx, party).await? {
        Some((hold, ServiceHoldStatus::Held)) => {
            // Whoever does not see the party is not told how it is served.
            refer::<Party>(tx, ctx, party.uuid(), "/party_id").await?;
            Err(SERVICE_ON_HOLD.with("service_hold_id", hold.to_string()))
        }
        _ => Ok(()),
    }
}

/// Deletes one of two open holds of parties that become one: that of the second, unless it alone is in
/// force.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<()> {
    let (Some((first, state)), Some((second, other))) =
        (store::open_of(tx, ours).await?, store::open_of(tx, theirs).await?)
    else {
        return Ok(());
    };
    let held = ServiceHoldStatus::Held;
    let goes = if state != held && other == held { first } else { second };
    rewrite::<ServiceHold>(tx, ctx, goes.uuid(), "deleted", |one| {
        one.meta.deleted_at = Some(ctx.now);
        Ok(())
    })
    .await
    .map(drop)
}

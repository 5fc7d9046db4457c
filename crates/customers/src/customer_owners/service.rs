//! Who gets a duty for a customer, who loses it, and who is the primary.

use super::{
    AssignCustomerOwner, CUSTOMER_OWNER, CustomerDuty, CustomerOwner, CustomerOwnerId,
    CustomerOwnerInput,
    model::{Held, Steps, assigned, ended, preferred},
    store,
};
use crate::{
    parties::{Party, PartyId},
    problems::CUSTOMER_OWNER_ENDED,
    service_transfers::{ServiceTransfer, ServiceTransferId},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden, problem::NOT_FOUND};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    merging::rewrite,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for CustomerOwner {
    fn kind() -> &'static Kind {
        &CUSTOMER_OWNER
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.party_id.uuid()]
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name| match self.held_until {
            None => Verb::open(name, Action::Update),
            Some(_) => Verb::closed(name, Action::Update, &CUSTOMER_OWNER_ENDED),
        };
        ["prefer", "end"].map(verb).into()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "duty": "service",
            "user_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "is_primary": true
        })
    }
}

/// What the records of some steps follow from, and when those that begin do.
#[derive(Clone, Copy)]
struct Cause {
    since: DateTime<Utc>,
    transfer: Option<ServiceTransferId>,
}

/// Does what follows from a wish, with all rights.
async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    party_id: PartyId,
    steps: Steps,
    cause: Cause,
) -> Result<()> {
    let system = ctx.on_behalf();
    for id in steps.ends {
        let end = |one: &mut CustomerOwner| {
            one.held_until = Some(ctx.now);
            Ok(())
        };
        resource::change(tx, &system, id.uuid(), "ended", end).await?;
    }
    for one in steps.begins {
        let (duty, user_id, is_primary) = (one.duty, one.user, one.is_primary);
        let input = CustomerOwnerInput { party_id, duty, user_id, is_primary };
        let mut owner = CustomerOwner::assemble(Meta::new(ctx), input);
        owner.held_from = Some(cause.since);
        owner.service_transfer_id = cause.transfer;
        resource::insert(tx, &system, owner, "created").await?;
    }
    Ok(())
}

/// Somebody gets a duty for a customer. Who has it like that already keeps it, and nothing is written.
///
/// # Errors
/// `forbidden`; `not_found` for a party that the caller does not see; `inactive_owner`, `unknown_reference` for who
/// is to get it.
pub async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    wish: AssignCustomerOwner,
) -> Result<Shown<CustomerOwner>> {
    resource::require::<CustomerOwner>(ctx, Action::Create)?;
    let party: Party = resource::load(tx, ctx, party.uuid()).await?;
    let party = party.meta.id;
    require_reach(tx, ctx, party).await?;
    let user = wish.user_id.unwrap_or(ctx.actor.user);
    check_owner(tx, ctx, user, "/user_id").await?;
    let open = store::open_of(tx, party).await?;
    let steps = assigned(&open, wish.duty, user, wish.is_primary);
    follow(tx, ctx, party, steps, Cause { since: ctx.now, transfer: None }).await?;
    now(tx, ctx, party, wish.duty).await
}

/// Refuses whoever may not change the party: its owners are a matter of it.
async fn require_reach(tx: &mut Tx, ctx: &Ctx, party: PartyId) -> Result<()> {
    let parties = Party::kind();
    match resource::may(tx, ctx, parties, Action::Update, party.uuid()).await? {
        true => Ok(()),
        false => Err(forbidden(parties.plural, Action::Update)),
    }
}

/// The owner of that duty now.
async fn now(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    duty: CustomerDuty,
) -> Result<Shown<CustomerOwner>> {
    let open = store::open_of(tx, party).await?;
    let one = open.iter().find(|one| one.duty == duty).ok_or_else(|| NOT_FOUND.problem())?;
    resource::get(tx, ctx, one.id.uuid()).await
}

/// The owner, as one that the caller may change and that has not ended, and those that the customer has now.
async fn changeable(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerOwnerId,
) -> Result<(CustomerOwner, Vec<Held>)> {
    let owner: CustomerOwner = resource::load(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &CUSTOMER_OWNER, Action::Update, id.uuid()).await? {
        return Err(forbidden(CUSTOMER_OWNER.plural, Action::Update));
    }
    ctx.expect_version(owner.meta.version)?;
    owner.open()?;
    let open = store::open_of(tx, owner.input.party_id).await?;
    Ok((owner, open))
}

/// An owner becomes the primary: another record says so, and those of before have ended.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `customer_owner_ended`.
pub async fn prefer(tx: &mut Tx, ctx: &Ctx, id: CustomerOwnerId) -> Result<Shown<CustomerOwner>> {
    let (owner, open) = changeable(tx, ctx, id).await?;
    let CustomerOwnerInput { party_id, duty, .. } = owner.input;
    let cause = Cause { since: ctx.now, transfer: None };
    follow(tx, ctx, party_id, preferred(&open, id), cause).await?;
    now(tx, ctx, party_id, duty).await
}

/// An owner has the duty no more. Where it was the primary the other one is.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`; `customer_owner_ended`.
pub async fn end(tx: &mut Tx, ctx: &Ctx, id: CustomerOwnerId) -> Result<Shown<CustomerOwner>> {
    let (owner, open) = changeable(tx, ctx, id).await?;
    let cause = Cause { since: ctx.now, transfer: None };
    follow(tx, ctx, owner.input.party_id, ended(&open, id), cause).await?;
    resource::get(tx, ctx, id.uuid()).await
}

/// Gives the duty of somebody who leaves to another user, who is the primary where they were it; nothing where they
/// do not have it any more, or the customer is deleted. No right on customer owners is needed.
///
/// # Errors
/// Those of the store.
pub async fn pass_on(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerOwnerId,
    (from, to): (UserId, UserId),
) -> Result<()> {
    let system = &ctx.on_behalf();
    // Deleted by a merge since it was put on the list.
    let owner = match resource::load::<CustomerOwner>(tx, system, id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(()),
        owner => owner?,
    };
    if owner.held_until.is_some() || owner.input.user_id != from {
        return Ok(());
    }
    let CustomerOwnerInput { party_id, duty, .. } = owner.input;
    match resource::load::<Party>(tx, system, party_id.uuid()).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(()),
        party => drop(party?),
    }
    let open = store::open_of(tx, party_id).await?;
    let steps = assigned(&open, duty, to, false);
    follow(tx, ctx, party_id, steps, Cause { since: ctx.now, transfer: None }).await
}

/// Service has accepted the file of a customer: who has sold it is its owner in sales, since the delivery where it
/// never had one, and who looks after it in service is that of service. No right on customer owners is needed.
///
/// # Errors
/// Those of the store.
pub(crate) async fn accepted(tx: &mut Tx, ctx: &Ctx, transfer: &ServiceTransfer) -> Result<()> {
    let party = transfer.input.party_id;
    let transfer_id = Some(transfer.meta.id);
    let open = store::open_of(tx, party).await?;
    if let Some(seller) = transfer.input.owner_id
        && open.iter().all(|one| one.duty != CustomerDuty::Sales)
    {
        let delivered = transfer.input.delivered_at.filter(|_| open.is_empty());
        let since = match store::has_any(tx, party).await? {
            true => ctx.now,
            false => delivered.unwrap_or(ctx.now),
        };
        let steps = assigned(&open, CustomerDuty::Sales, seller, false);
        follow(tx, ctx, party, steps, Cause { since, transfer: transfer_id }).await?;
    }
    let Some(service) = transfer.service_owner_id else { return Ok(()) };
    let open = store::open_of(tx, party).await?;
    let wish = ctx.settings.preferences.service_becomes_primary;
    let steps = assigned(&open, CustomerDuty::Service, service, wish);
    let cause = Cause { since: ctx.now, transfer: transfer_id };
    follow(tx, ctx, party, steps, cause).await
}

/// Deletes the owners that the second of two parties has which become one, unless the first has none.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<()> {
    if store::open_of(tx, ours).await?.is_empty() {
        return Ok(());
    }
    for one in store::open_of(tx, theirs).await? {
        rewrite::<CustomerOwner>(tx, ctx, one.id.uuid(), "deleted", |one| {
            one.meta.deleted_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

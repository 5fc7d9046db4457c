//! The rules of saving a service transfer, accepting one, and what contracts deliver.

use super::{
    AcceptServiceTransfer, SERVICE_TRANSFER, ServiceTransfer, ServiceTransferId,
    ServiceTransferInput, store,
};
use crate::{
    assets::Asset,
    customer_owners,
    engine::{check_new_owner, refer},
    parties::{PARTY, PartyId},
    problems::{IMMUTABLE, OF_OTHER_PARTY, SERVICE_TRANSFER_ACCEPTED},
    rules::{today, whole_micros},
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Id, Result, UserId, actor::forbidden, period::business_date, problem::OUT_OF_RANGE,
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for ServiceTransfer {
    fn kind() -> &'static Kind {
        &SERVICE_TRANSFER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        match before {
            None => drop(self.input.owner_id.get_or_insert(ctx.actor.user)),
            Some(before) if before.input.party_id != self.input.party_id => {
                return Err(IMMUTABLE.at("/party_id"));
            }
            Some(before) if before.input != self.input => before.waiting()?,
            Some(_) => {}
        }
        let delivered_at = whole_micros(self.input.delivered_at.unwrap_or(ctx.now));
        if delivered_at > ctx.now {
            return Err(OUT_OF_RANGE.at("/delivered_at").with("expected", "now or earlier"));
        }
        self.input.delivered_at = Some(delivered_at);
        // The owner of a contract that is implemented may have left.
        if before.is_some() || self.contract_id.is_none() {
            let had = before.and_then(|before| before.input.owner_id);
            check_new_owner(tx, ctx, self.input.owner_id, had).await?;
        }
        let moved = before.is_none_or(|one| one.input.delivered_at != Some(delivered_at));
        if moved {
            let day = business_date(delivered_at, ctx.settings.time_zone);
            self.settle_due(day, ctx.settings.preferences.transfer_within_days);
        }
        self.check_asset(tx, ctx, before).await
    }

    /// Of an asset of which nobody has said when it was bought the delivery says it: care and reminders are counted
    /// from that day.
    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &self.input;
        let Some((asset, delivered_at)) = input.asset_id.zip(input.delivered_at) else {
            return Ok(());
        };
        if before.is_some_and(|before| before.input.asset_id == Some(asset)) {
            return Ok(());
        }
        let system = ctx.on_behalf();
        let now = resource::load::<Asset>(tx, &system, asset.uuid()).await?;
        if now.input.bought_on.is_some() {
            return Ok(());
        }
        let day = business_date(delivered_at, ctx.settings.time_zone);
        let deliver = |one: &mut Asset| {
            one.input.bought_on = Some(day);
            Ok(())
        };
        resource::change(tx, &system, asset.uuid(), "updated", deliver).await.map(drop)
    }

    fn concerns(&self) -> Vec<Uuid> {
        let asset = self.input.asset_id.map(Id::uuid);
        [Some(self.input.party_id.uuid()), asset, self.contract_id].into_iter().flatten().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let verb = |name| match self.accepted_at {
            None => Verb::open(name, Action::Update),
            Some(_) => Verb::closed(name, Action::Update, &SERVICE_TRANSFER_ACCEPTED),
        };
        ["update", "accept"]
            .map(verb)
            .into_iter()
            .chain([Verb::open("delete", Action::Delete)])
            .collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "note": "客户希望周末保养,已加装行车记录仪。"
        })
    }
}

impl ServiceTransfer {
    /// Its asset is one of the party.
    async fn check_asset(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(asset) = self.input.asset_id else { return Ok(()) };
        if before.and_then(|before| before.input.asset_id) == Some(asset) {
            return Ok(());
        }
        let asset = refer::<Asset>(tx, ctx, asset.uuid(), "/asset_id").await?;
        match asset.input.party_id == self.input.party_id {
            true => Ok(()),
            false => Err(OF_OTHER_PARTY.at("/asset_id")),
        }
    }
}

/// Service has the file, and the customer has its owners in sales and in service.
///
/// # Errors
/// `service_transfer_accepted`; `inactive_owner`, `unknown_reference` for who is to look after the customer;
/// and as any change.
pub async fn accept(
    tx: &mut Tx,
    ctx: &Ctx,
    id: ServiceTransferId,
    wish: AcceptServiceTransfer,
) -> Result<Shown<ServiceTransfer>> {
    resource::load::<ServiceTransfer>(tx, ctx, id.uuid()).await?;
    if !resource::may(tx, ctx, &SERVICE_TRANSFER, Action::Update, id.uuid()).await? {
        return Err(forbidden(SERVICE_TRANSFER.plural, Action::Update));
    }
    if let Some(owner) = wish.service_owner_id {
        check_owner(tx, ctx, owner, "/service_owner_id").await?;
    }
    let owner = wish.service_owner_id.unwrap_or(ctx.actor.user);
    let by = (ctx.now, today(ctx), ctx.actor.user);
    let accept = |one: &mut ServiceTransfer| one.accept(owner, by);
    let shown = resource::change(tx, ctx, id.uuid(), "accepted", accept).await?;
    customer_owners::accepted(tx, ctx, &shown.record).await?;
    Ok(shown)
}

/// A contract was implemented: its customer goes to service, once, if the company has said how long that may
/// take. No right on service transfers is needed.
///
/// # Errors
/// Those of the store.
pub async fn deliver(
    tx: &mut Tx,
    ctx: &Ctx,
    (contract, party): (Uuid, PartyId),
    owner: Option<UserId>,
) -> Result<()> {
    let wanted = ctx.settings.preferences.transfer_within_days.is_some();
    if !wanted || store::has_contract(tx, contract).await? {
        return Ok(());
    }
    let system = ctx.on_behalf();
    if !resource::visible(tx, &system, &PARTY, party.uuid()).await? {
        return Ok(());
    }
    let input = ServiceTransferInput {
        party_id: party,
        asset_id: None,
        owner_id: owner,
        delivered_at: None,
        note: None,
    };
    let mut transfer = ServiceTransfer::assemble(Meta::new(ctx), input);
    transfer.contract_id = Some(contract);
    resource::insert(tx, &system, transfer, "created").await.map(drop)
}

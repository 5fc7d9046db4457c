//! The rules of a save, and what follows from collecting and merging.

use super::{CUSTOMER_SOURCE, CustomerSource, CustomerSourceInput, store};
use crate::{
    parties::PartyId,
    problems::{IMMUTABLE, SELF_REFERRAL},
};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::collection_channels::{BaseSource, CollectionChannel, CollectionChannelId};
use guanxi_kernel::{
    Ctx, Id, Result, UserId,
    problem::{DUPLICATE, NOT_FOUND},
};
use guanxi_storage::{
    Kind, Meta, Resource, Tx, bulk::insert_many, kind::Parts as _, merging::rewrite, resource,
};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// That the party of this new one is not in the base from its source.
const SOURCE_IS_FREE: &str = "customer_source_is_free";

impl Resource for CustomerSource {
    fn kind() -> &'static Kind {
        &CUSTOMER_SOURCE
    }

    async fn settle(&mut self, tx: &mut Tx, _: &Ctx, before: Option<&Self>) -> Result<()> {
        let input = &self.input;
        if let Some(before) = before {
            if before.input.party_id != input.party_id {
                return Err(IMMUTABLE.at("/party_id"));
            }
            if before.input.base_source != input.base_source {
                return Err(IMMUTABLE.at("/base_source"));
            }
        }
        input.settle()?;
        if input.referring_party_id == Some(input.party_id) {
            return Err(SELF_REFERRAL.at("/referring_party_id"));
        }
        if tx.knows(SOURCE_IS_FREE, self.meta.id.uuid()) {
            return Ok(());
        }
        let (party, source) = (input.party_id, input.base_source);
        match store::others(tx, party, source, self.meta.id).await? {
            true => Err(DUPLICATE.at("/base_source")),
            false => Ok(()),
        }
    }

    async fn foresee(records: &[Self], tx: &mut Tx) -> Result<()> {
        let mut wanted: BTreeMap<BaseSource, BTreeSet<PartyId>> = BTreeMap::new();
        for one in records {
            wanted.entry(one.input.base_source).or_default().insert(one.input.party_id);
        }
        for (source, parties) in wanted {
            let lacking: BTreeSet<PartyId> =
                store::without(tx, &parties, source).await?.into_iter().collect();
            let of_source = records.iter().filter(|one| one.input.base_source == source);
            for one in of_source.filter(|one| lacking.contains(&one.input.party_id)) {
                tx.learn(SOURCE_IS_FREE, one.meta.id.uuid());
            }
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let referring = self.input.referring_party_id.map(Id::uuid);
        [self.input.party_id.uuid()].into_iter().chain(referring).collect()
    }

    fn example() -> Json {
        json!({
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "base_source": "affiliate",
            "referring_party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "note": "由配套厂商推荐。"
        })
    }
}

/// Parties were made or found by what came through a channel: those that were not in the base from its source are now.
/// What is no party any more is no matter.
pub fn collected<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    channel: CollectionChannelId,
    records: Vec<Uuid>,
) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let system = &ctx.on_behalf();
        let source = match resource::load::<CollectionChannel>(tx, system, channel.uuid()).await {
            Err(problem) if problem.is(&NOT_FOUND) => return Ok(()),
            found => found?.input.base_source,
        };
        let parties: BTreeSet<PartyId> = records.into_iter().map(PartyId::from).collect();
        let lacking = store::without(tx, &parties, source).await?;
        for party in &lacking {
            tx.learn("party", party.uuid());
        }
        let new = |party: PartyId| {
            let input = CustomerSourceInput::of_channel(party, source, channel);
            CustomerSource::assemble(Meta::new(system), input)
        };
        insert_many(tx, system, lacking.into_iter().map(new).collect()).await
    })
}

/// A party came into the base from that source, by that employee if it is one that names one. One that has the source
/// already keeps it.
///
/// # Errors
/// Those of the store.
pub(crate) async fn brought_in(
    tx: &mut Tx,
    ctx: &Ctx,
    party: PartyId,
    (source, employee_id): (BaseSource, Option<UserId>),
) -> Result<()> {
    if store::without(tx, &BTreeSet::from([party]), source).await?.is_empty() {
        return Ok(());
    }
    let input = CustomerSourceInput {
        party_id: party,
        base_source: source,
        referring_party_id: None,
        employee_id,
        collection_channel_id: None,
        note: None,
    };
    let new = CustomerSource::assemble(Meta::new(ctx), input);
    resource::insert(tx, &ctx.on_behalf(), new, "created").await.map(drop)
}

/// Deletes what the second of two parties that become one has from the same source as the first, and what one of them
/// has by the other.
///
/// # Errors
/// Those of the store.
pub(crate) async fn make_room(
    tx: &mut Tx,
    ctx: &Ctx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<()> {
    for id in store::in_the_way(tx, ours, theirs).await? {
        rewrite::<CustomerSource>(tx, ctx, id.uuid(), "deleted", |one| {
            one.meta.deleted_at = Some(ctx.now);
            Ok(())
        })
        .await?;
    }
    Ok(())
}

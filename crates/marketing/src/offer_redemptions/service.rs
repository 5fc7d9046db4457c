//! The rules of a save.

use super::{OFFER_REDEMPTION, OfferRedemption, store};
use crate::offers::{Offer, OfferId, OfferPer, Redeemer};
use guanxi_customers::{
    assets::Asset,
    engine::{refer, standing},
    parties::Party,
    problems::{IMMUTABLE, OF_OTHER_PARTY},
    rules::{refuse, whole_micros},
};
use guanxi_kernel::{
    Ctx, Id, Result,
    period::business_date,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};
use uuid::Uuid;

impl Resource for OfferRedemption {
    fn kind() -> &'static Kind {
        &OFFER_REDEMPTION
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        const PLACE: &str = "/offer_id";
        if let Some(before) = before {
            self.stay(before)?;
        }
        if standing(before).is_some() {
            return Ok(());
        }
        let at = whole_micros(self.input.redeemed_at.unwrap_or(ctx.now));
        if at > ctx.now {
            return Err(refuse(&OUT_OF_RANGE, "/redeemed_at", ("expected", "now or earlier")));
        }
        self.input.redeemed_at = Some(at);
        let id = self.input.offer_id.ok_or_else(|| REQUIRED.at(PLACE))?;
        let offer: Offer = refer(tx, ctx, id.uuid(), PLACE).await?;
        let party: Party = refer(tx, ctx, self.input.party_id.uuid(), "/party_id").await?;
        match (offer.input.per, self.input.asset_id) {
            (OfferPer::Asset, None) => return Err(REQUIRED.at("/asset_id")),
            (_, Some(asset)) => {
                let asset: Asset = refer(tx, ctx, asset.uuid(), "/asset_id").await?;
                if asset.input.party_id != self.input.party_id {
                    return Err(OF_OTHER_PARTY.at("/asset_id"));
                }
            }
            (OfferPer::Party, None) => {}
        }
        offer.require_day(business_date(at, ctx.settings.time_zone))?;
        let member = match offer.input.campaign_id {
            Some(campaign) => store::is_member(tx, campaign, self.input.party_id).await?,
            None => false,
        };
        offer.require_eligible(Redeemer {
            tier: party.input.tier.as_deref(),
            roles: &party.input.roles,
            member,
        })?;
        self.check_left(tx, (id, &offer)).await
    }

    /// Those that come together were judged as if the others were not there.
    async fn all_saved(records: &[Self], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        for one in records {
            let Some(id) = one.input.offer_id else { continue };
            let offer: Offer = resource::load(tx, &ctx.on_behalf(), id.uuid()).await?;
            one.check_left(tx, (id, &offer)).await?;
        }
        Ok(())
    }

    fn concerns(&self) -> Vec<Uuid> {
        let (offer, asset) = (self.input.offer_id.map(Id::uuid), self.input.asset_id.map(Id::uuid));
        offer.into_iter().chain(asset).chain([self.input.party_id.uuid()]).collect()
    }

    fn example() -> Json {
        json!({
            "offer_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "party_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78",
            "amount": { "amount": "680.00", "currency": "CNY" },
            "note": "首保,机油机滤。"
        })
    }
}

impl OfferRedemption {
    async fn check_left(&self, tx: &mut Tx, (id, offer): (OfferId, &Offer)) -> Result<()> {
        let by_asset = offer.input.per == OfferPer::Asset;
        let (by_same, in_all) = store::redeemed(tx, id, self, by_asset).await?;
        offer.require_left(by_same, in_all)
    }

    /// Which offer, by whom, for what and when stays.
    fn stay(&self, before: &Self) -> Result<()> {
        let (now, had) = (&self.input, &before.input);
        let members = [
            ("/offer_id", now.offer_id == had.offer_id),
            ("/party_id", now.party_id == had.party_id),
            ("/asset_id", now.asset_id == had.asset_id),
            ("/redeemed_at", now.redeemed_at == had.redeemed_at),
        ];
        match members.into_iter().find(|(_, same)| !same) {
            Some((place, _)) => Err(IMMUTABLE.at(place)),
            None => Ok(()),
        }
    }
}

//! Redemptions in the store. Nothing is decided here.

use super::{OfferRedemption, OfferRedemptionId};
use crate::{campaigns::CampaignId, offers::OfferId};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// How often an offer was redeemed besides by that record: by the same party or for the same asset, and in all.
pub(super) async fn redeemed(
    tx: &mut Tx,
    offer: OfferId,
    one: &OfferRedemption,
    by_asset: bool,
) -> Result<(i64, i64)> {
    let mut same = sql!(
        "SELECT COUNT(*) FROM offer_redemptions
         WHERE tenant_id = $1 AND offer_id = $2 AND id <> $3 AND deleted_at IS NULL",
        offer,
        one.meta.id
    );
    match (by_asset, one.input.asset_id) {
        (true, Some(asset)) => same.push(" AND asset_id = ").bind(asset),
        _ => same.push(" AND party_id = ").bind(one.input.party_id),
    };
    let same = tx.optional::<(i64,)>(same).await?.map_or(0, |(count,)| count);
    Ok((same, others(tx, offer, one.meta.id).await?))
}

/// How often an offer was redeemed besides by that record.
async fn others(tx: &mut Tx, offer: OfferId, but: OfferRedemptionId) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM offer_redemptions
         WHERE tenant_id = $1 AND offer_id = $2 AND id <> $3 AND deleted_at IS NULL",
        offer,
        but
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Whether a party, or somebody there, is a live member of a campaign.
pub(super) async fn is_member(tx: &mut Tx, campaign: CampaignId, party: PartyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND party_id = $3 AND deleted_at IS NULL LIMIT 1",
        campaign,
        party
    );
    tx.exists(sql).await
}

//! A redemption as a row.

use crate::offers::{Offer, OfferId};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    assets::{Asset, AssetId},
    parties::{Party, PartyId},
    rules::{likely_instant, not_negative},
};
use guanxi_kernel::{Id, Money, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a redemption.
pub type OfferRedemptionId = Id<OfferRedemption>;

type OfferRedemptionMeta = Meta<OfferRedemption>;

/// What callers write of a redemption. Which offer, by whom, for what and when stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OfferRedemptionInput {
    /// The offer; that of the path when absent.
    #[serde(default)]
    #[field(zh = "优惠", filter, to = Offer)]
    pub offer_id: Option<OfferId>,
    /// Who redeems it.
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: PartyId,
    /// For which of its assets; needed where the offer is counted by asset.
    #[serde(default)]
    #[field(zh = "资产", filter, to = Asset)]
    pub asset_id: Option<AssetId>,
    /// When; now when absent, and not in the future.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "兑换时间", filter, sort)]
    pub redeemed_at: Option<DateTime<Utc>>,
    /// What they have bought with it.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "消费金额", money)]
    pub amount: Option<Money>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// An offer that was redeemed.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct OfferRedemption {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OfferRedemptionMeta)]
    pub meta: Meta<OfferRedemption>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OfferRedemptionInput,
}

/// The resource of redemptions.
pub static OFFER_REDEMPTION: Kind = Kind::new::<OfferRedemption>(
    "offer_redemption",
    "offer-redemptions",
    "offer_redemptions",
    Visibility::Parent { column: "party_id", table: "parties", shared: None },
    Texts { en: "Offer redemption", zh: "优惠兑换" },
);

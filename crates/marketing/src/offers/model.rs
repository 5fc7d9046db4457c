//! An offer as a row.

use crate::campaigns::{Campaign, CampaignId};
use chrono::NaiveDate;
use guanxi_customers::{parties::PartyRole, rules::likely_date};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// By what redemptions of an offer are counted.
    #[derive(Default)]
    pub enum OfferPer {
        /// By customer.
        #[default]
        Party = "party" ("Customer", "客户"),
        /// By what the customer owns, e.g. a vehicle.
        Asset = "asset" ("Asset", "资产"),
    }
}

/// Names an offer.
pub type OfferId = Id<Offer>;

type OfferMeta = Meta<Offer>;

fn one() -> i64 {
    1
}

/// What callers write of an offer. By what redemptions are counted stays.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct OfferInput {
    /// Its code, e.g. `SPRING10`; no two offers have the same. Kept in capitals.
    #[field(zh = "优惠代码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "优惠名称", filter)]
    pub name: Line<200>,
    /// What is promised.
    #[serde(default)]
    #[field(zh = "优惠内容")]
    pub text: Option<Text<1000>>,
    /// The campaign that tells of it, if one does: its members are those to whom it is offered.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The first day on which it can be redeemed.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "生效日期", filter)]
    pub valid_from: NaiveDate,
    /// The last day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "截止日期", filter)]
    pub valid_until: NaiveDate,
    /// For customers of these levels, each once; of any when there are none.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "适用等级", json)]
    pub tiers: Vec<Line<40>>,
    /// For parties that have one of these roles, each once; of any when there are none.
    #[serde(default)]
    #[validate(length(max = 10))]
    #[schema(max_items = 10)]
    #[field(zh = "适用角色", json)]
    pub roles: Vec<PartyRole>,
    /// For members of the campaign only.
    #[serde(default)]
    #[field(zh = "仅限活动成员")]
    pub members_only: bool,
    /// By what redemptions are counted.
    #[serde(default)]
    #[field(zh = "兑换限制对象", filter)]
    pub per: OfferPer,
    /// How often each of these can redeem it.
    #[serde(default = "one")]
    #[validate(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    #[field(zh = "每个对象可兑换次数")]
    pub times: i64,
    /// How often it can be redeemed in all; any number of times when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 1_000_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    #[field(zh = "总兑换上限")]
    pub max_redemptions: Option<i64>,
    /// Whether it can be redeemed.
    #[serde(default = "guanxi_kernel::input::yes")]
    #[field(zh = "启用", filter)]
    pub active: bool,
}

/// What customers are promised.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Offer {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = OfferMeta)]
    pub meta: Meta<Offer>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: OfferInput,
    /// How often it was redeemed.
    #[field(computed)]
    pub redemptions: i64,
}

/// The resource of offers.
pub static OFFER: Kind = Kind::new::<Offer>(
    "offer",
    "offers",
    "offers",
    Visibility::Tenant,
    Texts { en: "Offer", zh: "优惠" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"]);

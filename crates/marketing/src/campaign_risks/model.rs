//! A risk of a campaign.

use crate::campaigns::{Campaign, CampaignId};
use guanxi_customers::rules::not_negative;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Money, Share, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a risk.
pub type CampaignRiskId = Id<CampaignRisk>;

type CampaignRiskMeta = Meta<CampaignRisk>;

guanxi_kernel::words! {
    /// How far a risk has come.
    #[derive(Default)]
    pub enum CampaignRiskStatus {
        /// It may still happen.
        #[default]
        Open = "open" ("Open", "未发生"),
        /// It has happened.
        Occurred = "occurred" ("Occurred", "已发生"),
        /// It cannot happen any more.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

/// What callers write of a risk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignRiskInput {
    /// The campaign; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What may go wrong, or what has changed around it.
    #[field(zh = "风险")]
    pub title: Line<200>,
    /// How likely it is.
    #[field(zh = "发生概率")]
    pub probability: Share,
    /// What it would cost, in the currency of the campaign.
    #[validate(custom(function = "not_negative"))]
    #[field(zh = "影响金额", money)]
    pub impact: Money,
    /// What is done about it.
    #[serde(default)]
    #[field(zh = "应对措施")]
    pub response: Option<Text<1000>>,
    /// Who minds it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "责任人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How far it has come.
    #[serde(default)]
    #[field(zh = "风险状态", filter)]
    pub status: CampaignRiskStatus,
}

/// What may go wrong with a campaign.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CampaignRisk {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignRiskMeta)]
    pub meta: Meta<CampaignRisk>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignRiskInput,
    /// Probability by impact, rounded half-even to the minor unit.
    #[field(zh = "风险敞口", money, sort = "exposure_key")]
    pub exposure: Option<Money>,
    /// The same as lists are ordered by it: its figure.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) exposure_key: i64,
}

/// The resource of risks of campaigns.
pub static CAMPAIGN_RISK: Kind = Kind::new::<CampaignRisk>(
    "campaign_risk",
    "campaign-risks",
    "campaign_risks",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Campaign risk", zh: "活动风险" },
);

//! A result of a campaign that was entered by hand.

use crate::campaigns::{Campaign, CampaignId};
use chrono::NaiveDate;
use guanxi_customers::rules::likely_date;
use guanxi_kernel::{Id, Line, Money, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a result.
pub type CampaignResultId = Id<CampaignResult>;

type CampaignResultMeta = Meta<CampaignResult>;

/// What callers write of a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct CampaignResultInput {
    /// The campaign; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// What it is measured by, a word of `CampaignMetric`, e.g. `reach`.
    #[field(zh = "指标", filter)]
    pub metric: Line<40>,
    /// The business day: from the start of the campaign to today; today when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "发生日期", filter, sort)]
    pub occurred_on: Option<NaiveDate>,
    /// How many; of metrics that are numbers. Below zero it corrects another entry.
    #[serde(default)]
    #[validate(range(min = -1_000_000_000, max = 1_000_000_000))]
    #[schema(minimum = -1_000_000_000, maximum = 1_000_000_000)]
    #[field(zh = "数值")]
    pub value: Option<i64>,
    /// How much, in the currency of the campaign; of metrics that are amounts.
    #[serde(default)]
    #[field(zh = "金额", money)]
    pub amount: Option<Money>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What came of a campaign on a day, entered by hand.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct CampaignResult {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = CampaignResultMeta)]
    pub meta: Meta<CampaignResult>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: CampaignResultInput,
}

/// The resource of results of campaigns.
pub static CAMPAIGN_RESULT: Kind = Kind::new::<CampaignResult>(
    "campaign_result",
    "campaign-results",
    "campaign_results",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Campaign result", zh: "活动结果" },
);

//! What a competitor does.

use chrono::NaiveDate;
use guanxi_customers::{
    parties::{Party, PartyId},
    regions::{Region, RegionId},
    rules::likely_date,
};
use guanxi_kernel::{Id, Line, Text, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names an activity of a competitor.
pub type RivalActivityId = Id<RivalActivity>;

type RivalActivityMeta = Meta<RivalActivity>;

/// What callers write of an activity of a competitor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RivalActivityInput {
    /// The competitor: a party with that role.
    #[field(zh = "竞争对手", filter, to = Party)]
    pub party_id: PartyId,
    /// The first day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "开始日期", filter, sort)]
    pub starts_on: NaiveDate,
    /// The last day.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "结束日期", filter)]
    pub ends_on: NaiveDate,
    /// By which means, e.g. a price cut.
    #[field(zh = "手段", filter)]
    pub means: Line<200>,
    /// In which region; everywhere when absent.
    #[serde(default)]
    #[field(zh = "区域", filter, to = Region)]
    pub region_id: Option<RegionId>,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// What a competitor does, when and where.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct RivalActivity {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RivalActivityMeta)]
    pub meta: Meta<RivalActivity>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RivalActivityInput,
}

/// The resource of activities of competitors.
pub static RIVAL_ACTIVITY: Kind = Kind::new::<RivalActivity>(
    "rival_activity",
    "rival-activities",
    "rival_activities",
    Visibility::Tenant,
    Texts { en: "Rival activity", zh: "竞争对手活动" },
)
.searched(&["means"]);

//! People who came by, as a row.

use crate::{
    campaigns::{Campaign, CampaignId},
    media::{Medium, MediumId},
    source_codes::{SourceCode, SourceCodeId},
};
use chrono::{DateTime, Utc};
use guanxi_customers::{
    parties::{Party, PartyId},
    rules::likely_instant,
};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names people who came by.
pub type WalkInId = Id<WalkIn>;

type WalkInMeta = Meta<WalkIn>;

/// What callers write of people who came by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WalkInInput {
    /// The campaign; that of the path or of the source code when absent. It stays.
    #[serde(default)]
    #[field(zh = "市场活动", filter, to = Campaign)]
    pub campaign_id: Option<CampaignId>,
    /// The code that brought them: on the leaflet, the coupon or the stand. It stays.
    #[serde(default)]
    #[field(zh = "源代码", filter)]
    pub source_code: Option<Line<60>>,
    /// When they came; now when absent, and not in the future.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "到店时间", filter, sort)]
    pub came_at: Option<DateTime<Utc>>,
    /// How many they are.
    #[validate(range(min = 1, max = 100_000))]
    #[schema(minimum = 1, maximum = 100_000)]
    #[field(zh = "人数")]
    pub people: i64,
    /// The customer or prospect whom they come from, if they are known.
    #[serde(default)]
    #[field(zh = "客户", filter, to = Party)]
    pub party_id: Option<PartyId>,
    /// Who has received or counted them; the acting user when absent.
    #[serde(default)]
    #[field(zh = "接待人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// What they were after.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// People who came by themselves.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WalkIn {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = WalkInMeta)]
    pub meta: Meta<WalkIn>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WalkInInput,
    /// The source code.
    #[field(zh = "匹配的源代码", filter, to = SourceCode)]
    pub source_code_id: Option<SourceCodeId>,
    /// Its medium.
    #[field(zh = "媒介", filter, to = Medium)]
    pub medium_id: Option<MediumId>,
}

/// The resource of people who came by.
pub static WALK_IN: Kind = Kind::new::<WalkIn>(
    "walk_in",
    "walk-ins",
    "walk_ins",
    Visibility::Parent { column: "campaign_id", table: "campaigns", shared: None },
    Texts { en: "Walk-in", zh: "到店客流" },
)
.succeeded(Succession::Never);

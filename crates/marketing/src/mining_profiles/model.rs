//! A profile as a row, and who is like those in it.

use super::reason::ProfileReason;
use crate::{
    mining_datasets::DatasetColumn,
    population::Population,
    segments::{Segment, SegmentId},
};
use guanxi_customers::parties::PartyId;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_mining::Trait;
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a profile.
pub type MiningProfileId = Id<MiningProfile>;

type MiningProfileMeta = Meta<MiningProfile>;

/// What callers write of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MiningProfileInput {
    /// Whose members are looked at.
    #[field(zh = "客户群", filter, to = Segment)]
    pub segment_id: SegmentId,
    /// What it is called; as the segment when absent.
    #[serde(default)]
    #[field(zh = "名称", filter)]
    pub name: Option<Line<200>>,
    /// Whom the members are held against, and are of themselves; that of the segment when absent.
    #[serde(default)]
    #[field(zh = "对照人群")]
    pub population: Option<Population>,
    /// What is looked at, by the names of `/v1/mining/features`. When there are none: what parties are, how many
    /// contracts they have signed, over how much and how long ago, and how often they were visited.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    #[field(zh = "特征", json)]
    pub features: Vec<Line<100>>,
}

/// What the members of a segment have in common.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct MiningProfile {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MiningProfileMeta)]
    pub meta: Meta<MiningProfile>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MiningProfileInput,
    /// Who has asked for it.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// How many members the segment had, of those whom the maker may see.
    #[field(zh = "成员数")]
    pub members: i64,
    /// How many they were held against, the members among them.
    #[field(zh = "对照人数")]
    pub base: i64,
    /// What was looked at.
    #[schema(max_items = 200)]
    #[field(zh = "特征列", json)]
    pub columns: Vec<DatasetColumn>,
    /// Texts with more than 50 different values: they were left out, since no feature was named.
    #[schema(max_items = 200)]
    #[field(zh = "未纳入的特征", json)]
    pub left_out: Vec<String>,
    /// Of each value, or range of numbers, how frequent it is inside and in the base, and the lift, which is
    /// inside ÷ base. Numbers of more than ten different values are told in fifths of the base.
    #[schema(max_items = 5000)]
    #[field(zh = "共性", json)]
    pub traits: Vec<Trait>,
    /// SHA-256 of the traits as JSON, as 64 hexadecimal digits: the same data, the same digest.
    #[field(zh = "摘要")]
    pub digest: Option<String>,
}

/// The resource of profiles.
pub static MINING_PROFILE: Kind = Kind::new::<MiningProfile>(
    "mining_profile",
    "mining-profiles",
    "mining_profiles",
    Visibility::Owner,
    Texts { en: "Mining profile", zh: "客群画像" },
)
.at("mining/profiles")
.searched(&["name"]);

/// Among whom to look.
#[derive(Debug, Clone, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "population": "prospects", "limit": 100 })))]
pub struct FindLookalikes {
    /// Among whom; prospects when absent.
    #[serde(default = "prospects")]
    pub population: Population,
    /// Only among the members of this segment.
    #[serde(default)]
    pub segment_id: Option<SegmentId>,
    /// How many at most.
    #[serde(default = "fifty")]
    #[validate(range(min = 1, max = 200))]
    #[schema(minimum = 1, maximum = 200, default = 50)]
    pub limit: i64,
}

fn prospects() -> Population {
    Population::Prospects
}

fn fifty() -> i64 {
    50
}

/// Somebody who is like the members.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Lookalike {
    /// The party.
    pub party_id: PartyId,
    /// The sum, over what was looked at, of log₂ of the lifts, with four decimals: who has one more is twice as
    /// likely to be one of them, as far as the features are independent.
    pub score: String,
    /// Why: what adds or takes most, at most five.
    #[schema(max_items = 5)]
    pub reasons: Vec<ProfileReason>,
}

/// Who is like the members of a segment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Lookalikes {
    /// The profile.
    pub profile_id: MiningProfileId,
    /// How many were looked at.
    pub looked_at: u64,
    /// The highest score first, of equal ones in the order of the ids.
    pub data: Vec<Lookalike>,
}

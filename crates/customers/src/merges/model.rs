//! A merge as callers see it.

use crate::duplicates::RecordType;
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a merge.
pub type MergeId = Id<Merge>;

type MergeMeta = Meta<Merge>;

/// What callers write of a merge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct MergeInput {
    /// What the two are.
    #[field(zh = "记录类型", filter)]
    pub record_type: RecordType,
    /// The record that stays.
    #[field(zh = "保留记录", filter)]
    pub survivor_id: Uuid,
    /// The record that becomes part of it.
    #[field(zh = "被合并记录", filter)]
    pub merged_id: Uuid,
    /// A merge patch on the survivor, for values that are neither its own nor missing there.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "取值", json)]
    pub data: Map<String, Json>,
}

/// Two records that have become one.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Merge {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = MergeMeta)]
    pub meta: Meta<Merge>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: MergeInput,
    /// Who has merged them.
    #[field(zh = "合并人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The members of the survivor that the merge has changed.
    #[field(zh = "补充字段", json)]
    pub filled: Vec<String>,
    /// How many records of each resource name the survivor instead of the merged record.
    #[field(zh = "转移记录", json)]
    #[schema(value_type = Object)]
    pub moved: Json,
    /// When they were parted again, if they were.
    #[field(zh = "撤销时间")]
    pub undone_at: Option<DateTime<Utc>>,
    /// What was left as it was when they were parted, because it had been changed since.
    #[field(zh = "未还原", json)]
    pub left_as_is: Vec<LeftAsIs>,
}

/// Members that parting has left as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftAsIs {
    /// The kind of the record.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The record.
    pub id: Uuid,
    /// The members.
    pub fields: Vec<String>,
}

/// The resource of merges.
pub static MERGE: Kind = Kind::new::<Merge>(
    "merge",
    "merges",
    "merges",
    Visibility::Owner,
    Texts { en: "Merge", zh: "合并" },
)
.succeeded(Succession::Never)
.also(&["undone"]);

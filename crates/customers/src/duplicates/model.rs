//! A pair of records that are probably the same.

use super::RecordType;
use guanxi_identity::users::User;
use guanxi_kernel::{Text, UserId, problem::Texts};
use guanxi_matching::{Evidence, Verdict};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What was decided about a pair.
    #[derive(Default)]
    pub enum DuplicateStatus {
        /// Nothing yet.
        #[default]
        Open = "open" ("Open", "待处理"),
        /// They are not the same.
        Dismissed = "dismissed" ("Not the same", "非重复"),
        /// One of them has been merged; set by merges only.
        Merged = "merged" ("Merged", "已合并"),
    }
}

type DuplicateMeta = Meta<Duplicate>;

/// What callers write of a pair.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct DuplicateInput {
    /// What was decided.
    #[field(zh = "状态", filter)]
    pub status: DuplicateStatus,
    /// Who looks after it; whoever has asked for the search at first.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: UserId,
    /// Why it was decided so.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// Two records that are probably the same, as a search has found them.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Duplicate {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = DuplicateMeta)]
    pub meta: Meta<Duplicate>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: DuplicateInput,
    /// What the two are.
    #[field(zh = "记录类型", filter)]
    pub record_type: RecordType,
    /// One record; the one with the smaller id, which was made first.
    #[field(zh = "记录一", filter)]
    pub left_id: Uuid,
    /// The other one.
    #[field(zh = "记录二", filter)]
    pub right_id: Uuid,
    /// How sure that is, 0 to 100.
    #[field(zh = "得分")]
    #[schema(minimum = 0, maximum = 100)]
    pub score: i64,
    /// The sum of the evidence, which does not end at 100.
    #[field(zh = "证据分", sort)]
    pub points: i64,
    /// What the evidence says.
    #[field(zh = "判定", filter)]
    pub verdict: Verdict,
    /// The evidence, point by point.
    #[field(zh = "依据", json)]
    pub reasons: Vec<Evidence>,
    /// The job that has found them.
    #[field(zh = "任务")]
    pub job_id: Uuid,
}

/// The resource of pairs.
pub static DUPLICATE_PAIR: Kind = Kind::new::<Duplicate>(
    "duplicate",
    "duplicates",
    "duplicates",
    Visibility::Owner,
    Texts { en: "Duplicate", zh: "疑似重复" },
)
.succeeded(Succession::While(&["open"]));

//! A training record as a row.

use crate::rollouts::{Rollout, RolloutId};
use chrono::NaiveDate;
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, period::likely_date, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a training record.
pub type TrainingRecordId = Id<TrainingRecord>;

type TrainingRecordMeta = Meta<TrainingRecord>;

/// What callers write of a training record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecordInput {
    /// The roll-out; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "实施项目", filter, to = Rollout)]
    pub rollout_id: Option<RolloutId>,
    /// Who was tested: a member of the roll-out. It stays.
    #[field(zh = "学员", filter, to = User)]
    pub user_id: UserId,
    /// The code of one of the training items of the roll-out. It stays.
    #[field(zh = "培训项目", filter)]
    pub item: Line<40>,
    /// The day of the test, today or earlier.
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "考核日期", filter)]
    pub taken_on: NaiveDate,
    /// How many of 100 points.
    #[validate(range(min = 0, max = 100))]
    #[schema(minimum = 0, maximum = 100)]
    #[field(zh = "得分")]
    pub score: i64,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<1000>>,
}

/// A test that a member of a roll-out has taken.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct TrainingRecord {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TrainingRecordMeta)]
    pub meta: Meta<TrainingRecord>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TrainingRecordInput,
    /// Whether that was enough, by what the item wanted when the score was entered.
    #[field(zh = "合格", filter)]
    pub passed: bool,
}

/// The resource of training records.
pub static TRAINING_RECORD: Kind = Kind::new::<TrainingRecord>(
    "training_record",
    "training-records",
    "training_records",
    Visibility::Parent { column: "rollout_id", table: "rollouts", shared: None },
    Texts { en: "Training record", zh: "培训记录" },
);

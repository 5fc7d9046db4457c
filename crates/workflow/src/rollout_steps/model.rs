//! A step of a roll-out as a row. Its parts are in `parts.rs`.

use super::{
    needs::RolloutNeed,
    parts::{EscalationLevel, RolloutStepStatus, StepInspection, StepResponsibility},
};
use crate::rollouts::{Rollout, RolloutId};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Text, UserId, period::likely_date, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Names a step.
pub type RolloutStepId = Id<RolloutStep>;

type RolloutStepMeta = Meta<RolloutStep>;

/// What callers write of a step. Once the step is handed in or done, only `inspection`, `incentive` and
/// `responsibilities` change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct RolloutStepInput {
    /// The roll-out, a draft; that of the path when absent. It stays.
    #[serde(default)]
    #[field(zh = "实施项目", filter, to = Rollout)]
    pub rollout_id: Option<RolloutId>,
    /// Its code; no two steps of a roll-out have the same. It stays once the roll-out has begun, and with a template.
    #[field(zh = "代码", filter)]
    pub code: Line<40>,
    /// What is done in it.
    #[field(zh = "步骤名称")]
    pub name: Line<100>,
    /// What that is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// Its place among the steps, which no other has; behind all others when absent. It stays as its code does.
    #[serde(default)]
    #[validate(range(min = 1, max = 1_000))]
    #[schema(minimum = 1, maximum = 1_000)]
    #[field(zh = "顺序", sort)]
    pub position: Option<i64>,
    /// Who sees to it; who is in charge of the roll-out when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// By which day. This or a limit is needed before the roll-out starts.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    #[field(zh = "计划日期")]
    pub planned_on: Option<NaiveDate>,
    /// Within how many hours from its beginning: worked ones if the company has a default work calendar.
    #[serde(default)]
    #[validate(range(min = 1, max = 8_760))]
    #[schema(minimum = 1, maximum = 8_760)]
    #[field(zh = "时限(小时)")]
    pub limit_hours: Option<i64>,
    /// What must be there before it is done, each once. What a template wants stays.
    #[serde(default)]
    #[validate(length(max = 6))]
    #[schema(max_items = 6)]
    #[field(zh = "完成条件", json)]
    pub needs: Vec<RolloutNeed>,
    /// Who looks whether it is done as it should be, and how often.
    #[serde(default)]
    #[validate(nested)]
    #[field(zh = "检查", json)]
    pub inspection: Option<StepInspection>,
    /// What those get who do it well.
    #[serde(default)]
    #[field(zh = "激励")]
    pub incentive: Option<Text<1000>>,
    /// Which department takes which part in it, each department once. If there are any, exactly one is accountable.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "部门职责", json)]
    pub responsibilities: Vec<StepResponsibility>,
    /// What came of it, or where that is.
    #[serde(default)]
    #[field(zh = "完成依据")]
    pub evidence: Option<Text<2000>>,
}

/// A step of a roll-out.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct RolloutStep {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = RolloutStepMeta)]
    pub meta: Meta<RolloutStep>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: RolloutStepInput,
    /// How far it has come. Only moves change it.
    #[field(zh = "状态", filter)]
    pub status: RolloutStepStatus,
    /// When it has begun: the step before it was done then.
    #[field(zh = "开始时间")]
    pub started_at: Option<DateTime<Utc>>,
    /// By when it is due, or was.
    #[field(zh = "截止时间")]
    pub due_at: Option<DateTime<Utc>>,
    /// The last day on which it is in time, until it is done; it is overdue once that is past.
    #[field(zh = "到期日期", filter)]
    pub due_on: Option<NaiveDate>,
    /// When it was done.
    #[field(zh = "完成时间")]
    pub done_at: Option<DateTime<Utc>>,
    /// Who has done it, or has handed it in.
    #[field(zh = "完成人", to = User)]
    pub done_by: Option<UserId>,
    /// How many minutes it took from its beginning: worked ones if the company has a default work calendar.
    #[field(zh = "用时(分钟)")]
    pub minutes_taken: Option<i64>,
    /// The approval that it waits for, or was done by.
    #[field(zh = "审批")]
    pub approval_id: Option<Uuid>,
    /// Who was told last that it is overdue.
    #[field(zh = "催办级别")]
    pub escalated_to: Option<EscalationLevel>,
    /// Whether nobody looks at it and nobody gets anything for it: such steps are not done for long.
    #[field(zh = "无检查无激励", filter)]
    pub unbacked: bool,
    /// When the next one is told that it is overdue.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) remind_at: Option<DateTime<Utc>>,
}

/// The resource of steps.
pub static ROLLOUT_STEP: Kind = Kind::new::<RolloutStep>(
    "rollout_step",
    "rollout-steps",
    "rollout_steps",
    Visibility::OwnerOrParent { column: "rollout_id", table: "rollouts" },
    Texts { en: "Roll-out step", zh: "实施步骤" },
)
.succeeded(Succession::While(&["waiting", "open", "pending"]))
.late_by("due_on")
.also(&[
    "opened",
    "submitted",
    "completed",
    "rejected",
    "recalled",
    "reopened",
    "put_back",
    "dropped",
    "escalated",
]);

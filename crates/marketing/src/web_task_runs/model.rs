//! A run through a task as a row.

use chrono::{DateTime, Utc};
use guanxi_customers::rules::likely_instant;
use guanxi_kernel::{Id, Line, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Names a run through a task.
pub type WebTaskRunId = Id<WebTaskRun>;

type WebTaskRunMeta = Meta<WebTaskRun>;

/// A step of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WebStep {
    /// What it is called: the same in all runs of the task.
    pub step: Line<60>,
    /// How many seconds it took.
    #[validate(range(min = 0, max = 86_400))]
    #[schema(minimum = 0, maximum = 86_400)]
    pub seconds: i64,
}

/// What callers write of a run through a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WebTaskRunInput {
    /// What the visitor wanted to do.
    #[field(zh = "网站任务", filter)]
    pub task: Line<100>,
    /// When they began.
    #[validate(custom(function = "likely_instant"))]
    #[field(zh = "开始时间", filter)]
    pub began_at: DateTime<Utc>,
    /// The steps in their order, one that was gone back to again; with the last one they came to the end,
    /// or left.
    #[serde(default)]
    #[validate(length(max = 50), nested)]
    #[schema(max_items = 50)]
    #[field(zh = "步骤", json)]
    pub steps: Vec<WebStep>,
    /// Whether they came to the end.
    #[field(zh = "已完成", filter)]
    pub completed: bool,
    /// How hard they found it, from 1 for easy to 5, if they have said.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    #[field(zh = "费力程度")]
    pub effort: Option<i64>,
    /// How satisfied they were, from 1 for not at all to 5, if they have said.
    #[serde(default)]
    #[validate(range(min = 1, max = 5))]
    #[schema(minimum = 1, maximum = 5)]
    #[field(zh = "满意度")]
    pub satisfaction: Option<i64>,
}

/// How a visitor came through a task.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WebTaskRun {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = WebTaskRunMeta)]
    pub meta: Meta<WebTaskRun>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WebTaskRunInput,
    /// How many seconds all steps took.
    #[field(zh = "总用时(秒)")]
    pub seconds: i64,
}

/// The resource of runs through tasks.
pub static WEB_TASK_RUN: Kind = Kind::new::<WebTaskRun>(
    "web_task_run",
    "web-task-runs",
    "web_task_runs",
    Visibility::Tenant,
    Texts { en: "Web task run", zh: "网站任务记录" },
);

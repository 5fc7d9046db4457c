//! A run and the outcomes of its steps.

use crate::workflows::{Workflow, WorkflowId, WorkflowStepKind};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Resource, Visibility, resource::Verb};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a run has come.
    #[derive(Default)]
    pub enum WorkflowRunStatus {
        /// A step waits for its time.
        #[default]
        Running = "running" ("Running", "进行中"),
        /// All steps were done.
        Done = "done" ("Done", "已完成"),
        /// A step was refused, and those behind it were not done.
        Failed = "failed" ("Failed", "失败"),
        /// It was not done: too many workflows had begun each other, or the workflow was deleted.
        Stopped = "stopped" ("Stopped", "已中止"),
    }
}

guanxi_kernel::words! {
    /// What a step has come to.
    pub enum WorkflowResult {
        /// It was done.
        Done = "done" ("Done", "已执行"),
        /// Everything was so already.
        Unchanged = "unchanged" ("Unchanged", "无变化"),
        /// The rules refused it, or the rights of the author.
        Refused = "refused" ("Refused", "被拒绝"),
    }
}

/// What one step has come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowOutcome {
    /// Which step, from 0.
    pub step: i64,
    /// What it does.
    pub kind: WorkflowStepKind,
    /// What came of it.
    pub result: WorkflowResult,
    /// When.
    pub at: DateTime<Utc>,
    /// The kind of the record that was made or changed.
    #[schema(required)]
    pub record_type: Option<String>,
    /// That record.
    #[schema(required)]
    pub record_id: Option<Uuid>,
    /// The fields of the record that it changed, also those that follow from others.
    pub fields: Vec<String>,
    /// Why it was refused: the code of the problem.
    #[schema(required)]
    pub code: Option<String>,
    /// The same for people, in English, with what it finds fault with.
    #[schema(required)]
    pub detail: Option<String>,
}

/// Names a run.
pub type WorkflowRunId = Id<WorkflowRun>;

type WorkflowRunMeta = Meta<WorkflowRun>;

/// What a run is of. Nobody writes it: it follows from an event or a date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WorkflowRunInput {
    /// The workflow.
    #[field(zh = "工作流", filter, to = Workflow)]
    pub workflow_id: WorkflowId,
    /// The edition that it began with, and keeps.
    #[field(zh = "版次")]
    pub edition: i64,
    /// The kind of the record, e.g. `party`.
    #[field(zh = "记录类型")]
    pub record_type: Line<60>,
    /// The record.
    #[field(zh = "记录", filter)]
    pub record_id: Uuid,
    /// What it began for: the position of the event in the order of commits, or the date. For the same a
    /// workflow does nothing twice with a record.
    #[field(zh = "触发事项")]
    pub occasion: Line<100>,
}

/// What a workflow did with a record for one occasion. It is removed 90 days after its end.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct WorkflowRun {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = WorkflowRunMeta)]
    pub meta: Meta<WorkflowRun>,
    /// What it is of.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WorkflowRunInput,
    /// The kind of the event, e.g. `party.updated`; none for a date.
    #[field(zh = "事件")]
    pub event_kind: Option<String>,
    /// In whose name it acts.
    #[field(zh = "作者", to = User)]
    pub author_id: Option<UserId>,
    /// How many workflows had begun each other before this one.
    #[field(zh = "触发深度")]
    pub depth: i64,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: WorkflowRunStatus,
    /// The step that is done next, from 0.
    #[field(zh = "下一步骤")]
    pub next_step: i64,
    /// When it is done.
    #[field(zh = "下一步骤时间")]
    pub due_at: Option<DateTime<Utc>>,
    /// What the steps have come to so far.
    #[field(zh = "执行结果", json)]
    pub outcomes: Vec<WorkflowOutcome>,
    /// When the run ended.
    #[field(zh = "结束时间")]
    pub finished_at: Option<DateTime<Utc>>,
    /// How often the program itself has failed at the next step.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) tries: i64,
}

/// The resource of runs.
pub static WORKFLOW_RUN: Kind = Kind::new::<WorkflowRun>(
    "workflow_run",
    "workflow-runs",
    "workflow_runs",
    Visibility::Parent { column: "workflow_id", table: "workflows", shared: None },
    Texts { en: "Workflow run", zh: "工作流执行记录" },
);

impl Resource for WorkflowRun {
    fn kind() -> &'static Kind {
        &WORKFLOW_RUN
    }

    fn verbs(&self) -> Vec<Verb> {
        Vec::new()
    }

    fn example() -> Json {
        json!({
            "workflow_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "edition": 1,
            "record_type": "party",
            "record_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "occasion": "4711",
        })
    }
}

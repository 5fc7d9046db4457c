//! A workflow, its states, and what of it is published.

use super::{steps::WorkflowStep, trigger::WorkflowTrigger};
use crate::problems::WORKFLOW_MOVE_NOT_ALLOWED;
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Problem, Result, UserId, Word as _, moves, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// Whether a workflow is in use.
    #[derive(Default)]
    pub enum WorkflowStatus {
        /// It is being written.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// It does what it says.
        Published = "published" ("Published", "已发布"),
        /// Nothing new is begun; what was begun goes on.
        Paused = "paused" ("Paused", "已暂停"),
    }
}

guanxi_kernel::words! {
    /// What changes the status of a workflow.
    pub enum WorkflowMove {
        /// It is put into use as it is written now.
        Publish = "publish" ("Publish", "发布"),
        /// It is taken out of use.
        Pause = "pause" ("Pause", "暂停"),
    }
}

/// The state machine: from where each move leads where. What is not here is not possible.
const MOVES: &[(WorkflowStatus, WorkflowMove, WorkflowStatus)] = &[
    (WorkflowStatus::Draft, WorkflowMove::Publish, WorkflowStatus::Published),
    (WorkflowStatus::Published, WorkflowMove::Publish, WorkflowStatus::Published),
    (WorkflowStatus::Published, WorkflowMove::Pause, WorkflowStatus::Paused),
    (WorkflowStatus::Paused, WorkflowMove::Publish, WorkflowStatus::Published),
];

impl WorkflowStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = WorkflowMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `workflow_move_not_allowed`, with the moves that are possible.
    pub(super) fn after(self, wanted: WorkflowMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(WorkflowMove::word).collect();
        WORKFLOW_MOVE_NOT_ALLOWED.with("status", self.word()).with("allowed", allowed)
    }
}

/// Names a workflow.
pub type WorkflowId = Id<Workflow>;

type WorkflowMeta = Meta<Workflow>;

/// What callers write of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct WorkflowInput {
    /// The name.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// Who looks after it; the acting user when absent. What it does is done in the name of whoever
    /// publishes it.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Whose records it is about: the plural name of a resource, e.g. `parties`.
    #[field(zh = "资源", filter)]
    pub resource: Line<60>,
    /// What makes it begin.
    #[validate(nested)]
    #[field(zh = "触发方式", json)]
    pub trigger: WorkflowTrigger,
    /// Only with records that fit this, in the language of `filter=`; with all when absent. Asked once,
    /// when it begins.
    #[serde(default)]
    #[field(zh = "筛选条件")]
    pub filter: Option<Line<800>>,
    /// What is done, in this order; one that is refused ends the run.
    #[validate(length(min = 1, max = 20), nested)]
    #[schema(min_items = 1, max_items = 20)]
    #[field(zh = "步骤", json)]
    pub steps: Vec<WorkflowStep>,
}

/// Something that is done by itself when something else happens.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Workflow {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = WorkflowMeta)]
    pub meta: Meta<Workflow>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: WorkflowInput,
    /// Whether it is in use.
    #[field(zh = "状态", filter)]
    pub status: WorkflowStatus,
    /// The edition that was published last; 0 before that.
    #[field(zh = "版次")]
    pub edition: i64,
    /// When that was.
    #[field(zh = "发布时间")]
    pub published_at: Option<DateTime<Utc>>,
    /// In whose name and with whose rights that edition acts.
    #[field(zh = "作者", filter, to = User)]
    pub author_id: Option<UserId>,
    /// Whether it is written otherwise now than it was published last.
    #[field(zh = "有未发布的修改")]
    pub changed: bool,
    /// Why it was paused by the program: the code of the problem that it met, or `author_left`.
    #[field(zh = "自动暂停原因")]
    pub paused_because: Option<String>,
    /// The version of the record from which on it is in use.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) active_since: i64,
}

/// The resource of workflows.
pub static WORKFLOW: Kind = Kind::new::<Workflow>(
    "workflow",
    "workflows",
    "workflows",
    Visibility::Owner,
    Texts { en: "Workflow", zh: "工作流" },
)
.searched(&["name"])
.also(&["published", "paused"]);

/// What of a workflow is published: an edition of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WorkflowDefinition {
    /// Whose records it is about.
    pub resource: Line<60>,
    /// What makes it begin.
    pub trigger: WorkflowTrigger,
    /// Which records.
    pub filter: Option<Line<800>>,
    /// What is done.
    pub steps: Vec<WorkflowStep>,
}

impl WorkflowInput {
    /// What of it is published.
    pub(super) fn definition(&self) -> WorkflowDefinition {
        WorkflowDefinition {
            resource: self.resource.clone(),
            trigger: self.trigger.clone(),
            filter: self.filter.clone(),
            steps: self.steps.clone(),
        }
    }
}

impl WorkflowDefinition {
    /// The filter that records fit with which it begins; none if all do.
    pub(super) fn begins(&self) -> Option<String> {
        self.trigger.begins(self.filter.as_deref())
    }
}

//! A notification.

use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, UserId, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// What a notification tells.
    pub enum NotificationKind {
        /// An approval waits for the user.
        ApprovalWaiting = "approval_waiting" ("Approval waiting", "待审批"),
        /// What the user has asked for is decided, or void.
        ApprovalDecided = "approval_decided" ("Approval decided", "审批结果"),
        /// Somebody, or a rule, has given the user a task.
        TaskAssigned = "task_assigned" ("Task assigned", "新待办"),
        /// Something of the user differs too much from what was planned.
        Alert = "alert" ("Alert", "预警"),
        /// A workflow tells the user something.
        Workflow = "workflow" ("From a workflow", "工作流通知"),
        /// A workflow of the user could not go on and was paused.
        WorkflowPaused = "workflow_paused" ("Workflow paused", "工作流已暂停"),
        /// A step of a roll-out is overdue.
        StepOverdue = "step_overdue" ("Step overdue", "实施步骤逾期"),
        /// Somebody seems to know the password of the user.
        AccountSecurity = "account_security" ("Security of the account", "账号安全"),
    }
}

/// Names a notification.
pub type NotificationId = Id<Notification>;

type NotificationMeta = Meta<Notification>;

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct NotificationInput {
    /// What it tells.
    #[field(zh = "类型", filter)]
    pub kind: NotificationKind,
    /// The title of what it is about.
    #[field(zh = "标题")]
    pub title: Line<200>,
    /// The kind of the record that it is about, e.g. `approval` or `task`.
    #[field(zh = "关联类型", filter)]
    pub subject_type: Line<60>,
    /// The record.
    #[field(zh = "关联记录", filter)]
    pub subject_id: Uuid,
    /// Who should know.
    #[field(zh = "接收人", filter, to = User)]
    pub owner_id: UserId,
}

/// What somebody should know.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Notification {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = NotificationMeta)]
    pub meta: Meta<Notification>,
    /// What it says.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: NotificationInput,
    /// When it was read; `filter=read_at = null` lists what was not.
    #[field(zh = "阅读时间", filter)]
    pub read_at: Option<DateTime<Utc>>,
}

/// The resource of notifications.
pub static NOTIFICATION: Kind = Kind::new::<Notification>(
    "notification",
    "notifications",
    "notifications",
    Visibility::Owner,
    Texts { en: "Notification", zh: "通知" },
)
.succeeded(Succession::Never)
.also(&["read"]);

/// How many notifications were read at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadAll {
    /// So many.
    pub read: usize,
    /// Whether there are more; ask again then.
    pub has_more: bool,
}

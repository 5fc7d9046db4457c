//! The list of the day.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

guanxi_kernel::words! {
    /// What an item of the day is.
    pub enum TodayKind {
        /// An open task that is due.
        Task = "task" ("Task", "待办"),
        /// A planned activity that begins today or should have begun.
        Activity = "activity" ("Activity", "活动"),
        /// An approval that waits for the caller.
        Approval = "approval" ("Approval", "审批"),
    }
}

/// The record that an item is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodaySubject {
    /// Its kind, e.g. `party`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its id.
    pub id: Uuid,
}

/// Something that is due today or was before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodayItem {
    /// What it is.
    pub kind: TodayKind,
    /// The id of the task, activity or approval.
    pub id: Uuid,
    /// What it says.
    pub title: String,
    /// By when, or when it begins; none for an approval without a limit.
    #[schema(required)]
    pub due_at: Option<DateTime<Utc>>,
    /// Whether that is over.
    pub overdue: bool,
    /// What it is about.
    #[schema(required)]
    pub subject: Option<TodaySubject>,
}

/// How many items of each kind there are, on the list or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TodayCounts {
    /// Open tasks that are due.
    pub task: i64,
    /// Planned activities.
    pub activity: i64,
    /// Approvals that wait.
    pub approval: i64,
}

/// What is due for the caller today.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Today {
    /// The business day.
    pub date: NaiveDate,
    /// The zone of the day.
    pub time_zone: String,
    /// The items, the most urgent first, those without a time last.
    pub data: Vec<TodayItem>,
    /// How many there are.
    pub counts: TodayCounts,
    /// Whether there are more than the list shows.
    pub has_more: bool,
}

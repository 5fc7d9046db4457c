//! A task, its states, and the rules that need nothing but itself.

use crate::problems::{TASK_CLOSED, TASK_OPEN};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{
    Code, Id, Line, Problem, Result, Text, UserId, Word as _, moves,
    problem::{REQUIRED, Texts},
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far a task has come.
    #[derive(Default)]
    pub enum TaskStatus {
        /// To be done.
        #[default]
        Open = "open" ("Open", "未完成"),
        /// Done.
        Done = "done" ("Done", "已完成"),
        /// Given up, or not called for any more.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the status of a task.
    pub enum TaskMove {
        /// It was done.
        Complete = "complete" ("Complete", "完成"),
        /// It will not be done.
        Cancel = "cancel" ("Cancel", "取消"),
        /// It was closed by mistake.
        Reopen = "reopen" ("Reopen", "重新打开"),
        /// It is put off to another day.
        Carry = "carry" ("Put off", "顺延"),
    }
}

guanxi_kernel::words! {
    /// Where a task comes from.
    #[derive(Default)]
    pub enum TaskSource {
        /// Somebody has made it.
        #[default]
        Manual = "manual" ("Manual", "手工"),
        /// A rule has called for it.
        Rule = "rule" ("Rule", "规则"),
        /// A workflow has made it.
        Workflow = "workflow" ("Workflow", "工作流"),
    }
}

/// The state machine: from where each move leads where. What is not here is not possible.
pub const MOVES: &[(TaskStatus, TaskMove, TaskStatus)] = &[
    (TaskStatus::Open, TaskMove::Complete, TaskStatus::Done),
    (TaskStatus::Open, TaskMove::Cancel, TaskStatus::Cancelled),
    (TaskStatus::Open, TaskMove::Carry, TaskStatus::Open),
    (TaskStatus::Done, TaskMove::Reopen, TaskStatus::Open),
    (TaskStatus::Cancelled, TaskMove::Reopen, TaskStatus::Open),
];

impl TaskStatus {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = TaskMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `task_closed` or `task_open`, with the moves that are possible.
    pub fn after(self, wanted: TaskMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Refuses to change a task that is closed.
    ///
    /// # Errors
    /// `task_closed`, with the moves that are possible.
    pub(super) fn require_open(self) -> Result<()> {
        if self == Self::Open { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Open { &TASK_OPEN } else { &TASK_CLOSED }
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(TaskMove::word).collect();
        self.refuses().with("status", self.word()).with("allowed", allowed)
    }
}

/// Names a task.
pub type TaskId = Id<Task>;

type TaskMeta = Meta<Task>;

/// What callers write of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct TaskInput {
    /// What is to be done.
    #[field(zh = "标题")]
    pub title: Line<200>,
    /// What sort of task it is, in a word of the company, e.g. `call`.
    #[serde(default = "todo")]
    #[schema(default = "todo")]
    #[field(zh = "类别", filter)]
    pub kind: Line<60>,
    /// The kind of the record that it is about, e.g. `party`.
    #[serde(default)]
    #[field(zh = "关联类型", filter)]
    pub subject_type: Option<Line<60>>,
    /// The record.
    #[serde(default)]
    #[field(zh = "关联记录", filter)]
    pub subject_id: Option<Uuid>,
    /// Who has to do it; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// By when.
    #[serde(default)]
    #[field(zh = "截止时间", filter)]
    pub due_at: Option<DateTime<Utc>>,
    /// What to mind.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

fn todo() -> Line<60> {
    Line::literal("todo")
}

/// Something that somebody has to do.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Task {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = TaskMeta)]
    pub meta: Meta<Task>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: TaskInput,
    /// Where it comes from.
    #[field(zh = "来源", filter)]
    pub source: TaskSource,
    /// The rule that calls for it: a code, or the id of one of `task-rules`.
    #[field(zh = "规则", filter)]
    pub rule: Option<String>,
    /// What the rule was reminded by, so that it does not call twice for the same.
    #[serde(skip)]
    #[field(hidden)]
    pub occasion: Option<String>,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: TaskStatus,
    /// What came of it, or why it was given up.
    #[field(zh = "结果")]
    pub result: Option<Text<4000>>,
    /// When it was closed.
    #[field(zh = "关闭时间")]
    pub closed_at: Option<DateTime<Utc>>,
    /// When somebody has first tried to do it: with the first call that was made for it, else when it was
    /// completed.
    #[field(zh = "首次尝试时间")]
    pub attempted_at: Option<DateTime<Utc>>,
    /// How often it was put off.
    #[field(zh = "顺延次数")]
    pub carried: i64,
    /// Why it was put off last.
    #[field(zh = "顺延原因")]
    pub carry_reason: Option<Text<1000>>,
}

/// The resource of tasks.
pub static TASK: Kind = Kind::new::<Task>(
    "task",
    "tasks",
    "tasks",
    Visibility::Owner,
    Texts { en: "Task", zh: "待办" },
)
.succeeded(Succession::While(&["open"]))
.searched(&["title"])
.also(&["completed", "cancelled", "reopened", "settled", "carried"]);

/// Puts a task off to another day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "客户改约", "due_at": "2026-04-16T09:00:00Z" })))]
pub struct CarryTask {
    /// Why.
    pub reason: Text<1000>,
    /// By when it is to be done now: later than before, and not in the past.
    pub due_at: DateTime<Utc>,
}

/// Closes a task that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "result": "客户同意试用" })))]
pub struct CompleteTask {
    /// What came of it.
    #[serde(default)]
    pub result: Option<Text<4000>>,
}

/// Closes a task that will not be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "reason": "The customer is on leave" })))]
pub struct CancelTask {
    /// Why.
    pub reason: Text<4000>,
}

impl TaskInput {
    /// Brings what was written into the one form that is kept, for the acting user.
    ///
    /// # Errors
    /// When only half of the record is named.
    pub(super) fn settle(&mut self, actor: UserId) -> Result<()> {
        self.owner_id.get_or_insert(actor);
        let whole = |at: DateTime<Utc>| DateTime::from_timestamp_micros(at.timestamp_micros());
        self.due_at = self.due_at.and_then(whole);
        match (&self.subject_type, self.subject_id) {
            (Some(_), None) => Err(REQUIRED.at("/subject_id")),
            (None, Some(_)) => Err(REQUIRED.at("/subject_type")),
            _ => Ok(()),
        }
    }
}

impl Task {
    /// Moves it on.
    ///
    /// # Errors
    /// `task_closed`, `task_open`.
    pub(super) fn go(
        &mut self,
        wanted: TaskMove,
        result: Option<Text<4000>>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.status = self.status.after(wanted)?;
        self.result = result;
        self.closed_at = (self.status != TaskStatus::Open).then_some(now);
        if self.status == TaskStatus::Done {
            self.attempted_at.get_or_insert(now);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::json;

    #[test]
    fn every_move_from_every_state() {
        use TaskMove::{Cancel, Carry, Complete, Reopen};
        use TaskStatus::{Cancelled, Done, Open};
        for status in TaskStatus::ALL {
            for wanted in TaskMove::ALL {
                let expected = match (status, wanted) {
                    (Open, Complete) => Ok(Done),
                    (Open, Cancel) => Ok(Cancelled),
                    (Done | Cancelled, Reopen) => Ok(Open),
                    (Open, Carry) => Ok(Open),
                    (Open, Reopen) => Err((&TASK_OPEN, json!(["complete", "cancel", "carry"]))),
                    (Done | Cancelled, Complete | Cancel | Carry) => {
                        Err((&TASK_CLOSED, json!(["reopen"])))
                    }
                };
                let found = status.after(*wanted);
                let found =
                    found.map_err(|problem| (problem.code(), problem.params()["allowed"].clone()));
                assert_eq!(found, expected, "{status} {wanted}");
            }
        }
    }

    #[test]
    fn closing_keeps_what_was_said_and_reopening_clears_it() {
        let mut one: Task = testing::record(input::read(Task::example()).unwrap());
        let now = DateTime::UNIX_EPOCH;
        one.go(TaskMove::Cancel, Text::new("No").ok(), now).unwrap();
        assert_eq!((one.result.as_deref(), one.closed_at), (Some("No"), Some(now)));
        one.go(TaskMove::Reopen, None, now).unwrap();
        assert_eq!((one.result.as_deref(), one.closed_at), (None, None));
        assert_eq!(one.attempted_at, None, "nobody has tried");
    }

    #[test]
    fn x_25_the_first_attempt_is_kept() {
        let mut one: Task = testing::record(input::read(Task::example()).unwrap());
        let at = |minutes| DateTime::UNIX_EPOCH + chrono::TimeDelta::minutes(minutes);
        one.go(TaskMove::Complete, None, at(5)).unwrap();
        one.go(TaskMove::Reopen, None, at(6)).unwrap();
        one.go(TaskMove::Complete, None, at(7)).unwrap();
        assert_eq!((one.attempted_at, one.closed_at), (Some(at(5)), Some(at(7))));
    }
}

//! A run, its states, and the rules that need nothing but itself.

use crate::{
    playbooks::{Answers, Playbook, PlaybookId},
    problems::{RUN_COMPLETED, RUN_OPEN},
};
use chrono::{DateTime, Utc};
use guanxi_bulk::table;
use guanxi_identity::users::User;
use guanxi_kernel::{
    Code, Id, Line, Problem, Result, Text, UserId, Word as _, moves, problem::Texts, ratio::Ratio,
};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far something has come that is filled in.
    #[derive(Default)]
    pub enum RunStatus {
        /// It is being filled in.
        #[default]
        Open = "open" ("Open", "填写中"),
        /// It is finished and stays as it is.
        Completed = "completed" ("Completed", "已完成"),
    }
}

guanxi_kernel::words! {
    /// What happens to something that is filled in.
    pub enum RunMove {
        /// It is finished.
        Complete = "complete" ("Complete", "完成"),
        /// It was finished by mistake.
        Reopen = "reopen" ("Reopen", "重新打开"),
        /// Somebody else has looked at it.
        Review = "review" ("Review", "检核"),
    }
}

/// The state machine: from where each move leads where. What is not here is not possible.
pub(super) const MOVES: &[(RunStatus, RunMove, RunStatus)] = &[
    (RunStatus::Open, RunMove::Complete, RunStatus::Completed),
    (RunStatus::Open, RunMove::Review, RunStatus::Open),
    (RunStatus::Completed, RunMove::Reopen, RunStatus::Open),
    (RunStatus::Completed, RunMove::Review, RunStatus::Completed),
];

impl RunStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = RunMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `run_completed` or `run_open`, with the moves that are possible.
    pub(super) fn after(self, wanted: RunMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Refuses to change what is completed.
    ///
    /// # Errors
    /// `run_completed`.
    pub(super) fn require_open(self) -> Result<()> {
        if self == Self::Open { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Open { &RUN_OPEN } else { &RUN_COMPLETED }
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(RunMove::word).collect();
        self.refuses().with("status", self.word()).with("allowed", allowed)
    }
}

/// Names a run.
pub type PlaybookRunId = Id<PlaybookRun>;

type PlaybookRunMeta = Meta<PlaybookRun>;

/// What callers write of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PlaybookRunInput {
    /// The playbook, published. It stays.
    #[field(zh = "作业模板", filter, to = Playbook)]
    pub playbook_id: PlaybookId,
    /// The kind of the record that it is about, e.g. `lead`; that of the playbook. It stays.
    #[serde(default)]
    #[field(zh = "关联类型")]
    pub about_type: Option<Line<60>>,
    /// That record. It stays.
    #[serde(default)]
    #[field(zh = "关联记录", filter)]
    pub about_id: Option<Uuid>,
    /// The product that it asks about, if it asks about one. It stays.
    #[serde(default)]
    #[field(zh = "产品", filter)]
    pub product_id: Option<Uuid>,
    /// Who fills it in; the acting user when absent.
    #[serde(default)]
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// The answers by the codes of their items: a text, `true` or `false`, or a whole number of points. A
    /// patch changes those that it names; `null` takes one away.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "填写内容", json)]
    pub answers: Answers,
    /// Anything else worth knowing.
    #[serde(default)]
    #[field(zh = "备注")]
    pub note: Option<Text<4000>>,
}

/// Something that is filled in by a playbook.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct PlaybookRun {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PlaybookRunMeta)]
    pub meta: Meta<PlaybookRun>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PlaybookRunInput,
    /// The edition of the playbook that it began with, and keeps.
    #[field(zh = "模板版次")]
    pub edition: i64,
    /// The party that it is about, if it is about one.
    #[field(zh = "客户", filter)]
    pub party_id: Option<Uuid>,
    /// Whether the record has one of it only.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) single: bool,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: RunStatus,
    /// When it was completed.
    #[field(zh = "完成时间")]
    pub completed_at: Option<DateTime<Utc>>,
    /// By whom.
    #[field(zh = "完成人", to = User)]
    pub completed_by: Option<UserId>,
    /// What the fields of the record held when it was completed, by the codes of their items.
    #[schema(value_type = Object)]
    #[field(zh = "完成时的记录值", json)]
    pub record_values: Answers,
    /// The weight of all that was answered here.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) answered_weight: i64,
    /// How many required items are not answered here.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) unanswered: i64,
    /// How satisfied somebody is by it, from 0 to 10,000; nothing if it does not say that.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) satisfaction_index: Option<i64>,
    /// How much they had expected, in the same way.
    #[serde(skip)]
    #[field(hidden)]
    pub(crate) expectation_index: Option<i64>,
    /// When somebody else has looked at it last.
    #[field(zh = "检核时间", filter)]
    pub reviewed_at: Option<DateTime<Utc>>,
    /// Who.
    #[field(zh = "检核人", to = User)]
    pub reviewed_by: Option<UserId>,
    /// What they remarked.
    #[field(zh = "检核意见")]
    pub review_remark: Option<Text<4000>>,
    /// Weight that is filled in over all weight; `null` for whoever may not see all fields of the record
    /// that fill it in.
    #[field(computed)]
    pub completeness: Option<Ratio>,
    /// Weighted points over the most that there are.
    #[field(computed)]
    pub score: Option<Ratio>,
    /// Of a survey: weighted points over the most that there are, of the items that were answered and
    /// measure how satisfied the customer is; `null` if none was.
    #[field(computed)]
    pub satisfaction: Option<Ratio>,
    /// The same of those that measure what the customer had expected.
    #[field(computed)]
    pub expectation: Option<Ratio>,
    /// The codes of the required items that are not filled in, as far as the caller may see that.
    #[field(computed)]
    pub missing: Vec<String>,
}

/// The resource of runs.
pub static PLAYBOOK_RUN: Kind = Kind::new::<PlaybookRun>(
    "playbook_run",
    "playbook-runs",
    "playbook_runs",
    Visibility::OwnerOrParent { column: "party_id", table: "parties" },
    Texts { en: "Playbook run", zh: "作业记录" },
)
.read_about(shown)
.succeeded(Succession::While(&["open"]))
.also(&["completed", "reopened", "reviewed"]);

/// The kinds of records that show what is about them to whoever holds them.
fn shown() -> Vec<&'static Kind> {
    table::all().map(|table| table.kind).filter(|kind| kind.shows_what_is_about).collect()
}

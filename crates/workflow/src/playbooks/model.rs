//! A playbook, its states, and the rules that need nothing but itself.

use super::sheet::PlaybookStep;
use crate::problems::PLAYBOOK_MOVE_NOT_ALLOWED;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Id, Line, Problem, Result, Word as _, moves, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Visibility};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// What a playbook is for.
    #[derive(Default)]
    pub enum PlaybookPurpose {
        /// What is to be done or looked at, in steps.
        #[default]
        Checklist = "checklist" ("Checklist", "检查表"),
        /// What is known of a record; each has one, and it stays open.
        Card = "card" ("Information card", "信息卡"),
        /// A look back.
        Review = "review" ("Review", "检核表"),
        /// How well something is done.
        Assessment = "assessment" ("Assessment", "评估表"),
        /// What customers say of what they got, and had expected: each that is completed is a response.
        Survey = "survey" ("Survey", "满意度调查"),
        /// What people are asked in interviews; what they say is no run, but an answer of research.
        Interview = "interview" ("Interview guide", "访谈提纲"),
    }
}

guanxi_kernel::words! {
    /// Whether a playbook is in use.
    #[derive(Default)]
    pub enum PlaybookStatus {
        /// Not yet.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// It can be filled in.
        Published = "published" ("Published", "已发布"),
        /// Nothing new is begun with it.
        Retired = "retired" ("Retired", "已停用"),
    }
}

guanxi_kernel::words! {
    /// What changes the status of a playbook.
    pub enum PlaybookMove {
        /// Its steps become the next edition.
        Publish = "publish" ("Publish", "发布"),
        /// Nothing new is begun with it.
        Retire = "retire" ("Retire", "停用"),
    }
}

/// The state machine: from where each move leads where. What is not here is not possible.
pub(super) const MOVES: &[(PlaybookStatus, PlaybookMove, PlaybookStatus)] = &[
    (PlaybookStatus::Draft, PlaybookMove::Publish, PlaybookStatus::Published),
    (PlaybookStatus::Published, PlaybookMove::Publish, PlaybookStatus::Published),
    (PlaybookStatus::Published, PlaybookMove::Retire, PlaybookStatus::Retired),
    (PlaybookStatus::Retired, PlaybookMove::Publish, PlaybookStatus::Published),
];

impl PlaybookStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = PlaybookMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `playbook_move_not_allowed`, with the moves that are possible.
    pub(super) fn after(self, wanted: PlaybookMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(PlaybookMove::word).collect();
        PLAYBOOK_MOVE_NOT_ALLOWED.with("status", self.word()).with("allowed", allowed)
    }
}

/// Names a playbook.
pub type PlaybookId = Id<Playbook>;

type PlaybookMeta = Meta<Playbook>;

/// What callers write of a playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct PlaybookInput {
    /// Its code, e.g. `customer_card`; no two playbooks have the same.
    #[field(zh = "代码", filter)]
    pub code: Line<40>,
    /// What it is called.
    #[field(zh = "名称", filter)]
    pub name: Line<100>,
    /// What it is called in Chinese.
    #[serde(default)]
    #[field(zh = "中文名称")]
    pub name_zh: Option<Line<100>>,
    /// What it is for. It stays once it was published.
    #[serde(default)]
    #[field(zh = "用途", filter)]
    pub purpose: PlaybookPurpose,
    /// The kind of records that it is about, e.g. `lead`; any when absent. A card needs one. It stays
    /// once it was published.
    #[serde(default)]
    #[field(zh = "适用对象", filter)]
    pub about_type: Option<Line<60>>,
    /// Within how many days what was filled in is looked at by somebody else; never when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 3_650))]
    #[schema(minimum = 1, maximum = 3_650)]
    #[field(zh = "检核间隔(天)")]
    pub review_days: Option<i64>,
    /// The steps, in order; those of the next edition once it was published.
    #[validate(length(min = 1, max = 50), nested)]
    #[schema(min_items = 1, max_items = 50)]
    #[field(zh = "步骤", json)]
    pub steps: Vec<PlaybookStep>,
}

/// A template of what is filled in about a record.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Playbook {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = PlaybookMeta)]
    pub meta: Meta<Playbook>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: PlaybookInput,
    /// Whether it is in use.
    #[field(zh = "状态", filter)]
    pub status: PlaybookStatus,
    /// The edition that was published last; 0 before that.
    #[field(zh = "版次")]
    pub edition: i64,
    /// When that was.
    #[field(zh = "发布时间")]
    pub published_at: Option<DateTime<Utc>>,
    /// Whether its steps are other ones than those that were published last.
    #[field(zh = "有未发布的修改")]
    pub changed: bool,
}

/// The resource of playbooks.
pub static PLAYBOOK: Kind = Kind::new::<Playbook>(
    "playbook",
    "playbooks",
    "playbooks",
    Visibility::Tenant,
    Texts { en: "Playbook", zh: "作业模板" },
)
.searched(&["code", "name"])
.known_by(&["code", "name"])
.also(&["published", "retired"]);

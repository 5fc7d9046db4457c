//! An approval, its states, and what decisions do to it.

use crate::{
    definitions::{
        ApprovalDefinition, ApprovalDefinitionId, ApprovalLevel, ApproverKind, LevelMode,
    },
    problems::{APPROVAL_DECIDED, LEVEL_NOT_CURRENT, NOT_AN_APPROVER, OWN_APPROVAL},
};
use chrono::{DateTime, Utc};
use guanxi_identity::users::User;
use guanxi_kernel::{Id, Line, Problem, Result, Text, UserId, Word as _, moves, problem::Texts};
use guanxi_storage::{Kind, Meta, Record, Succession, Visibility, filter::facts::Facts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

guanxi_kernel::words! {
    /// How far an approval has come.
    #[derive(Default)]
    pub enum ApprovalStatus {
        /// It waits for a decision.
        #[default]
        Pending = "pending" ("Pending", "审批中"),
        /// Every level has approved it.
        Approved = "approved" ("Approved", "已同意"),
        /// Somebody has rejected it.
        Rejected = "rejected" ("Rejected", "已拒绝"),
        /// Who asked has taken it back.
        Withdrawn = "withdrawn" ("Withdrawn", "已撤回"),
        /// What it was about has changed, so it says nothing any more.
        Void = "void" ("Void", "已失效"),
    }
}

guanxi_kernel::words! {
    /// What changes the status of an approval.
    pub enum ApprovalMove {
        /// An approver agrees.
        Approve = "approve" ("Approve", "同意"),
        /// An approver does not.
        Reject = "reject" ("Reject", "拒绝"),
        /// It is not asked any more.
        Withdraw = "withdraw" ("Withdraw", "撤回"),
    }
}

guanxi_kernel::words! {
    /// What was decided.
    pub enum ApprovalVerdict {
        /// Yes.
        Approved = "approved" ("Approved", "同意"),
        /// No.
        Rejected = "rejected" ("Rejected", "拒绝"),
    }
}

guanxi_kernel::words! {
    /// Why others decide than those whom the definition names.
    pub enum EscalationReason {
        /// The time of the level was over.
        TimedOut = "timed_out" ("Timed out", "审批超时"),
        /// They have all left.
        ApproversLeft = "approvers_left" ("Approvers left", "审批人已离职"),
    }
}

/// The state machine for those who take part: from where each move may lead where. The program also
/// voids what is pending or approved.
pub const MOVES: &[(ApprovalStatus, ApprovalMove, ApprovalStatus)] = &[
    (ApprovalStatus::Pending, ApprovalMove::Approve, ApprovalStatus::Approved),
    (ApprovalStatus::Pending, ApprovalMove::Reject, ApprovalStatus::Rejected),
    (ApprovalStatus::Pending, ApprovalMove::Withdraw, ApprovalStatus::Withdrawn),
];

impl ApprovalStatus {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ApprovalMove> {
        moves::possible(MOVES, self)
    }

    /// Refuses to decide what is decided.
    ///
    /// # Errors
    /// `approval_decided`, with the moves that are possible.
    pub fn require_pending(self) -> Result<()> {
        if self == Self::Pending { Ok(()) } else { Err(self.decided()) }
    }

    fn decided(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ApprovalMove::word).collect();
        APPROVAL_DECIDED.with("status", self.word()).with("allowed", allowed)
    }
}

/// Names an approval.
pub type ApprovalId = Id<Approval>;

type ApprovalMeta = Meta<Approval>;

/// What callers write of an approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema, Record)]
#[serde(deny_unknown_fields)]
pub struct ApprovalInput {
    /// The type of document, e.g. `request`.
    #[field(zh = "单据类型", filter)]
    pub document: Line<60>,
    /// The kind of the record that it is about, e.g. `party`.
    #[field(zh = "关联类型", filter)]
    pub subject_type: Line<60>,
    /// The record.
    #[field(zh = "关联记录", filter)]
    pub subject_id: Uuid,
    /// What is asked, in a line.
    #[field(zh = "标题")]
    pub title: Line<200>,
    /// What the conditions of definitions speak of, as the type declares it.
    #[serde(default)]
    #[schema(value_type = Object)]
    #[field(zh = "事实", json)]
    pub facts: Facts,
    /// What the approvers should know.
    #[serde(default)]
    #[field(zh = "说明")]
    pub note: Option<Text<4000>>,
}

/// An entry of the level that is being decided, as the people behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Seat {
    /// How the definition names them.
    pub kind: ApproverKind,
    /// Who can approve for this entry; one of them is enough.
    pub user_ids: Vec<UserId>,
    /// Whether it is approved.
    pub approved: bool,
}

/// What somebody has decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalDecision {
    /// The level, from 1 on.
    pub level: i64,
    /// What was decided.
    pub verdict: ApprovalVerdict,
    /// Who has decided; nobody when the time of the level was over.
    pub by: Option<UserId>,
    /// The approver in whose place.
    pub on_behalf_of: Option<UserId>,
    /// Why.
    pub comment: Option<Text<2000>>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A request for approval.
#[derive(Debug, Clone, Serialize, ToSchema, Record)]
pub struct Approval {
    /// What every record has.
    #[serde(flatten)]
    #[field(flatten)]
    #[schema(value_type = ApprovalMeta)]
    pub meta: Meta<Approval>,
    /// What callers write.
    #[serde(flatten)]
    #[field(flatten)]
    pub input: ApprovalInput,
    /// The owner of the record when it was asked, whose managers decide.
    #[field(zh = "负责人", filter, to = User)]
    pub owner_id: Option<UserId>,
    /// Who has asked.
    #[field(zh = "申请人", filter, to = User)]
    pub requested_by: Option<UserId>,
    /// The definition by which it goes.
    #[field(zh = "审批流程", filter, to = ApprovalDefinition)]
    pub definition_id: Option<ApprovalDefinitionId>,
    /// The version of the definition by which it goes, whatever became of that since.
    #[field(zh = "流程版本")]
    pub definition_version: i64,
    /// The levels of that version.
    #[field(zh = "审批级次", json)]
    pub levels: Vec<ApprovalLevel>,
    /// Whether who asks may decide.
    #[field(zh = "允许自批")]
    pub allow_self: bool,
    /// How far it has come.
    #[field(zh = "状态", filter)]
    pub status: ApprovalStatus,
    /// The level that is being decided, or was last, from 1 on.
    #[field(zh = "当前级次")]
    pub level: i64,
    /// Who is asked on that level.
    #[field(zh = "当前审批人", json)]
    pub seats: Vec<Seat>,
    /// Why others are asked on that level than those whom the definition names, if so.
    #[field(zh = "升级原因")]
    pub escalation: Option<EscalationReason>,
    /// Whose decision it waits for, with those who stand in for them. `filter=waiting_for:me()` lists
    /// what waits for you.
    #[field(zh = "待处理人", json, terms = "waiting_for")]
    pub waiting_for: Vec<UserId>,
    /// Everybody who has had to do with it, and so sees it.
    #[field(zh = "相关人员", json)]
    pub involved_ids: Vec<UserId>,
    /// What was decided so far.
    #[field(zh = "审批意见", json)]
    pub decisions: Vec<ApprovalDecision>,
    /// When the time of the level is over.
    #[field(zh = "截止时间", filter)]
    pub due_at: Option<DateTime<Utc>>,
    /// When it was decided, withdrawn or voided.
    #[field(zh = "结束时间", filter)]
    pub closed_at: Option<DateTime<Utc>>,
    /// Why it is void.
    #[field(zh = "失效原因")]
    pub void_reason: Option<Text<1000>>,
}

/// The resource of approvals.
pub static APPROVAL: Kind = Kind::new::<Approval>(
    "approval",
    "approvals",
    "approvals",
    Visibility::Involved { member: "involved_ids", table: "approval_people" },
    Texts { en: "Approval", zh: "审批" },
)
.succeeded(Succession::Never)
.searched(&["title"])
.also(&[
    "approved",
    "rejected",
    "decided",
    "withdrawn",
    "voided",
    "escalated",
    "reminded",
    "reassigned",
]);

/// What a decision leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Others have to decide on the same level.
    Open,
    /// The level is passed and there is another.
    NextLevel,
    /// It is over.
    Over,
}

impl Approval {
    /// Who must not decide although they are among the approvers.
    pub(super) fn barred(&self) -> BTreeSet<UserId> {
        let own = self.requested_by.into_iter().chain(self.owner_id);
        if self.allow_self { BTreeSet::new() } else { own.collect() }
    }

    /// The level that is being decided.
    pub(super) fn current(&self) -> Option<&ApprovalLevel> {
        usize::try_from(self.level - 1).ok().and_then(|at| self.levels.get(at))
    }

    /// Who can still decide on the level, without those who stand in for them.
    pub(super) fn awaited(&self) -> BTreeSet<UserId> {
        let open = self.seats.iter().filter(|seat| !seat.approved);
        open.flat_map(|seat| seat.user_ids.iter().copied()).collect()
    }

    /// Whether an open seat is that user's.
    pub(super) fn seats_user(&self, user: UserId) -> bool {
        self.awaited().contains(&user)
    }

    /// Gives the open seats of one user to another, where that one may decide; whether every open seat
    /// still has somebody.
    pub(super) fn give_seats(&mut self, from: UserId, to: UserId) -> bool {
        let (mut manned, may) = (true, !self.barred().contains(&to));
        for seat in self.seats.iter_mut().filter(|seat| !seat.approved) {
            let had = seat.user_ids.len();
            seat.user_ids.retain(|user| *user != from);
            if seat.user_ids.len() < had && may && !seat.user_ids.contains(&to) {
                seat.user_ids.push(to);
            }
            manned &= !seat.user_ids.is_empty();
        }
        manned
    }

    /// Refuses a decision that was meant for another level.
    ///
    /// # Errors
    /// `approval_decided` if there is nothing to decide; `approval_level_not_current`.
    pub(super) fn require_level(&self, meant: Option<i64>) -> Result<()> {
        self.status.require_pending()?;
        match meant {
            Some(level) if level != self.level => {
                Err(LEVEL_NOT_CURRENT.with("level", level).with("current", self.level))
            }
            _ => Ok(()),
        }
    }

    /// Begins a level with these people.
    pub(super) fn begin(&mut self, level: i64, seats: Vec<Seat>, due_at: Option<DateTime<Utc>>) {
        self.escalation = None;
        (self.level, self.seats, self.due_at) = (level, seats, due_at);
    }

    /// Waits for the people on open seats and for these who stand in for them.
    pub(super) fn wait_for(&mut self, delegates: impl IntoIterator<Item = UserId>) {
        let barred = self.barred();
        let delegates = delegates.into_iter().filter(|user| !barred.contains(user));
        let waiting: BTreeSet<UserId> = self.awaited().into_iter().chain(delegates).collect();
        let own = self.owner_id.into_iter().chain(self.requested_by);
        let known = self.involved_ids.iter().copied();
        let involved: BTreeSet<UserId> = known.chain(own).chain(waiting.iter().copied()).collect();
        self.waiting_for = waiting.into_iter().collect();
        self.involved_ids = involved.into_iter().collect();
    }

    /// In whose place the user decides: none for themselves, else the first of `stands_in_for` that
    /// is asked.
    ///
    /// # Errors
    /// `approval_decided` if it is, or if the user has decided on this level; `own_approval`;
    /// `not_an_approver`.
    pub(super) fn hand(&self, user: UserId, stands_in_for: &[UserId]) -> Result<Option<UserId>> {
        self.status.require_pending()?;
        let awaited = self.awaited();
        if self.barred().contains(&user) {
            return Err(OWN_APPROVAL.problem());
        }
        if awaited.contains(&user) {
            return Ok(None);
        }
        if let Some(approver) = stands_in_for.iter().find(|one| awaited.contains(one)) {
            return Ok(Some(*approver));
        }
        let mine = |made: &ApprovalDecision| made.level == self.level && made.by == Some(user);
        if self.decisions.iter().any(mine) {
            return Err(APPROVAL_DECIDED
                .with("status", self.status.word())
                .with("allowed", Vec::<&str>::new()));
        }
        Err(NOT_AN_APPROVER.problem())
    }

    /// Enters a decision. One without an author speaks for everybody on the level.
    pub(super) fn decide(&mut self, decision: ApprovalDecision) -> Outcome {
        let (verdict, at) = (decision.verdict, decision.at);
        let voice = decision.on_behalf_of.or(decision.by);
        self.decisions.push(decision);
        if verdict == ApprovalVerdict::Rejected {
            return self.close(ApprovalStatus::Rejected, at);
        }
        for seat in &mut self.seats {
            seat.approved |= voice.is_none_or(|voice| seat.user_ids.contains(&voice));
        }
        let mode = self.current().map_or(LevelMode::All, |level| level.mode);
        let passed = match mode {
            LevelMode::Any => self.seats.iter().any(|seat| seat.approved),
            LevelMode::All => self.seats.iter().all(|seat| seat.approved),
        };
        if !passed {
            return Outcome::Open;
        }
        match usize::try_from(self.level).is_ok_and(|level| level < self.levels.len()) {
            true => Outcome::NextLevel,
            false => self.close(ApprovalStatus::Approved, at),
        }
    }

    /// It is over.
    pub(super) fn close(&mut self, status: ApprovalStatus, now: DateTime<Utc>) -> Outcome {
        (self.status, self.closed_at, self.due_at) = (status, Some(now), None);
        self.waiting_for.clear();
        Outcome::Over
    }

    /// Takes it back.
    ///
    /// # Errors
    /// `approval_decided`.
    pub(super) fn withdraw(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.status.require_pending()?;
        self.close(ApprovalStatus::Withdrawn, now);
        Ok(())
    }

    /// Gives open seats whose people have left to others: all that are lost where every seat counts,
    /// and those of a level where any is enough if there is no other. Whether there were any.
    pub(super) fn replace(&mut self, lost: &[bool], by: &[UserId]) -> bool {
        let mode = self.current().map_or(LevelMode::All, |level| level.mode);
        let open = |seat: &Seat| !seat.approved;
        let others = self.seats.iter().zip(lost).any(|(seat, lost)| open(seat) && !lost);
        if mode == LevelMode::Any && others {
            return false;
        }
        let mut replaced = false;
        for (seat, _) in self.seats.iter_mut().zip(lost).filter(|(seat, lost)| open(seat) && **lost)
        {
            (seat.kind, seat.user_ids) = (ApproverKind::Administrators, by.to_vec());
            replaced = true;
        }
        if replaced {
            self.escalation = Some(EscalationReason::ApproversLeft);
        }
        replaced
    }

    /// What it was about has changed.
    pub(super) fn void(&mut self, now: DateTime<Utc>, reason: Option<Text<1000>>) {
        self.close(ApprovalStatus::Void, now);
        self.void_reason = reason;
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;

//! The life of a campaign: its states, and the moves that are possible in each.

use crate::problems::{ILLEGAL_TRANSITION, NOT_APPROVED};
use guanxi_kernel::{Code, Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a campaign has come.
    #[derive(Default)]
    pub enum CampaignState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// Somebody must agree.
        Pending = "pending" ("Pending", "待审批"),
        /// It can start.
        Approved = "approved" ("Approved", "已批准"),
        /// It is carried out.
        Running = "running" ("Running", "执行中"),
        /// It rests.
        Paused = "paused" ("Paused", "已暂停"),
        /// It has ended.
        Finished = "finished" ("Finished", "已结束"),
        /// It was given up.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of a campaign.
    pub enum CampaignMove {
        /// Handed in, to be approved where rules want that.
        Submit = "submit" ("Submit", "提交审批"),
        /// It begins.
        Start = "start" ("Start", "启动"),
        /// It rests for a while.
        Pause = "pause" ("Pause", "暂停"),
        /// It goes on.
        Resume = "resume" ("Resume", "恢复"),
        /// It ends.
        Finish = "finish" ("Finish", "结束"),
        /// It is given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where. What is submitted and needs no approval is approved
/// at once; a decision, and a change of the plan, lead on or back by themselves.
pub const MOVES: &[(CampaignState, CampaignMove, CampaignState)] = &[
    (CampaignState::Draft, CampaignMove::Submit, CampaignState::Pending),
    (CampaignState::Draft, CampaignMove::Cancel, CampaignState::Cancelled),
    (CampaignState::Pending, CampaignMove::Cancel, CampaignState::Cancelled),
    (CampaignState::Approved, CampaignMove::Start, CampaignState::Running),
    (CampaignState::Approved, CampaignMove::Cancel, CampaignState::Cancelled),
    (CampaignState::Running, CampaignMove::Pause, CampaignState::Paused),
    (CampaignState::Running, CampaignMove::Finish, CampaignState::Finished),
    (CampaignState::Running, CampaignMove::Cancel, CampaignState::Cancelled),
    (CampaignState::Paused, CampaignMove::Resume, CampaignState::Running),
    (CampaignState::Paused, CampaignMove::Finish, CampaignState::Finished),
    (CampaignState::Paused, CampaignMove::Cancel, CampaignState::Cancelled),
];

impl CampaignState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = CampaignMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `not_approved` for starting what nobody has agreed to; `illegal_transition`; both with the moves
    /// that are possible.
    pub fn after(self, wanted: CampaignMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal(wanted))
    }

    /// Why a move is not possible here.
    pub(super) fn refuses(self, wanted: CampaignMove) -> &'static Code {
        let open = matches!(self, Self::Draft | Self::Pending);
        if wanted == CampaignMove::Start && open { &NOT_APPROVED } else { &ILLEGAL_TRANSITION }
    }

    fn refusal(self, wanted: CampaignMove) -> Problem {
        let allowed: Vec<&str> = self.moves().map(CampaignMove::word).collect();
        self.refuses(wanted).with("state", self.word()).with("allowed", allowed)
    }

    /// Whether its plan can still be changed, if only by bringing it back to a draft.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Pending | Self::Approved)
    }

    /// Whether it was begun, so that something can come of it.
    pub fn has_begun(self) -> bool {
        matches!(self, Self::Running | Self::Paused | Self::Finished)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn m_32_every_move_from_every_state() {
        use CampaignMove::{Cancel, Finish, Pause, Resume, Start, Submit};
        for state in CampaignState::ALL {
            let expected: &[CampaignMove] = match state {
                CampaignState::Draft => &[Submit, Cancel],
                CampaignState::Pending => &[Cancel],
                CampaignState::Approved => &[Start, Cancel],
                CampaignState::Running => &[Pause, Finish, Cancel],
                CampaignState::Paused => &[Resume, Finish, Cancel],
                CampaignState::Finished | CampaignState::Cancelled => &[],
            };
            for wanted in CampaignMove::ALL {
                let found = state.after(*wanted);
                assert_eq!(found.is_ok(), expected.contains(wanted), "{state} {wanted}");
                if let Err(problem) = found {
                    let words: Vec<&str> = expected.iter().map(|one| one.word()).collect();
                    assert_eq!(problem.params()["allowed"], json!(words));
                    let early = *wanted == Start
                        && matches!(state, CampaignState::Draft | CampaignState::Pending);
                    assert_eq!(problem.is(&NOT_APPROVED), early, "{state} {wanted}");
                }
            }
        }
    }
}

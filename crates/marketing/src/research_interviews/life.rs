//! The life of an interview: its states, and the moves that are possible in each.

use crate::problems::RESEARCH_INTERVIEW_STATE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far an interview has come.
    #[derive(Default)]
    pub enum ResearchInterviewState {
        /// It is to be held, or being written down.
        #[default]
        Planned = "planned" ("Planned", "待访谈"),
        /// It was held, and what was said is there.
        Completed = "completed" ("Completed", "已完成"),
        /// It will not be held.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
        /// The person does not agree any more, and nothing of it counts.
        Withdrawn = "withdrawn" ("Withdrawn", "受访者已撤回"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of an interview.
    pub enum ResearchInterviewMove {
        /// It was held.
        Complete = "complete" ("Complete", "完成"),
        /// It will not be held.
        Cancel = "cancel" ("Cancel", "取消"),
        /// It is to be held after all, or written down better.
        Reopen = "reopen" ("Reopen", "重新打开"),
        /// The person takes back that they agree.
        Withdraw = "withdraw" ("Withdraw", "撤回同意"),
    }
}

/// The state machine: from where each move leads where.
const MOVES: &[(ResearchInterviewState, ResearchInterviewMove, ResearchInterviewState)] = &[
    (
        ResearchInterviewState::Planned,
        ResearchInterviewMove::Complete,
        ResearchInterviewState::Completed,
    ),
    (
        ResearchInterviewState::Planned,
        ResearchInterviewMove::Cancel,
        ResearchInterviewState::Cancelled,
    ),
    (
        ResearchInterviewState::Planned,
        ResearchInterviewMove::Withdraw,
        ResearchInterviewState::Withdrawn,
    ),
    (
        ResearchInterviewState::Completed,
        ResearchInterviewMove::Reopen,
        ResearchInterviewState::Planned,
    ),
    (
        ResearchInterviewState::Completed,
        ResearchInterviewMove::Withdraw,
        ResearchInterviewState::Withdrawn,
    ),
    (
        ResearchInterviewState::Cancelled,
        ResearchInterviewMove::Reopen,
        ResearchInterviewState::Planned,
    ),
];

impl ResearchInterviewState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ResearchInterviewMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `research_interview_state` with the moves that are possible.
    pub fn after(self, wanted: ResearchInterviewMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Whether it takes a place of its quota.
    pub(super) fn takes_a_place(self) -> bool {
        matches!(self, Self::Planned | Self::Completed)
    }

    /// Refuses to write down what is said in one that is over.
    ///
    /// # Errors
    /// `research_interview_state`.
    pub(crate) fn require_planned(self) -> Result<()> {
        if self == Self::Planned { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible here.
    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ResearchInterviewMove::word).collect();
        RESEARCH_INTERVIEW_STATE.with("state", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_102_what_was_taken_back_stays_so() {
        use ResearchInterviewMove::{Cancel, Complete, Reopen, Withdraw};
        use ResearchInterviewState::{Cancelled, Completed, Planned, Withdrawn};
        assert_eq!(Planned.after(Complete).unwrap(), Completed);
        assert_eq!(Completed.after(Withdraw).unwrap(), Withdrawn);
        assert_eq!(Withdrawn.moves().count(), 0);
        assert_eq!(Planned.after(Cancel).unwrap().after(Reopen).unwrap(), Planned);
        assert!(Completed.after(Cancel).unwrap_err().is(&RESEARCH_INTERVIEW_STATE));
        let all = [Planned, Completed, Cancelled, Withdrawn];
        let places = all.map(ResearchInterviewState::takes_a_place);
        assert_eq!(places, [true, true, false, false]);
    }
}

//! The life of a programme: its states, and the moves that are possible in each.

use crate::problems::PROGRAMME_STATE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a programme has come.
    #[derive(Default)]
    pub enum ProgrammeState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// Handed in: it is complete and can start.
        Submitted = "submitted" ("Submitted", "已提交"),
        /// It is carried out.
        Running = "running" ("Running", "执行中"),
        /// It has ended.
        Finished = "finished" ("Finished", "已结束"),
        /// It was given up.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of a programme.
    pub enum ProgrammeMove {
        /// Handed in.
        Submit = "submit" ("Submit", "提交"),
        /// It begins.
        Start = "start" ("Start", "启动"),
        /// It ends.
        Finish = "finish" ("Finish", "结束"),
        /// It is given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where.
pub const MOVES: &[(ProgrammeState, ProgrammeMove, ProgrammeState)] = &[
    (ProgrammeState::Draft, ProgrammeMove::Submit, ProgrammeState::Submitted),
    (ProgrammeState::Draft, ProgrammeMove::Cancel, ProgrammeState::Cancelled),
    (ProgrammeState::Submitted, ProgrammeMove::Start, ProgrammeState::Running),
    (ProgrammeState::Submitted, ProgrammeMove::Cancel, ProgrammeState::Cancelled),
    (ProgrammeState::Running, ProgrammeMove::Finish, ProgrammeState::Finished),
    (ProgrammeState::Running, ProgrammeMove::Cancel, ProgrammeState::Cancelled),
];

impl ProgrammeState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ProgrammeMove> {
        moves::possible(MOVES, self)
    }

    /// Whether it goes on.
    pub fn is_open(self) -> bool {
        self.moves().next().is_some()
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `programme_state` with the moves that are possible.
    pub fn after(self, wanted: ProgrammeMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Why something is not possible here.
    pub(crate) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ProgrammeMove::word).collect();
        PROGRAMME_STATE.with("state", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_06_a_programme_starts_once_it_was_handed_in() {
        let draft = ProgrammeState::Draft;
        assert!(draft.after(ProgrammeMove::Start).unwrap_err().is(&PROGRAMME_STATE));
        let submitted = draft.after(ProgrammeMove::Submit).unwrap();
        assert_eq!(submitted.after(ProgrammeMove::Start).unwrap(), ProgrammeState::Running);
        assert!(!ProgrammeState::Finished.is_open() && !ProgrammeState::Cancelled.is_open());
    }
}

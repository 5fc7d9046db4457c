//! The life of a study: its states, and the moves that are possible in each.

use crate::problems::RESEARCH_STUDY_STATE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a study has come.
    #[derive(Default)]
    pub enum ResearchStudyState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// People are interviewed.
        Running = "running" ("Running", "进行中"),
        /// Nobody is interviewed any more.
        Closed = "closed" ("Closed", "已结束"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of a study.
    pub enum ResearchStudyMove {
        /// It begins.
        Start = "start" ("Start", "启动"),
        /// It ends.
        Close = "close" ("Close", "结束"),
        /// It goes on after all.
        Reopen = "reopen" ("Reopen", "重新打开"),
    }
}

/// The state machine: from where each move leads where.
const MOVES: &[(ResearchStudyState, ResearchStudyMove, ResearchStudyState)] = &[
    (ResearchStudyState::Draft, ResearchStudyMove::Start, ResearchStudyState::Running),
    (ResearchStudyState::Running, ResearchStudyMove::Close, ResearchStudyState::Closed),
    (ResearchStudyState::Closed, ResearchStudyMove::Reopen, ResearchStudyState::Running),
];

impl ResearchStudyState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ResearchStudyMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `research_study_state` with the moves that are possible.
    pub fn after(self, wanted: ResearchStudyMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Why something is not possible here.
    pub(crate) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ResearchStudyMove::word).collect();
        RESEARCH_STUDY_STATE.with("state", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_102_a_study_that_was_closed_can_go_on() {
        use ResearchStudyMove::{Close, Reopen, Start};
        let running = ResearchStudyState::Draft.after(Start).unwrap();
        assert_eq!(running, ResearchStudyState::Running);
        let closed = running.after(Close).unwrap();
        assert_eq!(closed.after(Reopen).unwrap(), running);
        assert!(closed.after(Start).unwrap_err().is(&RESEARCH_STUDY_STATE));
    }
}

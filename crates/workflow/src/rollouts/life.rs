//! The life of a roll-out: its states, and the moves that are possible in each.

use crate::problems::ROLLOUT_STATE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a roll-out has come.
    #[derive(Default)]
    pub enum RolloutState {
        /// Its steps are planned.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// Its steps are done one after the other.
        Running = "running" ("Running", "执行中"),
        /// All of its steps are done.
        Completed = "completed" ("Completed", "已完成"),
        /// It was given up.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What people change the state of a roll-out by; its last step completes it.
    pub enum RolloutMove {
        /// Its first step begins.
        Start = "start" ("Start", "启动"),
        /// It is given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where.
const MOVES: &[(RolloutState, RolloutMove, RolloutState)] = &[
    (RolloutState::Draft, RolloutMove::Start, RolloutState::Running),
    (RolloutState::Draft, RolloutMove::Cancel, RolloutState::Cancelled),
    (RolloutState::Running, RolloutMove::Cancel, RolloutState::Cancelled),
];

impl RolloutState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = RolloutMove> {
        moves::possible(MOVES, self)
    }

    /// Whether it goes on.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Running)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `rollout_state` with the moves that are possible.
    pub fn after(self, wanted: RolloutMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Why something is not possible here.
    pub(crate) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(RolloutMove::word).collect();
        ROLLOUT_STATE.with("state", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_83_every_move_from_every_state() {
        use RolloutMove::{Cancel, Start};
        use RolloutState::{Cancelled, Completed, Draft, Running};
        for state in RolloutState::ALL {
            for wanted in RolloutMove::ALL {
                let expected = match (state, wanted) {
                    (Draft, Start) => Some(Running),
                    (Draft | Running, Cancel) => Some(Cancelled),
                    (Running | Completed | Cancelled, Start) | (Completed | Cancelled, Cancel) => {
                        None
                    }
                };
                assert_eq!(state.after(*wanted).ok(), expected, "{state} {wanted}");
            }
        }
        let refused = Completed.after(Start).unwrap_err();
        assert!(refused.is(&ROLLOUT_STATE) && !Completed.is_open());
    }
}

//! The life of an amendment: its states, and the moves that are possible in each.

use crate::problems::AMENDMENT_MOVE_NOT_ALLOWED;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far an amendment has come.
    #[derive(Default)]
    pub enum AmendmentState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "起草"),
        /// Somebody must agree.
        Review = "review" ("Review", "审批中"),
        /// It can be signed.
        Approved = "approved" ("Approved", "已批准"),
        /// Both have signed: the contract says what it says.
        Signed = "signed" ("Signed", "已签订"),
        /// It came to nothing.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of an amendment.
    pub enum AmendmentMove {
        /// Handed in, to be approved where rules want that.
        Submit = "submit" ("Submit", "提交审批"),
        /// Signed by both.
        Sign = "sign" ("Sign", "签订"),
        /// Given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where. What is submitted and needs no approval is approved
/// at once; a decision, and a change of what it says, lead on or back by themselves.
pub const MOVES: &[(AmendmentState, AmendmentMove, AmendmentState)] = &[
    (AmendmentState::Draft, AmendmentMove::Submit, AmendmentState::Review),
    (AmendmentState::Draft, AmendmentMove::Cancel, AmendmentState::Cancelled),
    (AmendmentState::Review, AmendmentMove::Cancel, AmendmentState::Cancelled),
    (AmendmentState::Approved, AmendmentMove::Sign, AmendmentState::Signed),
    (AmendmentState::Approved, AmendmentMove::Cancel, AmendmentState::Cancelled),
];

impl AmendmentState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = AmendmentMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `amendment_move_not_allowed` with the moves that are possible.
    pub fn after(self, wanted: AmendmentMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Whether what it says can still be changed, if only by bringing it back to a draft.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Review | Self::Approved)
    }

    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(AmendmentMove::word).collect();
        AMENDMENT_MOVE_NOT_ALLOWED.with("state", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_from_every_state() {
        use AmendmentMove::{Cancel, Sign, Submit};
        for state in AmendmentState::ALL {
            let expected: &[AmendmentMove] = match state {
                AmendmentState::Draft => &[Submit, Cancel],
                AmendmentState::Review => &[Cancel],
                AmendmentState::Approved => &[Sign, Cancel],
                AmendmentState::Signed | AmendmentState::Cancelled => &[],
            };
            for wanted in AmendmentMove::ALL {
                assert_eq!(state.after(*wanted).is_ok(), expected.contains(wanted));
            }
        }
    }
}

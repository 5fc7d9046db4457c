//! The states of a table, and the moves that are possible in each.

use crate::problems::{PROSPECT_TABLE_CLOSED, PROSPECT_TABLE_MOVE};
use guanxi_kernel::{Code, Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a table has come.
    #[derive(Default)]
    pub enum ProspectTableStatus {
        /// The consultant works with it.
        #[default]
        Open = "open" ("Open", "填报中"),
        /// Handed in.
        Submitted = "submitted" ("Submitted", "已提交"),
        /// Checked by somebody else.
        Reviewed = "reviewed" ("Reviewed", "已检核"),
        /// The month is over, and it stays as it is.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

guanxi_kernel::words! {
    /// What changes a table.
    pub enum ProspectTableMove {
        /// Leads join.
        Add = "add" ("Add leads", "登记"),
        /// Handed in.
        Submit = "submit" ("Submit", "提交"),
        /// Checked, and passed or sent back.
        Review = "review" ("Review", "检核"),
        /// For good.
        Close = "close" ("Close", "关闭"),
    }
}

/// The state machine: from where each move is possible, and where it leads if all goes well.
pub(super) const MOVES: &[(ProspectTableStatus, ProspectTableMove, ProspectTableStatus)] = &[
    (ProspectTableStatus::Open, ProspectTableMove::Add, ProspectTableStatus::Open),
    (ProspectTableStatus::Open, ProspectTableMove::Submit, ProspectTableStatus::Submitted),
    (ProspectTableStatus::Submitted, ProspectTableMove::Add, ProspectTableStatus::Submitted),
    (ProspectTableStatus::Submitted, ProspectTableMove::Review, ProspectTableStatus::Reviewed),
    (ProspectTableStatus::Reviewed, ProspectTableMove::Close, ProspectTableStatus::Closed),
];

impl ProspectTableStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = ProspectTableMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `prospect_table_closed`, or `prospect_table_move_not_allowed` with the moves that are possible.
    pub(super) fn after(self, wanted: ProspectTableMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Closed { &PROSPECT_TABLE_CLOSED } else { &PROSPECT_TABLE_MOVE }
    }

    /// The refusal of what is not possible in this state.
    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ProspectTableMove::word).collect();
        self.refuses().with("status", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_17_a_closed_table_does_not_change() {
        for wanted in ProspectTableMove::ALL {
            let refused = ProspectTableStatus::Closed.after(*wanted).unwrap_err();
            assert!(refused.is(&PROSPECT_TABLE_CLOSED), "{wanted}");
        }
        let early = ProspectTableStatus::Open.after(ProspectTableMove::Review).unwrap_err();
        assert!(early.is(&PROSPECT_TABLE_MOVE));
        assert_eq!(early.params()["allowed"], serde_json::json!(["add", "submit"]));
    }
}

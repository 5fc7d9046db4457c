//! The states of a hand-over to field sales, and the moves that are possible in each.

use crate::problems::FIELD_HANDOVER_MOVE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a hand-over has come.
    #[derive(Default)]
    pub enum FieldHandoverStatus {
        /// Field sales has not answered yet.
        #[default]
        Open = "open" ("Open", "待接收"),
        /// Field sales works on the lead.
        Accepted = "accepted" ("Accepted", "已接收"),
        /// Field sales has not taken it.
        Refused = "refused" ("Refused", "已拒绝"),
        /// Field sales has given it back.
        Returned = "returned" ("Returned", "已退回"),
        /// It is known whether the lead has bought.
        Closed = "closed" ("Closed", "已关闭"),
    }
}

guanxi_kernel::words! {
    /// What is done with a hand-over.
    pub enum FieldHandoverMove {
        /// Field sales takes the lead.
        Accept = "accept" ("Accept", "接收"),
        /// It does not.
        Refuse = "refuse" ("Refuse", "拒绝"),
        /// It tells what came of a contact.
        FollowUp = "follow-up" ("Follow up", "跟进"),
        /// It gives the lead back.
        Return = "return" ("Return", "退回"),
    }
}

/// The state machine: from where each move is possible, and where it leads. A follow-up that says
/// whether the lead has bought closes instead.
const MOVES: &[(FieldHandoverStatus, FieldHandoverMove, FieldHandoverStatus)] = &[
    (FieldHandoverStatus::Open, FieldHandoverMove::Accept, FieldHandoverStatus::Accepted),
    (FieldHandoverStatus::Open, FieldHandoverMove::Refuse, FieldHandoverStatus::Refused),
    (FieldHandoverStatus::Accepted, FieldHandoverMove::FollowUp, FieldHandoverStatus::Accepted),
    (FieldHandoverStatus::Accepted, FieldHandoverMove::Return, FieldHandoverStatus::Returned),
];

impl FieldHandoverStatus {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = FieldHandoverMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `field_handover_move_not_allowed`, with the moves that are possible.
    pub(super) fn after(self, wanted: FieldHandoverMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(FieldHandoverMove::word).collect();
        FIELD_HANDOVER_MOVE.with("status", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn x_43_what_has_ended_goes_no_further() {
        use FieldHandoverStatus::{Closed, Open, Refused, Returned};
        for ended in [Refused, Returned, Closed] {
            for wanted in FieldHandoverMove::ALL {
                let refused = ended.after(*wanted).unwrap_err();
                assert!(refused.is(&FIELD_HANDOVER_MOVE), "{ended} {wanted}");
            }
        }
        let early = Open.after(FieldHandoverMove::Return).unwrap_err();
        assert_eq!(early.params()["allowed"], json!(["accept", "refuse"]));
    }
}

//! The life of a quote: its states, and the moves that are possible in each.

use crate::problems::QUOTE_MOVE_NOT_ALLOWED;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a quote has come.
    #[derive(Default)]
    pub enum QuoteStatus {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// It waits for an approval.
        PendingApproval = "pending_approval" ("Pending approval", "审批中"),
        /// It can be sent.
        Approved = "approved" ("Approved", "已批准"),
        /// The customer has it.
        Sent = "sent" ("Sent", "已发送"),
        /// The customer wants it.
        Accepted = "accepted" ("Accepted", "已接受"),
        /// The customer does not want it.
        Declined = "declined" ("Declined", "已拒绝"),
        /// Its time was over before it was accepted.
        Expired = "expired" ("Expired", "已过期"),
        /// There is a later revision.
        Superseded = "superseded" ("Superseded", "已被替代"),
        /// The company does not offer it any more.
        Withdrawn = "withdrawn" ("Withdrawn", "已撤回"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of a quote.
    pub enum QuoteMove {
        /// Handed in, to be approved where rules want that.
        Submit = "submit" ("Submit", "提交"),
        /// Sent to the customer.
        Send = "send" ("Send", "发送"),
        /// Accepted by the customer.
        Accept = "accept" ("Accept", "接受"),
        /// Declined by the customer.
        Decline = "decline" ("Decline", "拒绝"),
        /// Not offered any more.
        Withdraw = "withdraw" ("Withdraw", "撤回"),
        /// Followed by another revision.
        Revise = "revise" ("Revise", "修订"),
    }
}

/// The state machine: from where each move leads where. A quote that is submitted and needs no
/// approval is approved at once; a decision, the end of its time and changes of what it offers lead
/// elsewhere by themselves.
pub const MOVES: &[(QuoteStatus, QuoteMove, QuoteStatus)] = &[
    (QuoteStatus::Draft, QuoteMove::Submit, QuoteStatus::PendingApproval),
    (QuoteStatus::Draft, QuoteMove::Send, QuoteStatus::Sent),
    (QuoteStatus::Draft, QuoteMove::Withdraw, QuoteStatus::Withdrawn),
    (QuoteStatus::Draft, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::PendingApproval, QuoteMove::Withdraw, QuoteStatus::Withdrawn),
    (QuoteStatus::PendingApproval, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::Approved, QuoteMove::Send, QuoteStatus::Sent),
    (QuoteStatus::Approved, QuoteMove::Withdraw, QuoteStatus::Withdrawn),
    (QuoteStatus::Approved, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::Sent, QuoteMove::Accept, QuoteStatus::Accepted),
    (QuoteStatus::Sent, QuoteMove::Decline, QuoteStatus::Declined),
    (QuoteStatus::Sent, QuoteMove::Withdraw, QuoteStatus::Withdrawn),
    (QuoteStatus::Sent, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::Declined, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::Expired, QuoteMove::Revise, QuoteStatus::Superseded),
    (QuoteStatus::Withdrawn, QuoteMove::Revise, QuoteStatus::Superseded),
];

impl QuoteStatus {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = QuoteMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `quote_move_not_allowed` with the moves that are possible.
    pub fn after(self, wanted: QuoteMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Whether what it offers can still be changed, if only by bringing it back to a draft.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::PendingApproval | Self::Approved)
    }

    /// Whether its time can end.
    pub(super) fn expires(self) -> bool {
        matches!(self, Self::PendingApproval | Self::Approved | Self::Sent)
    }

    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(QuoteMove::word).collect();
        QUOTE_MOVE_NOT_ALLOWED.with("status", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_move_from_every_state() {
        use QuoteMove::{Accept, Decline, Revise, Send, Submit, Withdraw};
        for status in QuoteStatus::ALL {
            let expected: &[QuoteMove] = match status {
                QuoteStatus::Draft => &[Submit, Send, Withdraw, Revise],
                QuoteStatus::PendingApproval => &[Withdraw, Revise],
                QuoteStatus::Approved => &[Send, Withdraw, Revise],
                QuoteStatus::Sent => &[Accept, Decline, Withdraw, Revise],
                QuoteStatus::Declined | QuoteStatus::Expired | QuoteStatus::Withdrawn => &[Revise],
                QuoteStatus::Accepted | QuoteStatus::Superseded => &[],
            };
            for wanted in QuoteMove::ALL {
                let found = status.after(*wanted);
                assert_eq!(found.is_ok(), expected.contains(wanted), "{status} {wanted}");
                if let Err(problem) = found {
                    let words: Vec<&str> = expected.iter().map(|one| one.word()).collect();
                    assert_eq!(problem.params()["allowed"], json!(words));
                }
            }
        }
    }
}

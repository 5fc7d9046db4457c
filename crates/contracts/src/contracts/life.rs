//! The life of a contract: its stages, and the moves that are possible in each.

use crate::problems::CONTRACT_MOVE_NOT_ALLOWED;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a contract has come.
    #[derive(Default)]
    pub enum ContractStage {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "起草"),
        /// Somebody must agree.
        Review = "review" ("Review", "审批中"),
        /// It can be signed.
        Approved = "approved" ("Approved", "已批准"),
        /// Both have signed: it is in force.
        Signed = "signed" ("Signed", "已签订"),
        /// The work is organised and planned.
        Planning = "planning" ("Planning", "组织规划"),
        /// The work is done.
        Implementing = "implementing" ("Implementing", "实施中"),
        /// The work is finished.
        Implemented = "implemented" ("Implemented", "实施完成"),
        /// Nothing is left to be done but what may still be owed.
        Closed = "closed" ("Closed", "已关闭"),
        /// It came to nothing, or was ended.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the stage of a contract.
    pub enum ContractMove {
        /// Handed in, to be approved where rules want that.
        Submit = "submit" ("Submit", "提交审批"),
        /// Signed by both.
        Sign = "sign" ("Sign", "签订"),
        /// The work is organised and planned from now on.
        Plan = "plan" ("Plan", "组织规划"),
        /// The work begins.
        Start = "start" ("Start", "开始实施"),
        /// The work is finished.
        Complete = "complete" ("Complete", "实施完成"),
        /// Nothing is left to be done.
        Close = "close" ("Close", "关闭"),
        /// Given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where. A contract that is submitted and needs no
/// approval is approved at once; a decision, changes of the terms and what other systems tell of the work
/// lead on or back by themselves, the latter one move after the other.
pub const MOVES: &[(ContractStage, ContractMove, ContractStage)] = &[
    (ContractStage::Draft, ContractMove::Submit, ContractStage::Review),
    (ContractStage::Draft, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Review, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Approved, ContractMove::Sign, ContractStage::Signed),
    (ContractStage::Approved, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Signed, ContractMove::Plan, ContractStage::Planning),
    (ContractStage::Signed, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Planning, ContractMove::Start, ContractStage::Implementing),
    (ContractStage::Planning, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Implementing, ContractMove::Complete, ContractStage::Implemented),
    (ContractStage::Implementing, ContractMove::Cancel, ContractStage::Cancelled),
    (ContractStage::Implemented, ContractMove::Close, ContractStage::Closed),
];

impl ContractStage {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = ContractMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `contract_move_not_allowed` with the moves that are possible.
    pub fn after(self, wanted: ContractMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// Whether its terms can still be changed, if only by bringing it back to a draft.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Review | Self::Approved)
    }

    /// Whether it is in force and carried out.
    pub fn is_effective(self) -> bool {
        matches!(self, Self::Signed | Self::Planning | Self::Implementing | Self::Implemented)
    }

    /// Whether something can be owed on it.
    pub fn is_owed(self) -> bool {
        self.is_effective() || self == Self::Closed
    }

    /// Whether nothing leads on from here.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Closed | Self::Cancelled)
    }

    /// As far as the work has come elsewhere: one move after the other, never back.
    pub(crate) fn led_to(self, wanted: Self) -> Self {
        const WORK: [ContractMove; 3] =
            [ContractMove::Plan, ContractMove::Start, ContractMove::Complete];
        let mut stage = self;
        for one in WORK {
            if !stage.is_effective() || stage >= wanted {
                break;
            }
            stage = stage.after(one).unwrap_or(stage);
        }
        stage
    }

    pub(crate) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(ContractMove::word).collect();
        CONTRACT_MOVE_NOT_ALLOWED.with("stage", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn c_02_every_move_from_every_stage() {
        use ContractMove::{Cancel, Close, Complete, Plan, Sign, Start, Submit};
        for stage in ContractStage::ALL {
            let expected: &[ContractMove] = match stage {
                ContractStage::Draft => &[Submit, Cancel],
                ContractStage::Review => &[Cancel],
                ContractStage::Approved => &[Sign, Cancel],
                ContractStage::Signed => &[Plan, Cancel],
                ContractStage::Planning => &[Start, Cancel],
                ContractStage::Implementing => &[Complete, Cancel],
                ContractStage::Implemented => &[Close],
                ContractStage::Closed | ContractStage::Cancelled => &[],
            };
            for wanted in ContractMove::ALL {
                let found = stage.after(*wanted);
                assert_eq!(found.is_ok(), expected.contains(wanted), "{stage} {wanted}");
                if let Err(problem) = found {
                    let words: Vec<&str> = expected.iter().map(|one| one.word()).collect();
                    assert_eq!(problem.params()["allowed"], json!(words));
                }
            }
        }
    }

    #[test]
    fn c_08_the_work_leads_on_and_never_back() {
        use ContractStage::{
            Approved, Cancelled, Closed, Implemented, Implementing, Planning, Signed,
        };
        for (from, wanted, expected) in [
            (Signed, Planning, Planning),
            (Signed, Implementing, Implementing),
            (Signed, Implemented, Implemented),
            (Planning, Implemented, Implemented),
            (Implementing, Implementing, Implementing),
            (Implementing, Planning, Implementing),
            (Implemented, Planning, Implemented),
            (Approved, Implementing, Approved),
            (Closed, Implementing, Closed),
            (Cancelled, Implementing, Cancelled),
        ] {
            assert_eq!(from.led_to(wanted), expected, "{from} {wanted}");
        }
    }
}

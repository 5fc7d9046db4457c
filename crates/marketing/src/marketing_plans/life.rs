//! The life of a plan: its states, and the moves that are possible in each.

use crate::problems::MARKETING_PLAN_STATE;
use guanxi_kernel::{Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far a plan has come.
    #[derive(Default)]
    pub enum MarketingPlanState {
        /// Worked on.
        #[default]
        Draft = "draft" ("Draft", "草稿"),
        /// Somebody must agree.
        Pending = "pending" ("Pending", "待审批"),
        /// It holds.
        Approved = "approved" ("Approved", "已批准"),
        /// Its time is over.
        Closed = "closed" ("Closed", "已关闭"),
        /// It was given up.
        Cancelled = "cancelled" ("Cancelled", "已取消"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of a plan.
    pub enum MarketingPlanMove {
        /// Handed in, to be approved where rules want that.
        Submit = "submit" ("Submit", "提交审批"),
        /// Its time is over.
        Close = "close" ("Close", "关闭"),
        /// It is given up.
        Cancel = "cancel" ("Cancel", "取消"),
    }
}

/// The state machine: from where each move leads where. What is submitted and needs no approval is approved
/// at once; a decision, and a change of the plan, lead on or back by themselves.
pub const MOVES: &[(MarketingPlanState, MarketingPlanMove, MarketingPlanState)] = &[
    (MarketingPlanState::Draft, MarketingPlanMove::Submit, MarketingPlanState::Pending),
    (MarketingPlanState::Draft, MarketingPlanMove::Cancel, MarketingPlanState::Cancelled),
    (MarketingPlanState::Pending, MarketingPlanMove::Cancel, MarketingPlanState::Cancelled),
    (MarketingPlanState::Approved, MarketingPlanMove::Close, MarketingPlanState::Closed),
    (MarketingPlanState::Approved, MarketingPlanMove::Cancel, MarketingPlanState::Cancelled),
];

impl MarketingPlanState {
    /// The moves that are possible from here.
    pub fn moves(self) -> impl Iterator<Item = MarketingPlanMove> {
        moves::possible(MOVES, self)
    }

    /// Where a move leads from here.
    ///
    /// # Errors
    /// `marketing_plan_state` with the moves that are possible.
    pub fn after(self, wanted: MarketingPlanMove) -> Result<Self> {
        moves::after(MOVES, self, wanted).ok_or_else(|| self.refusal())
    }

    /// The refusal of what is not possible here.
    pub(super) fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(MarketingPlanMove::word).collect();
        MARKETING_PLAN_STATE.with("state", self.word()).with("allowed", allowed)
    }

    /// Whether it can still change, and campaigns can still be planned in it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Pending | Self::Approved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn m_35_every_move_from_every_state() {
        use MarketingPlanMove::{Cancel, Close, Submit};
        for state in MarketingPlanState::ALL {
            let expected: &[MarketingPlanMove] = match state {
                MarketingPlanState::Draft => &[Submit, Cancel],
                MarketingPlanState::Pending => &[Cancel],
                MarketingPlanState::Approved => &[Close, Cancel],
                MarketingPlanState::Closed | MarketingPlanState::Cancelled => &[],
            };
            for wanted in MarketingPlanMove::ALL {
                let found = state.after(*wanted);
                assert_eq!(found.is_ok(), expected.contains(wanted), "{state} {wanted}");
                if let Err(problem) = found {
                    let words: Vec<&str> = expected.iter().map(|one| one.word()).collect();
                    assert_eq!(problem.params()["allowed"], json!(words));
                }
            }
            assert_eq!(state.is_open(), !expected.is_empty(), "{state}");
        }
    }
}

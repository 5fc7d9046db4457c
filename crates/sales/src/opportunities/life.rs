//! The life of an opportunity: its states, and the moves that are possible in each.

use crate::problems::{MOVE_NOT_ALLOWED, OPPORTUNITY_TERMINATED};
use guanxi_kernel::{Code, Problem, Result, Word as _};

guanxi_kernel::words! {
    /// How far the life of an opportunity has come.
    #[derive(Default)]
    pub enum OpportunityStatus {
        /// Worked on.
        #[default]
        Open = "open" ("Open", "进行中"),
        /// Not worked on for now.
        Suspended = "suspended" ("Suspended", "中止"),
        /// Won.
        Won = "won" ("Won", "赢单"),
        /// Lost.
        Lost = "lost" ("Lost", "输单"),
        /// Given up for ever.
        Terminated = "terminated" ("Terminated", "终止"),
    }
}

guanxi_kernel::words! {
    /// What changes the state of an opportunity or its controller.
    pub enum OpportunityMove {
        /// To another open stage.
        Move = "move" ("Move", "推进阶段"),
        /// Not worked on for now.
        Suspend = "suspend" ("Suspend", "中止"),
        /// Worked on again.
        Reactivate = "reactivate" ("Reactivate", "激活"),
        /// Won.
        Win = "win" ("Win", "赢单"),
        /// Lost.
        Lose = "lose" ("Lose", "输单"),
        /// Given up for ever.
        Terminate = "terminate" ("Terminate", "终止"),
        /// To another controller.
        Transfer = "transfer" ("Transfer", "移交"),
        /// To be looked at again on another day.
        Review = "review" ("Move the review", "改期复核"),
        /// More said of its end.
        Addendum = "addendum" ("Add to the summary", "补充总结"),
    }
}

impl OpportunityStatus {
    /// The moves that are possible from here. What is not here is not possible.
    pub fn moves(self) -> &'static [OpportunityMove] {
        use OpportunityMove::{
            Addendum, Lose, Move, Reactivate, Review, Suspend, Terminate, Transfer, Win,
        };
        match self {
            Self::Open => &[Move, Suspend, Win, Lose, Terminate, Transfer],
            Self::Suspended => &[Reactivate, Lose, Terminate, Transfer, Review],
            Self::Won | Self::Lost => &[Transfer, Addendum],
            Self::Terminated => &[],
        }
    }

    /// Whether it has ended.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Won | Self::Lost | Self::Terminated)
    }

    /// Refuses a move that is not possible from here.
    ///
    /// # Errors
    /// `opportunity_terminated`, or `move_not_allowed` with the moves that are possible.
    pub fn require(self, wanted: OpportunityMove) -> Result<()> {
        if self.moves().contains(&wanted) { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Terminated { &OPPORTUNITY_TERMINATED } else { &MOVE_NOT_ALLOWED }
    }

    /// The refusal of a move, with those that are possible.
    pub fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().iter().map(|one| one.word()).collect();
        self.refuses().with("status", self.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_terminated_stays_so() {
        for wanted in OpportunityMove::ALL {
            let refused = OpportunityStatus::Terminated.require(*wanted).unwrap_err();
            assert!(refused.is(&OPPORTUNITY_TERMINATED), "{wanted}");
        }
    }

    #[test]
    fn a_refusal_says_what_is_possible() {
        let refused = OpportunityStatus::Won.require(OpportunityMove::Reactivate).unwrap_err();
        assert!(refused.is(&MOVE_NOT_ALLOWED));
        assert_eq!(refused.params()["allowed"], json!(["transfer", "addendum"]));
        assert!(OpportunityStatus::Suspended.require(OpportunityMove::Reactivate).is_ok());
        assert!(OpportunityStatus::Suspended.require(OpportunityMove::Win).is_err());
    }
}

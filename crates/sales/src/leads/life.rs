//! The life of a lead: its states, and the moves that are possible in each.

use crate::problems::{LEAD_CONVERTED, MOVE_NOT_ALLOWED};
use guanxi_kernel::{Code, Problem, Result, Word as _, moves};

guanxi_kernel::words! {
    /// How far the life of a lead has come.
    #[derive(Default)]
    pub enum LeadStatus {
        /// Nobody works on it yet.
        #[default]
        New = "new" ("New", "新建"),
        /// Worked on.
        Working = "working" ("Working", "跟进中"),
        /// Worth an opportunity.
        Qualified = "qualified" ("Qualified", "已确认"),
        /// Became a party.
        Converted = "converted" ("Converted", "已转化"),
        /// Lost, or not worth it.
        Lost = "lost" ("Lost", "战败"),
    }
}

guanxi_kernel::words! {
    /// What changes the state, the level or the owner of a lead.
    pub enum LeadMove {
        /// Somebody takes it out of its pool.
        Claim = "claim" ("Claim", "领取"),
        /// Work on it begins.
        Start = "start" ("Start", "开始跟进"),
        /// Found worth an opportunity, or not.
        Qualify = "qualify" ("Qualify", "确认"),
        /// To another level.
        ChangeLevel = "change-level" ("Change the level", "变更级别"),
        /// Becomes a party.
        Convert = "convert" ("Convert", "转化"),
        /// Lost.
        Lose = "lose" ("Lose", "战败"),
        /// Worked on again.
        Reopen = "reopen" ("Reopen", "重新跟进"),
        /// To another owner.
        Transfer = "transfer" ("Transfer", "移交"),
        /// Back into a pool.
        Release = "release" ("Release", "退回公海"),
        /// To field sales, if it is ripe.
        HandToField = "hand-to-field" ("Hand to field sales", "移交现场销售"),
    }
}

/// The state machine of a lead that has an owner: from where each move leads where. What is not here
/// is not possible.
pub(super) const MOVES: &[(LeadStatus, LeadMove, LeadStatus)] = &[
    (LeadStatus::New, LeadMove::Start, LeadStatus::Working),
    (LeadStatus::New, LeadMove::Qualify, LeadStatus::Qualified),
    (LeadStatus::New, LeadMove::ChangeLevel, LeadStatus::New),
    (LeadStatus::New, LeadMove::Convert, LeadStatus::Converted),
    (LeadStatus::New, LeadMove::Lose, LeadStatus::Lost),
    (LeadStatus::New, LeadMove::Transfer, LeadStatus::New),
    (LeadStatus::New, LeadMove::Release, LeadStatus::New),
    (LeadStatus::New, LeadMove::HandToField, LeadStatus::New),
    (LeadStatus::Working, LeadMove::Qualify, LeadStatus::Qualified),
    (LeadStatus::Working, LeadMove::ChangeLevel, LeadStatus::Working),
    (LeadStatus::Working, LeadMove::Convert, LeadStatus::Converted),
    (LeadStatus::Working, LeadMove::Lose, LeadStatus::Lost),
    (LeadStatus::Working, LeadMove::Transfer, LeadStatus::Working),
    (LeadStatus::Working, LeadMove::Release, LeadStatus::New),
    (LeadStatus::Working, LeadMove::HandToField, LeadStatus::Working),
    (LeadStatus::Qualified, LeadMove::ChangeLevel, LeadStatus::Qualified),
    (LeadStatus::Qualified, LeadMove::Convert, LeadStatus::Converted),
    (LeadStatus::Qualified, LeadMove::Lose, LeadStatus::Lost),
    (LeadStatus::Qualified, LeadMove::Transfer, LeadStatus::Qualified),
    (LeadStatus::Qualified, LeadMove::Release, LeadStatus::New),
    (LeadStatus::Qualified, LeadMove::HandToField, LeadStatus::Qualified),
    (LeadStatus::Lost, LeadMove::Reopen, LeadStatus::Working),
    (LeadStatus::Lost, LeadMove::Transfer, LeadStatus::Lost),
];

/// The same of a lead that has none.
pub(super) const IN_POOL: &[(LeadStatus, LeadMove, LeadStatus)] = &[
    (LeadStatus::New, LeadMove::Claim, LeadStatus::Working),
    (LeadStatus::New, LeadMove::Transfer, LeadStatus::New),
];

/// Where a lead stands: how far its life has come, and whether somebody has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) status: LeadStatus,
    pub(super) owned: bool,
}

impl LeadStatus {
    /// Whether it has not ended.
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Working | Self::Qualified)
    }

    /// Why something is not possible in this state.
    pub(super) fn refuses(self) -> &'static Code {
        if self == Self::Converted { &LEAD_CONVERTED } else { &MOVE_NOT_ALLOWED }
    }
}

impl Place {
    /// The moves that are possible from here.
    pub(super) fn moves(self) -> impl Iterator<Item = LeadMove> {
        moves::possible(self.table(), self.status)
    }

    fn table(self) -> &'static [(LeadStatus, LeadMove, LeadStatus)] {
        if self.owned { MOVES } else { IN_POOL }
    }

    /// The state that a move leads to from here.
    ///
    /// # Errors
    /// `lead_converted`, or `move_not_allowed` with the moves that are possible.
    pub(super) fn after(self, wanted: LeadMove) -> Result<LeadStatus> {
        moves::after(self.table(), self.status, wanted).ok_or_else(|| self.refusal())
    }

    fn refusal(self) -> Problem {
        let allowed: Vec<&str> = self.moves().map(LeadMove::word).collect();
        self.status.refuses().with("status", self.status.word()).with("allowed", allowed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn place(status: LeadStatus, owned: bool) -> Place {
        Place { status, owned }
    }

    #[test]
    fn a_refusal_says_what_is_possible() {
        let lost = place(LeadStatus::Lost, true).after(LeadMove::Convert).unwrap_err();
        assert!(lost.is(&MOVE_NOT_ALLOWED));
        assert_eq!(lost.params()["allowed"], json!(["reopen", "transfer"]));
        let pooled = place(LeadStatus::New, false).after(LeadMove::Qualify).unwrap_err();
        assert_eq!(pooled.params()["allowed"], json!(["claim", "transfer"]));
        for wanted in LeadMove::ALL {
            let done = place(LeadStatus::Converted, true).after(*wanted).unwrap_err();
            assert!(done.is(&LEAD_CONVERTED), "{wanted}");
        }
    }

    fn a_move() -> impl Strategy<Value = LeadMove> {
        (0..LeadMove::ALL.len()).prop_map(|at| LeadMove::ALL[at])
    }

    proptest! {
        /// However people move a lead: it is taken only out of a pool, ends converted for ever, comes
        /// back from lost only by being reopened, and what is told as possible is what is.
        #[test]
        fn a_life_keeps_its_rules(wishes in proptest::collection::vec(a_move(), 0..60)) {
            let mut now = place(LeadStatus::New, false);
            for wish in wishes {
                let told = now.moves().any(|one| one == wish);
                let next = now.after(wish);
                prop_assert_eq!(told, next.is_ok());
                let Ok(status) = next else { continue };
                prop_assert_ne!(now.status, LeadStatus::Converted);
                prop_assert_eq!(wish == LeadMove::Claim, !now.owned && wish != LeadMove::Transfer);
                if now.status == LeadStatus::Lost {
                    prop_assert!(matches!(wish, LeadMove::Reopen | LeadMove::Transfer));
                }
                prop_assert_eq!(status == LeadStatus::Converted, wish == LeadMove::Convert);
                let owned = wish != LeadMove::Release;
                prop_assert!(owned || status == LeadStatus::New);
                now = place(status, owned);
            }
        }
    }
}

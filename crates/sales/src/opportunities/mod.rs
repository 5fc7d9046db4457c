//! Opportunities: the thread from the first contact to won, lost or given up.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs`, `closing.rs` | the record |
//! | `life.rs` | states and moves as data |
//! | `rules.rs` | what needs nothing but the record |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state, its stage or its controller |
//! | `spans.rs` | what it was from when to when, and since when that is known |
//! | `path.rs` | the stages before a span, and how long it was worked on in them |
//! | `history.rs` | the same by stage, as people read it |
//! | `gates.rs` | who must agree before a stage is entered or work goes on again |
//! | `review.rs` | the task to look at a suspended one again |
//! | `researched.rs` | who is what in the decision, by interviews |
//! | `cost.rs` | what the activities about it have cost |
//!
//! Whoever changes an opportunity, by whatever way, goes through `Resource::settle`: a new stage is
//! entered in `Opportunity::enter_stage` there and nowhere else, but for retired stages; whoever must
//! agree to that first is asked in front of it.
//!
//! Only what needs more than the new value has a verb alone: the state, which needs reasons, and the
//! controller. Those who work on an opportunity with its controller read it and no more, and its quotes and
//! activities with it (`Visibility::Shared`, `Kind::read_about`).

mod closing;
mod cost;
mod gates;
mod history;
mod life;
mod model;
mod moves;
mod parts;
mod path;
mod researched;
mod review;
mod rules;
mod service;
mod spans;
mod store;

pub use closing::{Addendum, CloseReason, ClosingSummary, Winner};
pub use cost::{CostItem, OpportunityCost, cost};
pub(crate) use gates::with_more;
pub use gates::{REACTIVATION, STAGE_ENTRY};
pub use history::{StageHistory, StageInterval, stage_history};
pub use life::{OpportunityMove, OpportunityStatus};
pub use model::{OPPORTUNITY, Opportunity, OpportunityId, OpportunityInput, PEOPLE};
pub use moves::{
    AddToSummary, CloseOpportunity, MoveOpportunity, ReviewOpportunity, SuspendOpportunity,
    TerminateOpportunity, TransferOpportunity, addendum, lose, move_to, reactivate, review,
    suspend, terminate, transfer, win,
};
pub use parts::{Collaborator, DecisionRole, LineItem, OpportunityContact, OpportunityOrigin};
pub use path::{Path, Standpoint, Visit};
pub use researched::{TakeResearchedRoles, take_researched_roles};
pub(crate) use rules::NO_DAY;
pub use spans::{Standing, standing_at};
pub use store::{OpportunityTransfer, transfers};

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
//! | `history.rs` | the same by stage, as people read it |
//! | `cost.rs` | what the activities about it have cost |
//!
//! Whoever changes an opportunity, by whatever way, goes through `Resource::settle`: a new stage is
//! entered in `Opportunity::enter_stage` there and nowhere else, but for retired stages. What must
//! agree to that first belongs in front of it.

mod closing;
mod cost;
mod history;
mod life;
mod model;
mod moves;
mod parts;
mod rules;
mod service;
mod spans;
mod store;

pub use closing::{Addendum, CloseReason, ClosingSummary, Winner};
pub use cost::{CostItem, OpportunityCost, cost};
pub use history::{StageHistory, StageInterval, stage_history};
pub use life::{OpportunityMove, OpportunityStatus};
pub use model::{OPPORTUNITY, Opportunity, OpportunityId, OpportunityInput};
pub use moves::{
    AddToSummary, CloseOpportunity, MoveOpportunity, SuspendOpportunity, TerminateOpportunity,
    TransferOpportunity, addendum, lose, move_to, reactivate, suspend, terminate, transfer, win,
};
pub use parts::{Collaborator, DecisionRole, LineItem, OpportunityContact, OpportunityOrigin};
pub(crate) use rules::{NO_DAY, today};
pub use spans::{Standing, standing_at};
pub use store::{OpportunityTransfer, transfers};

//! Plans of marketing: what a year, or another time, sets out to reach and may cost.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `life.rs` | states and moves as data |
//! | `service.rs` | the rules of a save |
//! | `moves.rs` | what changes its state |
//! | `consent.rs` | who must agree to it |
//! | `copying.rs` | a plan of a later year made of one |
//! | `room.rs` | what is left of the budget for another campaign |
//! | `outcome.rs` | what its campaigns cost and brought, each thing once |
//! | `segment_goals.rs` | what it sets out to reach with some customers, and has |
//! | `parts.rs` | what allocations are made of, without a store |
//! | `basis.rs` | what came of campaigns, media and source codes before |
//! | `allocating.rs` | previews and allocations that are kept |
//! | `spending.rs` | what is allocated, committed, spent and left |

mod allocating;
mod basis;
mod consent;
mod copying;
mod life;
mod model;
mod moves;
mod outcome;
mod parts;
pub(crate) mod room;
mod segment_goals;
mod service;
mod spending;
mod store;

pub use allocating::{
    AllocateMarketingPlan, MarketingPlanAllocation, allocate, allocations, preview,
};
pub use consent::APPROVAL_OF_MARKETING_PLANS;
pub use copying::{CopyMarketingPlan, copy};
pub use life::{MOVES, MarketingPlanMove, MarketingPlanState};
pub use model::{
    MARKETING_PLAN, MarketingPlan, MarketingPlanId, MarketingPlanInput, MarketingPlanStateChange,
    SegmentGoal,
};
pub use moves::{CancelMarketingPlan, cancel, close, submit};
pub use outcome::{
    MarketingPlanExpectation, MarketingPlanMonth, MarketingPlanProgress, MarketingPlanReturn,
    outcome,
};
pub use parts::{AllocatedBy, AllocatedOver, AllocationWeight, MarketingPlanPart};
pub use segment_goals::MarketingPlanSegmentProgress;
pub use spending::{MarketingPlanSpending, MarketingPlanSpendingRow, spending};

//! The steps of roll-outs: done one after the other, each by an owner, by a day or within a time.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its parts |
//! | `needs.rs` | what must be there before a step is done |
//! | `due.rs` | by when it is due, and whom that is told to |
//! | `service.rs` | the rules of a save |
//! | `moves.rs` | done, and to be done again; begun and dropped with the roll-out |
//! | `consent.rs` | who must agree before a step is done |
//! | `overdue.rs` | who is told of a step that is overdue |
//! | `store.rs` | the SQL |
//!
//! A step begins when the one before it is done, and what it took is measured in worked time from then on. Whether
//! somebody must agree is asked of the approval definitions of the company, as for every other document, so no step
//! says it itself. Who is told of an overdue step is told once; a later day for the step begins that anew. The price
//! is that nobody is told of a step that has not begun, however late the ones before it make it.

mod consent;
mod due;
mod model;
mod moves;
mod needs;
mod overdue;
mod parts;
mod service;
mod store;

pub use consent::APPROVAL_OF_STEPS;
pub use model::{ROLLOUT_STEP, RolloutStep, RolloutStepId, RolloutStepInput};
pub use moves::{CompleteRolloutStep, complete, reopen};
pub(crate) use moves::{give_up, open};
pub use needs::RolloutNeed;
pub use overdue::REMINDING;
pub use parts::{
    EscalationLevel, ResponsibilityPart, RolloutStepMove, RolloutStepStatus, StepInspection,
    StepResponsibility,
};
pub(crate) use store::lines;

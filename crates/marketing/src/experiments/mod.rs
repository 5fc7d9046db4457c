//! Experiments: who is offered what, and whether it made a difference.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, what is written and answered |
//! | `split.rs` | who comes into which arm, without a store |
//! | `result.rs` | what the arms came to, without a store |
//! | `merging.rs` | who takes part follows merges |
//! | `service.rs` | the rules of a save, assigning, recording, ending |
//! | `store.rs` | the SQL |

mod merging;
mod model;
mod result;
mod service;
mod split;
mod store;

pub(crate) use merging::{merged, parted};
pub use model::{
    ArmResult, AssignContacts, EXPERIMENT, Experiment, ExperimentArm, ExperimentId,
    ExperimentInput, ExperimentOutcome, ExperimentResult, ExperimentStatus, RateInterval,
    RecordOutcomes, RecordedOutcomes,
};
pub(crate) use service::{HoldOut, HoldOuts, hold_out};
pub use service::{assign, end, record, result};
pub(crate) use store::controls;

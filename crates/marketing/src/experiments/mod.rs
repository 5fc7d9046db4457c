//! Experiments: who is offered what, and whether it made a difference.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, what is written and answered |
//! | `split.rs` | who comes into which arm, without a store |
//! | `result.rs` | what the arms came to, without a store |
//! | `service.rs` | the rules of a save, assigning, recording, ending |
//! | `store.rs` | the SQL |

mod model;
mod result;
mod service;
mod split;
mod store;

pub use model::{
    ArmResult, AssignContacts, EXPERIMENT, Experiment, ExperimentArm, ExperimentId,
    ExperimentInput, ExperimentOutcome, ExperimentResult, ExperimentStatus, RateInterval,
    RecordOutcomes, RecordedOutcomes,
};
pub(crate) use service::{HoldOut, hold_out};
pub use service::{assign, end, record, result};

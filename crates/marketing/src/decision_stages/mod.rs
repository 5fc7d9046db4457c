//! How far people have come in their decision, with all that it was before.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `store.rs` | the SQL, and who was in which stage from when to when |

mod model;
mod service;
mod store;

pub use model::{
    DECISION_STAGE, DecisionStage, DecisionStageId, DecisionStageInput, DecisionStageName,
};

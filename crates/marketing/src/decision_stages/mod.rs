//! How far people have come in their decision, with all that it was before.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |
//! | `store.rs` | the SQL, and who was in which stage from when to when |
//!
//! The record says what is so and who has said it; spans beside it say what was so at any instant, so a
//! table of moves is one statement whose rows sum to the start. Price: a stage is what people say, not what
//! follows from opportunities.

mod model;
mod service;
mod store;

pub use model::{
    DECISION_STAGE, DecisionStage, DecisionStageId, DecisionStageInput, DecisionStageName,
};

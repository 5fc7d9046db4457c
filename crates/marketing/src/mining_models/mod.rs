//! Models: trees that tell who will, and how much, and what they say of customers and prospects.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `answers.rs` | what models answer with |
//! | `service.rs` | asking for a model and for scores |
//! | `train.rs`, `scoring.rs` | the work |
//! | `reading.rs` | leaves, scores, bands, expected volume, how well a model tells |
//! | `extract.rs` | those who are likely, as a list |
//! | `store.rs` | the SQL |

mod answers;
mod extract;
mod model;
mod reading;
mod scoring;
mod service;
mod store;
mod train;

pub use answers::{
    ExpectedVolume, ExtractScores, ModelBands, ModelEvaluation, ModelLeaf, ModelLeaves, ModelTree,
    Score, ScorePage, ScorePopulation,
};
pub use extract::extract;
pub use model::{MINING_MODEL, MiningModel, MiningModelId, MiningModelInput, MiningModelKind};
pub(crate) use reading::without_buyers;
pub use reading::{
    Potential, bands, evaluation, expected_volume, leaves, potentials, scores, tree,
};
pub use scoring::score;
pub use service::{start, start_scoring};
pub use train::train;

//! Score cards: key figures with weights that make one whole, and what they come to together.

mod model;
mod result;
mod service;

pub use model::{SCORE_CARD, ScoreCard, ScoreCardId, ScoreCardInput, ScoreCardLine};
pub use result::{ScoreCardResult, ScoreCardResultLine, result};

//! How campaigns are judged once they are finished: by the indicators that their template had, to a score from 0
//! to 100. Each evaluation is kept with all that it rests on.
//!
//! | file | holds |
//! | --- | --- |
//! | `indicators.rs` | what there is to judge by, and the score, without a store |
//! | `service.rs` | the use cases |
//! | `store.rs` | the SQL |
//!
//! Contracts come in long after a campaign has ended, so it can be judged again; each evaluation is another
//! row, and none changes. Points are rounded to hundredths before they are weighed, so everybody can add
//! the score up from what is told. What has no value, such as a return on no cost, gets no points. Price:
//! the score of a campaign is that of its last evaluation, not one for ever.

mod indicators;
mod service;
mod store;

pub use indicators::{CampaignEvaluationPart, CampaignIndicator, IndicatorWeight};
pub use service::{CampaignEvaluation, evaluate, evaluations};

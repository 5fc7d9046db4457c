//! How campaigns are judged once they are finished: by the indicators that their template had, to a score from 0
//! to 100. Each evaluation is kept with all that it rests on.
//!
//! | file | holds |
//! | --- | --- |
//! | `indicators.rs` | what there is to judge by, and the score, without a store |
//! | `service.rs` | the use cases |
//! | `store.rs` | the SQL |

mod indicators;
mod service;
mod store;

pub use indicators::{CampaignEvaluationPart, CampaignIndicator, IndicatorWeight};
pub use service::{CampaignEvaluation, evaluate, evaluations};

//! Switching risks: how likely a customer goes to somebody else, and what speaks for that.
//!
//! Early on the value of a customer and its tendency to leave are hard to tell, so a score without what it rests on is
//! refused. The latest of a customer counts; those of before stay, and say how it went.

mod model;
mod service;

pub use model::{
    SWITCHING_RISK, SwitchingEvidence, SwitchingRisk, SwitchingRiskId, SwitchingRiskInput,
};

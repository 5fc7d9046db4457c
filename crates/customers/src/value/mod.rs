//! What customers are worth: the rules, without a store. Reports work on them.
//!
//! | file | holds |
//! | --- | --- |
//! | `rfm.rs` | recency, frequency and monetary value: scores from 1 to 5, and segments of them |
//! | `composite.rs` | purchases and costs of a long time, of which the old ones count less |
//! | `months.rs` | purchases by month: how steady they are, and whether a great customer has left off |
//! | `confidence.rs` | whether a customer has bought often enough to tell what it is worth |
//! | `intervals.rs` | how regularly customers buy, and when the next time is to be expected |
//! | `classes.rs` | the greatest customers, the next ones and the others |
//! | `life_cycle.rs` | the phase that a customer is in, and the flow of customers through a time |

mod classes;
mod composite;
mod confidence;
mod intervals;
mod life_cycle;
mod months;
mod rfm;

pub use classes::{ClassLimits, ValueClass};
pub use composite::{HalfLife, months_between};
pub use confidence::{ValueConfidence, value_confidence};
pub use intervals::Intervals;
pub use life_cycle::{Flow, LifeCycle, LifeCyclePhase, Limits, ends_month, flow, silent_months};
pub use months::{Former, Steadiness, former_key_account, steadiness, volatility};
pub use rfm::{RfmSegment, Ties, quintiles, score_by_limits, whole_months};

//! Profiles: what the members of a segment have in common against everybody, and who else is like them. What was
//! found stays as it was.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what is asked of it |
//! | `known.rs` | what is known of many parties, as a table |
//! | `reason.rs` | why somebody is alike, for people |
//! | `service.rs` | making a profile, finding who is alike |
//!
//! It is read in one transaction and kept in another, so that nobody's write waits while everybody is read.
//! Its traits say how often, so scores can be made again without the segment. Price: a retry with the same
//! key reads everybody again before it finds its answer.

mod known;
mod model;
mod reason;
mod service;

pub(crate) use known::{Attributes, Known, aside};
pub use model::{
    FindLookalikes, Lookalike, Lookalikes, MINING_PROFILE, MiningProfile, MiningProfileId,
    MiningProfileInput,
};
pub use reason::ProfileReason;
pub(crate) use reason::{points, reasons};
pub use service::{keep, learn, lookalikes};

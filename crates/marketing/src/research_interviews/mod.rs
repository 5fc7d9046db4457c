//! Interviews of studies: with whom, by whom, and whether the person agrees to it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `life.rs` | its states |
//! | `service.rs` | the rules of a save |
//! | `moves.rs` | completed, cancelled, opened again, taken back |
//! | `store.rs` | the SQL |
//!
//! A quota is taken when an interview is planned and given back when it is cancelled, so one too many is refused
//! (`research_quota_full`) before anybody was asked for their time, never after it. More than a quota are held by
//! raising it. Price: as many as may not come have to be planned one after the other.
//!
//! Nothing of an interview counts before it is completed: no report, no rule of a segment, no preference.

mod life;
mod model;
mod moves;
mod service;
mod store;

pub use life::{ResearchInterviewMove, ResearchInterviewState};
pub use model::{
    RESEARCH_INTERVIEW, ResearchInterview, ResearchInterviewId, ResearchInterviewInput,
};
pub use moves::{cancel, complete, reopen, withdraw};

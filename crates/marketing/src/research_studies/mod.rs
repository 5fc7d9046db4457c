//! Studies: what is asked of whom by depth interviews, and how many of each segment.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `life.rs` | its states |
//! | `service.rs` | the rules of a save, and the moves |
//! | `progress.rs` | how much of the quotas is reached |
//! | `store.rs` | the SQL |
//!
//! What is asked is a playbook for interviews, so questions have editions and a template; what is said is not a run
//! of it. A run holds all its answers in one document, and answers are read and coded long after they were given,
//! by several people at once: so each is a record with a version of its own, and whoever codes second is told.
//! Price: what is asked cannot be answered by ticking choices, only in words and codes.

mod life;
mod model;
mod progress;
mod service;
mod store;

pub use life::{ResearchStudyMove, ResearchStudyState};
pub use model::{
    RESEARCH_STUDY, ResearchQuota, ResearchStudy, ResearchStudyId, ResearchStudyInput,
};
pub use progress::{ResearchProgress, ResearchQuotaProgress, progress};
pub(crate) use service::guide;
pub use service::{close, reopen, start};

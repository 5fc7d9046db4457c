//! Jobs: work with progress, leased by one worker at a time over any number of nodes.

mod model;
mod service;
mod store;

pub use model::{JOB, Job, JobId, JobInput, JobKind, JobStatus};
pub use service::{Finding, cancel, enqueue, findings, source_of};
pub(crate) use service::{by_itself, finish, limits};
pub use store::Progress;
pub(crate) use store::{Lease, checkpoint, give_back, lease, note, told};

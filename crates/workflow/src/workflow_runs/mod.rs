//! Runs of workflows: what one did with a record for one occasion, step by step, and what came of each.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `acting.rs` | one step, in the name of the author |
//! | `doing.rs` | a run from its beginning to its end |
//! | `store.rs` | SQL |
//!
//! What a run does says so in its events (`workflow:` and the id of the run), so a workflow that begins
//! because of it knows how deep it stands: at [`DEEPEST`] nothing is done any more.

mod acting;
mod doing;
mod model;
mod store;

pub(crate) use acting::{Effect, act};
pub(crate) use doing::{Begun, begin, step};
pub use model::{
    WORKFLOW_RUN, WorkflowOutcome, WorkflowResult, WorkflowRun, WorkflowRunId, WorkflowRunInput,
    WorkflowRunStatus,
};
pub(crate) use store::{depths, due, postpone};

use uuid::Uuid;

/// How many workflows may be begun by each other in a row.
pub const DEEPEST: i64 = 5;

/// The run that has caused an event, by the source of the event.
pub(crate) fn cause(source: &str) -> Option<Uuid> {
    source.strip_prefix("workflow:")?.parse().ok()
}

/// The source of what a run causes.
pub(crate) fn source(run: WorkflowRunId) -> String {
    format!("workflow:{run}")
}

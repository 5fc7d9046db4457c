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
//!
//! A step is a part of the transaction of its run: what is refused is taken back, and what was done before
//! stays. Price: what comes of a task rule that a run has set off begins at depth 0 again.
//!
//! A run is also what keeps a workflow from beginning twice for one occasion, so it is kept for `LIFE`
//! after its end: events are read once, and dates are looked for `WINDOW` days back at most. Price: what a
//! workflow did before is told by the events of the records alone.

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
pub(crate) use store::{depths, due, forget, postpone};

use crate::workflows::WINDOW;
use chrono::TimeDelta;
use uuid::Uuid;

/// How many workflows may be begun by each other in a row.
pub const DEEPEST: i64 = 5;

/// How long a run is kept after its end: 90 days, and longer than any date is looked for.
pub(crate) const LIFE: TimeDelta = TimeDelta::days(3 * WINDOW);

/// The run that has caused an event, by the source of the event.
pub(crate) fn cause(source: &str) -> Option<Uuid> {
    source.strip_prefix("workflow:")?.parse().ok()
}

/// The source of what a run causes.
pub(crate) fn source(run: WorkflowRunId) -> String {
    format!("workflow:{run}")
}

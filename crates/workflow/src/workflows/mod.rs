//! Workflows that people define: when something happens to a record, or a date of it comes, and the
//! record fits a filter, steps are done.
//!
//! | file | holds |
//! | --- | --- |
//! | `trigger.rs` | what makes one begin |
//! | `steps.rs` | what is done |
//! | `model.rs` | the record, its states, what is published |
//! | `service.rs` | the rules of a save |
//! | `moves.rs` | published, paused |
//! | `dispatch.rs` | from the chain of events, and from dates, to runs |
//! | `trial.rs` | what would happen, without it happening |
//! | `store.rs` | SQL |
//!
//! What was published is an edition, a row that is written once; a run keeps the edition that it began
//! with. Everything is done in the name of whoever has published the edition, the author, with the rights
//! that they have at that time: so nobody gets a workflow to do what they may not do themselves.
//!
//! An event is read at least once, and has its effect once: the position of the event, or the date, is
//! part of a unique key of [runs](super::workflow_runs).
//!
//! Who publishes what another one has written becomes its author; a key cannot publish, since its limits
//! would be lost. The filter is that of the author's lists, so what they do not see does not exist for it.
//! Price: it is asked of the record as it is when the event is read, a few seconds later.

mod dispatch;
mod model;
mod moves;
mod service;
mod steps;
mod store;
mod trial;
mod trigger;

pub(crate) use dispatch::{dispatch, pass};
pub use model::{
    WORKFLOW, Workflow, WorkflowDefinition, WorkflowId, WorkflowInput, WorkflowMove, WorkflowStatus,
};
pub(crate) use moves::{author, left};
pub use moves::{pause, publish};
pub(crate) use service::table_named;
pub use steps::{WorkflowStep, WorkflowStepKind};
pub use store::{WorkflowEdition, editions};
pub(crate) use store::{due_passes, edition, postpone_pass};
pub use trial::{
    TryWorkflow, WorkflowChange, WorkflowTrial, WorkflowTrialRecord, WorkflowTrialStep, dry_run,
};
pub(crate) use trigger::WINDOW;
pub use trigger::{WorkflowTrigger, WorkflowTriggerKind};

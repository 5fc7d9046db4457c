//! Stages: the steps of a pipeline, in order, and how each ends: open, won or lost.
//!
//! A stage that opportunities are in is not deleted but retired: they go on in another one.
//!
//! They are a resource and no list inside the pipeline, so they can be named, expanded, filtered, imported
//! by and carry fields of the tenant like anything else. What has ended keeps its stage even when that is
//! retired. Price: a pipeline is made in steps.

mod model;
mod service;
mod store;

pub use model::{RetireStage, STAGE, Stage, StageId, StageInput, StageKind, Tier};
pub use service::retire;
pub(crate) use store::{Step, first_free, first_step, last_open, names, of_pipeline, step};

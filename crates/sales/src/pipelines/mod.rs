//! Pipelines: the ways in which opportunities are worked on, each with stages and statuses of its own.
//!
//! The stages are a resource of their own ([`crate::stages`]). A pipeline can be used once it is
//! active, and it can be active once it has a stage to begin in, one to win and one to lose in.
//! `template.rs` holds the pipelines that come with the program, to be copied.

mod model;
mod service;
mod store;
mod template;

pub use model::{PIPELINE, Pipeline, PipelineId, PipelineInput, PipelineStatus};
pub use service::{ClonePipeline, copy};
pub(crate) use service::{require_agreed, require_complete_without};
pub(crate) use store::{default_pipeline, is_there, statuses_of};
pub use template::{
    PipelineFromTemplate, PipelineTemplate, TemplateCode, TemplateStage, from_template, templates,
};

//! Task rules: what calls for tasks by the will of the company.
//!
//! A rule is worked through in passes of small steps. A pass first walks over the records that may
//! call for a task, then over the open tasks of the rule, and closes those that are not called for any
//! more. What it walks over is found by the filters of lists, so by their indexes.

mod model;
mod pass;
mod service;
mod store;

pub use model::{TASK_RULE, TaskAssignee, TaskRule, TaskRuleId, TaskRuleInput, TaskTrigger};
pub(crate) use pass::{assignee, step};
pub(crate) use store::{due, postpone};

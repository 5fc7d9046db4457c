//! Task rules: what calls for tasks by the will of the company.
//!
//! A rule is worked through in passes of small steps. A pass first walks over the records that may
//! call for a task, then over the open tasks of the rule, and closes those that are not called for any
//! more. What it walks over is found by the filters of lists, so by their indexes.
//!
//! A date, inactivity and a threshold all become the text of a `filter=`, so they work for every resource
//! and for fields of tenants. How far a pass is stands beside the rule, not in it. Price: a filter on a
//! field without an index is as slow as the list.

mod model;
mod pass;
mod service;
mod store;

pub use model::{TASK_RULE, TaskAssignee, TaskRule, TaskRuleId, TaskRuleInput, TaskTrigger};
pub(crate) use pass::{assignee, step};
pub(crate) use store::{due, postpone};

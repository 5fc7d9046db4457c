//! Work that waits for people: approvals, and who decides them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`documents`] | what can need an approval: the types, their facts, what follows from the decision |
//! | [`definitions`] | when which approvers are asked, level by level |
//! | [`delegations`] | who decides for whom, and from when to when |
//! | [`approvals`] | the requests themselves, asked, decided, withdrawn, timed out |
//! | [`people`] | managers, heads of units, members of roles |
//! | [`tasks`] | what people have to do; what rules of the program call for |
//! | [`rules`] | what calls for tasks by the will of the company: dates, inactivity, thresholds |
//! | [`notifications`] | what somebody should know of all that |
//! | [`merging`] | what becomes of it when two records become one |
//! | [`worker`] | what happens because time has passed |
//!
//! Domain crates ask by [`approvals::ask`] inside their own transactions and are called back by the
//! [`documents::Document`] that they have registered. They need no rights on approvals for it.

pub mod approvals;
pub mod definitions;
pub mod delegations;
pub mod documents;
pub mod merging;
pub mod notifications;
pub mod people;
pub mod problems;
pub mod rules;
mod subjects;
pub mod tasks;
pub mod worker;
mod working_time;

#[cfg(test)]
mod testing;

use guanxi_storage::Kind;

pub use problems::PROBLEMS;
pub use worker::Workflow;

/// The source of what happens by itself.
pub(crate) const SOURCE: &str = "workflow";

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &definitions::APPROVAL_DEFINITION,
        &delegations::APPROVAL_DELEGATION,
        &approvals::APPROVAL,
        &tasks::TASK,
        &rules::TASK_RULE,
        &notifications::NOTIFICATION,
    ]
}

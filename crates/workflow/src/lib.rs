//! Work that waits for people: approvals, and who decides them.
//!
//! | module | holds |
//! | --- | --- |
//! | [`documents`] | what can need an approval: the types, their facts, what follows from the decision |
//! | [`definitions`] | when which approvers are asked, level by level |
//! | [`delegations`] | who decides for whom, and from when to when |
//! | [`approvals`] | the requests themselves, asked, decided, withdrawn, timed out |
//! | [`consent`] | records that go on only when somebody has agreed: asked, given up, decided |
//! | [`people`] | managers, heads of units, members of roles |
//! | [`tasks`] | what people have to do; what rules of the program call for |
//! | [`rules`] | what calls for tasks by the will of the company: dates, inactivity, thresholds |
//! | [`playbooks`] | templates of what is filled in and checked about a record, edition by edition |
//! | [`playbook_runs`] | what was filled in; the card of a record |
//! | [`workflows`] | what people have done by themselves when something happens, edition by edition |
//! | [`workflow_runs`] | what workflows did, record by record and step by step |
//! | [`rollouts`] | work of a group in ordered steps, by templates or of its own |
//! | [`rollout_steps`] | these steps: done one after the other, and told when they are overdue |
//! | [`training_records`] | who has passed what, and so may import |
//! | [`root_causes`] | why something was missed |
//! | [`notifications`] | what somebody should know of all that |
//! | [`merging`] | what becomes of it when two records become one |
//! | [`chores`] | what other crates want done because time has passed |
//! | [`walks`] | where such work goes on that looks at all records, page by page |
//! | [`working_time`] | by when so much has been worked |
//! | [`worker`] | what happens because time has passed |
//!
//! Domain crates ask by [`approvals::ask`] inside their own transactions and are called back by the
//! [`documents::Document`] that they have registered. They need no rights on approvals for it.

pub mod approvals;
pub mod chores;
pub mod consent;
pub mod definitions;
pub mod delegations;
pub mod documents;
pub mod merging;
pub mod notifications;
pub mod people;
pub mod playbook_runs;
pub mod playbooks;
pub mod problems;
pub mod rollout_steps;
pub mod rollouts;
pub mod root_causes;
pub mod rules;
mod subjects;
pub mod tasks;
pub mod training_records;
pub mod walks;
mod wording;
pub mod worker;
pub mod workflow_runs;
pub mod workflows;
pub mod working_time;

#[cfg(test)]
mod testing;

use guanxi_storage::Kind;

pub use problems::PROBLEMS;
pub use worker::Workflow;

/// The source of what happens by itself.
pub(crate) const SOURCE: &str = "workflow";

/// Makes known what this crate does for others: general requests, what follows when a user leaves or somebody
/// guesses at their codes, and who may import; and what it does itself because time has passed. Again is no harm.
pub fn register() {
    documents::register(&documents::REQUEST);
    documents::register(&rollout_steps::APPROVAL_OF_STEPS);
    chores::register(&rollout_steps::REMINDING);
    guanxi_bulk::imports::on_import("training", |tx, ctx| {
        Box::pin(training_records::admit(tx, ctx))
    });
    guanxi_identity::users::on_leave("approvals", |tx, ctx, user| {
        Box::pin(approvals::left(tx, ctx, user))
    });
    guanxi_identity::users::on_leave("workflows", |tx, ctx, user| {
        Box::pin(workflows::left(tx, ctx, user))
    });
    guanxi_identity::users::on_guesses("notifications", |tx, ctx, user| {
        Box::pin(notifications::guessed(tx, ctx, user))
    });
}

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        &definitions::APPROVAL_DEFINITION,
        &delegations::APPROVAL_DELEGATION,
        &approvals::APPROVAL,
        &tasks::TASK,
        &rules::TASK_RULE,
        &playbooks::PLAYBOOK,
        &playbook_runs::PLAYBOOK_RUN,
        &workflows::WORKFLOW,
        &workflow_runs::WORKFLOW_RUN,
        &rollouts::ROLLOUT,
        &rollout_steps::ROLLOUT_STEP,
        &training_records::TRAINING_RECORD,
        &root_causes::ROOT_CAUSE,
        &notifications::NOTIFICATION,
    ]
}

#[cfg(test)]
mod tests {
    use crate::{
        approvals::{self, Approval, Ask},
        tasks::{self, Task, Wanted},
        testing,
    };
    use futures_util::future::BoxFuture;
    use guanxi_kernel::{Ctx, Result, input};
    use guanxi_storage::{Resource, Tx};
    use std::collections::BTreeSet;

    /// The example can be read, is read back as it was written, and fills the columns described.
    fn fits<R: Resource>()
    where
        R::Input: PartialEq + std::fmt::Debug,
    {
        let written: R::Input = input::read(R::example()).unwrap();
        let again = input::read(serde_json::to_value(&written).unwrap()).unwrap();
        assert_eq!(written, again);
        let mut values = Vec::new();
        testing::record::<R>(written).write(&mut values);
        let columns: usize = R::kind().shape.fields.iter().map(|one| one.columns.len()).sum();
        assert_eq!(values.len(), columns);
    }

    #[test]
    fn what_is_stored_is_what_is_described() {
        fits::<crate::definitions::ApprovalDefinition>();
        fits::<crate::delegations::ApprovalDelegation>();
        fits::<Approval>();
        fits::<Task>();
        fits::<crate::rules::TaskRule>();
        fits::<crate::notifications::Notification>();
        fits::<crate::playbooks::Playbook>();
        fits::<crate::playbook_runs::PlaybookRun>();
        fits::<crate::workflows::Workflow>();
        fits::<crate::workflow_runs::WorkflowRun>();
        fits::<crate::rollouts::Rollout>();
        fits::<crate::rollout_steps::RolloutStep>();
        fits::<crate::training_records::TrainingRecord>();
        fits::<crate::root_causes::RootCause>();
    }

    #[test]
    fn names_of_resources_and_codes_are_unique() {
        let kinds = crate::kinds();
        let names: BTreeSet<_> = kinds.iter().flat_map(|kind| [kind.name, kind.plural]).collect();
        assert_eq!(names.len(), 2 * kinds.len());
        let codes: BTreeSet<_> = crate::PROBLEMS.iter().map(|problem| problem.code).collect();
        assert_eq!(codes.len(), crate::PROBLEMS.len());
    }

    /// What domain crates call from the rules of a save, whose futures move between threads.
    #[test]
    fn saves_can_ask_and_call_for_tasks() {
        type Asks = for<'a> fn(&'a mut Tx, &'a Ctx, Ask) -> BoxFuture<'a, Result<Option<Approval>>>;
        type Calls =
            for<'a> fn(&'a mut Tx, &'a Ctx, Wanted<'a>) -> BoxFuture<'a, Result<Option<Task>>>;
        let _: Asks = |tx, ctx, ask| Box::pin(approvals::ask(tx, ctx, ask));
        let _: Calls = |tx, ctx, wanted| Box::pin(tasks::ensure(tx, ctx, wanted));
    }
}

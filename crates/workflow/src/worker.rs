//! What happens because time has passed: levels whose time is over, delegations that begin and end,
//! records that come to call for tasks, workflows and their steps, and the chores of other crates.
//!
//! Every node looks for what is due and does each thing in a transaction of its own, which looks
//! again: so whoever comes second finds nothing to do, and what fails stands in nobody's way.

use crate::{
    SOURCE,
    approvals::{self, ApprovalId},
    chores::{self, Chore},
    delegations::{self, ApprovalDelegationId},
    rules::{self, TaskRuleId},
    workflow_runs::{self, WorkflowRunId},
    workflows::{self, WorkflowId},
};
use chrono::TimeDelta;
use guanxi_identity::{bootstrap, tenants};
use guanxi_kernel::{Clock, Ctx, Result, TenantId, UserId};
use guanxi_storage::{Db, Tx};
use std::time::Duration;
use uuid::Uuid;

/// Things of one sort that one look at a tenant does at most.
const AT_ONCE: i64 = 50;
/// The pause between two looks that found nothing.
const IDLE: Duration = Duration::from_secs(5);
/// When a rule or a chore that was refused is looked at again.
const REFUSED: TimeDelta = TimeDelta::minutes(15);
/// Runs of workflows that one transaction removes, and such transactions of one call and tenant.
const FORGOTTEN: (i64, usize) = (500, 20);
/// What others get between two looks that found something.
const PAUSE: Duration = Duration::from_millis(20);

/// The part of the program that watches the time. Cheap to clone.
#[derive(Clone)]
pub struct Workflow {
    db: Db,
    clock: Clock,
}

/// Something that is due.
#[derive(Debug, Clone, Copy)]
enum Due {
    Delegation(ApprovalDelegationId),
    Approval(ApprovalId),
    Rule(TaskRuleId),
    Pass(WorkflowId),
    Run(WorkflowRunId),
    Chore(&'static Chore, Uuid),
}

impl Workflow {
    /// Over this store.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Does what is due now, some of it for every tenant; how much.
    ///
    /// # Errors
    /// Those of the store while it looks for what is due.
    pub async fn work(&self) -> Result<usize> {
        let nobodys = TenantId::from(Uuid::nil());
        let all = self.db.read(nobodys, async |tx| tenants::all_ids(tx).await).await?;
        let mut done = 0;
        for tenant in all {
            let now = self.clock.now();
            match workflows::dispatch(&self.db, tenant, now).await {
                Ok(steps) => done += steps,
                Err(problem) => tracing::warn!(%problem, "events are not read by workflows"),
            }
            let look = async |tx: &mut Tx| {
                let delegations = delegations::due(tx, now, AT_ONCE).await?.into_iter();
                let approvals = approvals::due(tx, now, AT_ONCE).await?.into_iter();
                let rules = rules::due(tx, now, AT_ONCE).await?.into_iter();
                let mut due: Vec<(Due, UserId)> = Vec::new();
                due.extend(delegations.map(|(id, user)| (Due::Delegation(id), user)));
                due.extend(approvals.map(|(id, user)| (Due::Approval(id), user)));
                due.extend(rules.map(|(id, user)| (Due::Rule(id), user)));
                let passes = workflows::due_passes(tx, now, AT_ONCE).await?.into_iter();
                due.extend(passes.map(|(id, user)| (Due::Pass(id), user)));
                let runs = workflow_runs::due(tx, now, AT_ONCE).await?.into_iter();
                due.extend(runs.map(|(id, user)| (Due::Run(id), user)));
                for chore in chores::all() {
                    let these = (chore.due)(tx, now, AT_ONCE).await?.into_iter();
                    due.extend(these.map(|(id, user)| (Due::Chore(chore, id), user)));
                }
                Ok(due)
            };
            for (due, user) in self.db.read(tenant, look).await? {
                match self.step(tenant, user, due).await {
                    Ok(moved) => done += usize::from(moved),
                    Err(problem) => {
                        tracing::warn!(?due, %problem, "a step of the workflow was refused");
                        self.put_off(tenant, due).await?;
                    }
                }
            }
        }
        Ok(done)
    }

    /// Lets others come first: what is refused once may be refused for ever, as a rule about a field
    /// that is gone.
    async fn put_off(&self, tenant: TenantId, due: Due) -> Result<()> {
        let to = self.clock.now() + REFUSED;
        let wait = async |tx: &mut Tx| match due {
            Due::Rule(rule) => rules::postpone(tx, rule, to).await,
            Due::Pass(workflow) => workflows::postpone_pass(tx, workflow, to).await,
            Due::Run(run) => workflow_runs::postpone(tx, run, to).await,
            Due::Chore(chore, id) => (chore.put_off)(tx, id, to).await,
            Due::Delegation(_) | Due::Approval(_) => Ok(()),
        };
        self.db.write(tenant, wait).await
    }

    /// Keeps doing so.
    pub async fn work_for_ever(&self) {
        loop {
            let pause = match self.work().await {
                Ok(0) => IDLE,
                Ok(_) => PAUSE,
                Err(problem) => {
                    tracing::warn!(%problem, "the workflow stands; it is tried again");
                    IDLE
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// To be called every minute: removes from each tenant a bounded number of runs of workflows that
    /// have ended long enough ago.
    ///
    /// # Errors
    /// Those of the store; what was removed until then is.
    pub async fn forget(&self) -> Result<()> {
        let nobodys = TenantId::from(Uuid::nil());
        let old = self.clock.now() - workflow_runs::LIFE;
        for tenant in self.db.read(nobodys, async |tx| tenants::all_ids(tx).await).await? {
            for _ in 0..FORGOTTEN.1 {
                let forget = async |tx: &mut Tx| workflow_runs::forget(tx, old, FORGOTTEN.0).await;
                if self.db.write(tenant, forget).await? < FORGOTTEN.0.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Does one thing with all rights, if it is still due.
    async fn step(&self, tenant: TenantId, user: UserId, due: Due) -> Result<bool> {
        let (now, request) = (self.clock.now(), "workflow".into());
        let ctx = bootstrap::as_program(&self.db, tenant, user, now, request).await?;
        let ctx = Ctx { source: SOURCE.into(), ..ctx };
        let work = async |tx: &mut Tx| match due {
            Due::Delegation(id) => delegations::turn(tx, &ctx, id).await,
            Due::Approval(id) => approvals::time_out(tx, &ctx, id).await,
            Due::Rule(id) => rules::step(tx, &ctx, id).await,
            Due::Pass(id) => workflows::pass(tx, &ctx, id).await,
            Due::Run(id) => workflow_runs::step(tx, &ctx, id).await,
            Due::Chore(chore, id) => (chore.step)(tx, &ctx, id).await,
        };
        self.db.write(tenant, work).await
    }
}

//! What happens because time has passed: levels whose time is over, delegations that begin and end.
//!
//! Every node looks for what is due and does each thing in a transaction of its own, which looks
//! again: so whoever comes second finds nothing to do, and what fails stands in nobody's way.

use crate::{approvals, delegations};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Clock, Ctx, Problem, Result, TenantId, UserId};
use guanxi_storage::{Db, Tx};
use std::time::Duration;
use uuid::Uuid;

/// Things of one sort that one look does at most.
const AT_ONCE: i64 = 100;
/// The pause between two looks that found nothing.
const IDLE: Duration = Duration::from_secs(5);

/// The part of the program that watches the time. Cheap to clone.
#[derive(Clone)]
pub struct Workflow {
    db: Db,
    clock: Clock,
}

impl Workflow {
    /// Over this store.
    pub fn new(db: Db, clock: Clock) -> Self {
        Self { db, clock }
    }

    /// Does what is due now; how much.
    ///
    /// # Errors
    /// Those of the store while it looks for what is due.
    pub async fn work(&self) -> Result<usize> {
        Ok(self.turn_delegations().await? + self.time_out().await?)
    }

    /// Keeps doing so.
    pub async fn work_for_ever(&self) {
        loop {
            match self.work().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(problem) => tracing::warn!(%problem, "the workflow stands; it is tried again"),
            }
            tokio::time::sleep(IDLE).await;
        }
    }

    async fn turn_delegations(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self.look(async |tx| delegations::due(tx, now, AT_ONCE).await).await?;
        let mut done = 0;
        for (tenant, id, user) in due {
            let turn = async |tx: &mut Tx, ctx: &Ctx| delegations::turn(tx, ctx, id).await;
            done += self.step(tenant, user, turn).await;
        }
        Ok(done)
    }

    async fn time_out(&self) -> Result<usize> {
        let now = self.clock.now();
        let due = self.look(async |tx| approvals::due(tx, now, AT_ONCE).await).await?;
        let mut done = 0;
        for (tenant, id, user) in due {
            let step = async |tx: &mut Tx, ctx: &Ctx| approvals::time_out(tx, ctx, id).await;
            done += self.step(tenant, user, step).await;
        }
        Ok(done)
    }

    /// Looks across all tenants.
    async fn look<T>(&self, work: impl AsyncFnOnce(&mut Tx) -> Result<T>) -> Result<T> {
        self.db.read(TenantId::from(Uuid::nil()), work).await
    }

    /// Does one thing with all rights; one if there was something to do.
    async fn step(
        &self,
        tenant: TenantId,
        user: UserId,
        work: impl AsyncFn(&mut Tx, &Ctx) -> Result<bool>,
    ) -> usize {
        let step = async {
            let (now, request) = (self.clock.now(), "workflow".into());
            let ctx = bootstrap::as_program(&self.db, tenant, user, now, request).await?;
            let ctx = Ctx { source: "workflow".into(), ..ctx };
            self.db.write(tenant, async |tx| work(tx, &ctx).await).await
        };
        match step.await {
            Ok(done) => usize::from(done),
            Err(problem) => refused(&problem),
        }
    }
}

fn refused(problem: &Problem) -> usize {
    tracing::warn!(%problem, "a step of the workflow was refused; it is tried again");
    0
}

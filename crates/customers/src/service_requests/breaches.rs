//! What becomes late without anybody doing anything: marked when it does, by whichever node comes first.

use super::{ServiceRequest, store};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, problem::NOT_FOUND};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::chores::Chore;
use uuid::Uuid;

/// What the workflow does about service requests.
pub static BREACHES: Chore = Chore {
    name: "service_breaches",
    due: |tx, now, most| Box::pin(store::breached(tx, now, most)),
    step: |tx, ctx, id| Box::pin(step(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(put_off(tx, id, to)),
};

/// Marks a request, if it is late still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let one = match resource::load::<ServiceRequest>(tx, ctx, id).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(false),
        found => found?,
    };
    if !one.becomes_late(ctx.now) {
        return Ok(false);
    }
    tell(tx, ctx, id).await?;
    Ok(true)
}

/// Marks a request that has become late, with one event. `ctx` has all rights.
pub(super) async fn tell(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<()> {
    let now = ctx.now;
    let mark = |one: &mut ServiceRequest| {
        one.mark(now);
        Ok(())
    };
    resource::change::<ServiceRequest>(tx, ctx, id, "breached", mark).await.map(drop)
}

async fn put_off(tx: &mut Tx, id: Uuid, to: DateTime<Utc>) -> Result<()> {
    store::look_at(tx, id, to).await
}

//! The visits of the weeks that follow: made when a week begins, by whichever node comes first.

use super::{slots::make, store};
use crate::opportunities::Opportunity;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Result, problem::NOT_FOUND};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::chores::Chore;
use uuid::Uuid;

/// What the workflow does when a week begins.
pub static VISITS: Chore = Chore {
    name: "visits",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(step(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(put_off(tx, id, to)),
};

/// Makes the visits of a week, if they are still to be made; whether they were.
async fn step(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    if !store::is_due(tx, id, ctx.now).await? {
        return Ok(false);
    }
    match resource::load::<Opportunity>(tx, ctx, id).await {
        Ok(one) => make(tx, ctx, &one).await?,
        Err(problem) if problem.is(&NOT_FOUND) => store::forget(tx, id.into()).await?,
        Err(problem) => return Err(problem),
    }
    Ok(true)
}

async fn put_off(tx: &mut Tx, id: Uuid, to: DateTime<Utc>) -> Result<()> {
    store::keep(tx, id.into(), to).await.map(drop)
}

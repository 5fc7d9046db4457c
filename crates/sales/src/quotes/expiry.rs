//! Quotes whose time ends. Whoever looks at one sees it at once; here it is noted and told.

use super::{life::QuoteStatus, model::Quote, store};
use crate::rules::today;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Ctx, Result, problem::NOT_FOUND};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::chores::Chore;
use uuid::Uuid;

/// The part of the worker that notes it.
pub static EXPIRY: Chore = Chore {
    name: "quote_expiry",
    due: |tx, now, most| Box::pin(async move { store::overdue(tx, latest_day(now), most).await }),
    step: |tx, ctx, id| Box::pin(expire(tx, ctx, id)),
    // Whoever looks at it sees that its time is over all the same.
    put_off: |_, _, _| Box::pin(std::future::ready(Ok(()))),
};

/// The day that it is already in the zone that is ahead of all others: no day ends earlier anywhere.
fn latest_day(now: DateTime<Utc>) -> chrono::NaiveDate {
    (now + TimeDelta::hours(14)).date_naive()
}

async fn expire(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let now = match resource::load::<Quote>(tx, ctx, id).await {
        Err(problem) if problem.is(&NOT_FOUND) => return Ok(false),
        loaded => loaded?,
    };
    if now.status == QuoteStatus::Expired || now.status_on(today(ctx)) != QuoteStatus::Expired {
        return Ok(false);
    }
    let end = |one: &mut Quote| {
        (one.status, one.closed_at) = (QuoteStatus::Expired, Some(ctx.now));
        Ok(())
    };
    resource::change(tx, ctx, id, "expired", end).await?;
    Ok(true)
}

//! Reminders are planned by themselves: on each business day, and at once when a rule was made or changed.
//! One step is one page of records, in a transaction of its own.
//!
//! It is a chore and no job: jobs have the rights of whoever asked and stand in a list that people read;
//! this has all rights and nobody looks. One row of a tenant holds the day of the next run and how far the
//! one of today has come. Price: a walk over all birthdays and services on each day, a transaction for each
//! page.

use super::{
    planning::{Plans, Span, State},
    store,
};
use crate::rules::today;
use chrono::Days;
use guanxi_kernel::{Ctx, Result, period::start_of_day};
use guanxi_storage::Tx;
use guanxi_workflow::chores::Chore;
use serde::{Deserialize, Serialize};

/// What the workflow does about planning.
pub static PLANNING: Chore = Chore {
    name: "reminder_planning",
    due: |tx, now, most| Box::pin(store::plannings(tx, now, most)),
    step: |tx, ctx, _| Box::pin(step(tx, ctx)),
    put_off: |tx, _, to| Box::pin(store::plan_later(tx, to)),
};

/// A run that is under way; none when there are no days.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Progress {
    span: Option<Span>,
    state: State,
}

/// Plans for a page of records, if it is time still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    let Some((due_at, found)) = store::planning(tx).await? else { return Ok(false) };
    if due_at > ctx.now {
        return Ok(false);
    }
    let Progress { span, state } = found.0;
    let span = span.unwrap_or_else(|| Span::usual(ctx));
    let plans = Plans::load(tx, span).await?;
    let state = plans.step(tx, ctx, state).await?;
    if state.is_done() {
        let tomorrow = today(ctx).checked_add_days(Days::new(1)).unwrap_or(today(ctx));
        let at = start_of_day(tomorrow, ctx.settings.time_zone);
        store::go_on(tx, at, Progress::default()).await?;
    } else {
        store::go_on(tx, due_at, Progress { span: Some(span), state }).await?;
    }
    Ok(true)
}

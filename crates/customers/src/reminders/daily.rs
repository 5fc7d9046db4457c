//! Reminders are planned by themselves: on each business day, and at once when a rule was made or changed.
//! One step is one page of records, in a transaction of its own.
//!
//! It is a chore and no job: jobs have the rights of whoever asked and stand in a list that people read;
//! this has all rights and nobody looks. One row of a tenant holds the day of the next run and how far the
//! one of today has come. Price: a walk over all birthdays and services on each day, a transaction for each
//! page.

use super::{
    planning::{Plans, Span, State},
    store::WALKS,
};
use crate::rules::{next_day, today};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::Tx;
use guanxi_workflow::chores::Chore;
use serde::{Deserialize, Serialize};

/// What the workflow does about planning.
pub static PLANNING: Chore = Chore {
    name: "reminder_planning",
    due: |tx, now, most| Box::pin(WALKS.due(tx, now, most)),
    step: |tx, ctx, _| Box::pin(step(tx, ctx)),
    put_off: |tx, _, to| Box::pin(WALKS.wait(tx, to)),
};

/// A run that is under way; none when there are no days.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    span: Option<Span>,
    state: State,
}

/// Plans for a page of records, if it is time still; whether it was. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx) -> Result<bool> {
    let Some((due_at, found)) = WALKS.progress::<Progress>(tx).await? else { return Ok(false) };
    if due_at > ctx.now {
        return Ok(false);
    }
    let Progress { span, state } = found;
    let span = span.unwrap_or_else(|| Span::usual(ctx));
    let plans = Plans::load(tx, span).await?;
    let state = plans.step(tx, ctx, state).await?;
    if state.is_done() {
        WALKS.go_on(tx, next_day(ctx, today(ctx)), Progress::default()).await?;
    } else {
        WALKS.go_on(tx, due_at, Progress { span: Some(span), state }).await?;
    }
    Ok(true)
}

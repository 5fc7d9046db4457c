//! What changes the state of a roll-out.

use super::{
    life::{RolloutMove, RolloutState},
    model::{Rollout, RolloutId},
};
use crate::{
    problems::{ROLLOUT_NOT_PLANNED, ROLLOUT_WITHOUT_STEPS},
    rollout_steps,
};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

async fn go(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RolloutId,
    (wanted, verb): (RolloutMove, &'static str),
) -> Result<Shown<Rollout>> {
    resource::change(tx, ctx, id.uuid(), verb, |one: &mut Rollout| {
        one.state = one.state.after(wanted)?;
        Ok(())
    })
    .await
}

/// It begins, and its first step with it. Every step must have a day or a limit, so that none is late for ever.
///
/// # Errors
/// `rollout_state`; `rollout_without_steps`; `rollout_not_planned` with the steps that have neither; and as any
/// change.
pub async fn start(tx: &mut Tx, ctx: &Ctx, id: RolloutId) -> Result<Shown<Rollout>> {
    let shown = go(tx, ctx, id, (RolloutMove::Start, "started")).await?;
    let steps = rollout_steps::lines(tx, id).await?;
    let Some(first) = steps.first() else { return Err(ROLLOUT_WITHOUT_STEPS.problem()) };
    let unplanned = steps.iter().filter(|step| !step.is_planned());
    let unplanned: Vec<&str> = unplanned.map(|step| &*step.code).collect();
    if !unplanned.is_empty() {
        return Err(ROLLOUT_NOT_PLANNED.with("steps", unplanned));
    }
    rollout_steps::open(tx, ctx, first.id).await?;
    Ok(shown)
}

/// It is given up, and so are the steps that are not done.
///
/// # Errors
/// `rollout_state`; and as any change.
pub async fn cancel(tx: &mut Tx, ctx: &Ctx, id: RolloutId) -> Result<Shown<Rollout>> {
    let shown = go(tx, ctx, id, (RolloutMove::Cancel, "cancelled")).await?;
    let steps = rollout_steps::lines(tx, id).await?;
    for step in steps.iter().filter(|step| !step.status.is_over()) {
        rollout_steps::give_up(tx, ctx, step.id).await?;
    }
    Ok(shown)
}

/// All of its steps are done.
///
/// # Errors
/// Those of the store.
pub(crate) async fn complete(tx: &mut Tx, ctx: &Ctx, id: RolloutId) -> Result<()> {
    enter(tx, ctx, id, (RolloutState::Completed, "completed")).await
}

/// Its last step is to be done again.
///
/// # Errors
/// Those of the store.
pub(crate) async fn reopen(tx: &mut Tx, ctx: &Ctx, id: RolloutId) -> Result<()> {
    enter(tx, ctx, id, (RolloutState::Running, "reopened")).await
}

async fn enter(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RolloutId,
    (state, verb): (RolloutState, &'static str),
) -> Result<()> {
    let enter = |one: &mut Rollout| {
        one.state = state;
        Ok(())
    };
    resource::change(tx, &ctx.on_behalf(), id.uuid(), verb, enter).await.map(drop)
}

//! What changes the status of a step.

use super::{
    consent,
    model::{ROLLOUT_STEP, RolloutStep, RolloutStepId},
    needs,
    parts::{RolloutStepMove, RolloutStepStatus},
    store,
};
use crate::{
    approvals,
    problems::{ROLLOUT_STEP_FOLLOWED, ROLLOUT_STEP_LACKS, ROLLOUT_STEP_WAITING},
    rollouts::{self, RolloutId, RolloutState},
    working_time::minutes_between,
};
use guanxi_kernel::{Action, Ctx, Result, Text, UserId, Word, actor::forbidden};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A step is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "evidence": "会议纪要 2026-03-02,见附件" })))]
pub struct CompleteRolloutStep {
    /// What came of it, or where that is; what the step says already when absent.
    #[serde(default)]
    pub evidence: Option<Text<2000>>,
}

impl RolloutStep {
    /// It is done, after so many minutes.
    fn finish(&mut self, ctx: &Ctx, minutes: Option<i64>, by: Option<UserId>) {
        self.status = RolloutStepStatus::Done;
        (self.done_at, self.done_by, self.minutes_taken) = (Some(ctx.now), by, minutes);
    }

    /// It is worked on again.
    pub(super) fn go_on(&mut self) {
        self.status = RolloutStepStatus::Open;
        (self.done_at, self.done_by, self.minutes_taken) = (None, None, None);
        self.approval_id = None;
    }

    /// How many minutes it has taken until now.
    async fn minutes(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<i64>> {
        match self.started_at {
            Some(from) => minutes_between(tx, ctx, from, ctx.now).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Refuses whoever sees a step but may not change it, before it is said what the step lacks.
async fn require(tx: &mut Tx, ctx: &Ctx, id: RolloutStepId) -> Result<()> {
    match resource::may(tx, ctx, &ROLLOUT_STEP, Action::Update, id.uuid()).await? {
        true => Ok(()),
        false => Err(forbidden(ROLLOUT_STEP.plural, Action::Update)),
    }
}

/// A step is done, and the next one begins; or it waits for the approval that a definition wants.
///
/// # Errors
/// `rollout_state` while the roll-out does not run; `rollout_step_waiting` before its turn; `rollout_step_status`;
/// `rollout_step_lacks` with the needs that are not met; `no_approver`; and as any change.
pub async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    id: RolloutStepId,
    wish: CompleteRolloutStep,
) -> Result<Shown<RolloutStep>> {
    resource::require::<RolloutStep>(ctx, Action::Update)?;
    let mut step: RolloutStep = resource::load(tx, ctx, id.uuid()).await?;
    require(tx, ctx, id).await?;
    let rollout = step.rollout(tx, ctx).await?;
    if rollout.state != RolloutState::Running {
        return Err(rollout.state.refusal());
    }
    if step.status == RolloutStepStatus::Waiting {
        let steps = store::lines(tx, rollout.meta.id).await?;
        let before = steps.into_iter().find(|one| !one.status.is_over());
        let before = before.map(|one| one.code).unwrap_or_default();
        return Err(ROLLOUT_STEP_WAITING.with("step", before));
    }
    step.status.require(RolloutStepMove::Complete)?;
    step.input.evidence = wish.evidence.or(step.input.evidence);
    let lacking = needs::lacking(tx, &rollout, &step).await?;
    if !lacking.is_empty() {
        let words: Vec<&str> = lacking.into_iter().map(Word::word).collect();
        return Err(ROLLOUT_STEP_LACKS.with("needs", words));
    }
    let approval = consent::ask(tx, ctx, &rollout, &step).await?;
    let minutes = step.minutes(tx, ctx).await?;
    let (evidence, user) = (step.input.evidence, ctx.actor.user);
    let verb = if approval.is_some() { "submitted" } else { "completed" };
    let go = |one: &mut RolloutStep| {
        one.input.evidence = evidence;
        one.approval_id = approval;
        if approval.is_some() {
            (one.status, one.done_by) = (RolloutStepStatus::Pending, Some(user));
        } else {
            one.finish(ctx, minutes, Some(user));
        }
        Ok(())
    };
    let shown = resource::change(tx, ctx, id.uuid(), verb, go).await?;
    if approval.is_none() {
        advance(tx, ctx, rollout.meta.id).await?;
    }
    Ok(shown)
}

/// Somebody has agreed that a step is done. `ctx` has all rights.
///
/// # Errors
/// Those of the store.
pub(super) async fn agreed(tx: &mut Tx, ctx: &Ctx, step: &RolloutStep) -> Result<()> {
    let minutes = step.minutes(tx, ctx).await?;
    let finish = |one: &mut RolloutStep| {
        one.finish(ctx, minutes, one.done_by);
        Ok(())
    };
    resource::change(tx, ctx, step.meta.id.uuid(), "completed", finish).await?;
    match step.input.rollout_id {
        Some(rollout) => advance(tx, ctx, rollout).await,
        None => Ok(()),
    }
}

/// The next step begins; without one the roll-out is completed.
async fn advance(tx: &mut Tx, ctx: &Ctx, rollout: RolloutId) -> Result<()> {
    let steps = store::lines(tx, rollout).await?;
    match steps.iter().find(|one| !one.status.is_over()) {
        Some(next) if next.status == RolloutStepStatus::Waiting => open(tx, ctx, next.id).await,
        Some(_) => Ok(()),
        None => rollouts::complete(tx, ctx, rollout).await,
    }
}

/// The turn of a step has come.
///
/// # Errors
/// Those of the store.
pub(crate) async fn open(tx: &mut Tx, ctx: &Ctx, id: RolloutStepId) -> Result<()> {
    let (system, now) = (ctx.on_behalf(), ctx.now);
    let open = |one: &mut RolloutStep| {
        (one.status, one.started_at) = (RolloutStepStatus::Open, Some(now));
        Ok(())
    };
    resource::change(tx, &system, id.uuid(), "opened", open).await.map(drop)
}

/// A step that was done is to be done again, as long as the one behind it has only begun; that waits again then.
///
/// # Errors
/// `rollout_state` for a roll-out that was given up; `rollout_step_status`; `rollout_step_followed` if the next step
/// is done or handed in; and as any change.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: RolloutStepId) -> Result<Shown<RolloutStep>> {
    resource::require::<RolloutStep>(ctx, Action::Update)?;
    let step: RolloutStep = resource::load(tx, ctx, id.uuid()).await?;
    require(tx, ctx, id).await?;
    let rollout = step.rollout(tx, ctx).await?;
    if !matches!(rollout.state, RolloutState::Running | RolloutState::Completed) {
        return Err(rollout.state.refusal());
    }
    step.status.require(RolloutStepMove::Reopen)?;
    let steps = store::lines(tx, rollout.meta.id).await?;
    let next = steps.iter().find(|one| Some(one.position) > step.input.position);
    if let Some(next) = next {
        if next.status != RolloutStepStatus::Open {
            return Err(ROLLOUT_STEP_FOLLOWED.with("step", next.code.as_str()));
        }
        put_back(tx, ctx, next.id).await?;
    }
    let shown = resource::change(tx, ctx, id.uuid(), "reopened", |one: &mut RolloutStep| {
        one.go_on();
        Ok(())
    })
    .await?;
    if rollout.state == RolloutState::Completed {
        rollouts::reopen(tx, ctx, rollout.meta.id).await?;
    }
    Ok(shown)
}

/// A step that has only begun waits again.
async fn put_back(tx: &mut Tx, ctx: &Ctx, id: RolloutStepId) -> Result<()> {
    let system = ctx.on_behalf();
    let wait = |one: &mut RolloutStep| {
        (one.status, one.started_at) = (RolloutStepStatus::Waiting, None);
        one.escalated_to = None;
        Ok(())
    };
    resource::change(tx, &system, id.uuid(), "put_back", wait).await.map(drop)
}

/// A step is given up with its roll-out, and nobody is asked about it any more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn give_up(tx: &mut Tx, ctx: &Ctx, id: RolloutStepId) -> Result<()> {
    const WHY: &str = "The roll-out was cancelled.";
    let system = ctx.on_behalf();
    let step: RolloutStep = resource::load(tx, &system, id.uuid()).await?;
    let waits = step.status == RolloutStepStatus::Pending;
    if let Some(approval) = step.approval_id.filter(|_| waits) {
        approvals::give_up(tx, ctx, approval.into(), WHY).await?;
    }
    let drop_it = |one: &mut RolloutStep| {
        one.status = RolloutStepStatus::Dropped;
        Ok(())
    };
    resource::change(tx, &system, id.uuid(), "dropped", drop_it).await.map(drop)
}

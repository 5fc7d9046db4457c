//! A step that is overdue is told to its owner, then to who stands next above them, then to who stands above all of
//! these, at the delays that the roll-out says, each once.

use super::{
    due,
    model::{ROLLOUT_STEP, RolloutStep},
    parts::{EscalationLevel, RolloutStepStatus},
    store,
};
use crate::{
    chores::Chore,
    notifications::{News, NotificationKind, notify},
    people,
};
use guanxi_kernel::{
    Ctx, Line, Result, UserId,
    problem::{INTERNAL, NOT_FOUND},
};
use guanxi_storage::{Tx, resource};
use uuid::Uuid;

/// What the workflow does about steps of roll-outs.
pub static REMINDING: Chore = Chore {
    name: "rollout_reminders",
    due: |tx, now, most| Box::pin(store::due(tx, now, most)),
    step: |tx, ctx, id| Box::pin(step(tx, ctx, id)),
    put_off: |tx, id, to| Box::pin(async move { store::look_at(tx, id.into(), Some(to)).await }),
};

/// Tells the next one of a step, if that is due; whether it was looked at. `ctx` has all rights.
async fn step(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<bool> {
    let found = resource::load::<RolloutStep>(tx, ctx, id).await;
    let step = match found {
        Err(problem) if problem.is(&NOT_FOUND) => {
            // It went with its roll-out.
            store::look_at(tx, id.into(), None).await?;
            return Ok(true);
        }
        found => found?,
    };
    if step.remind_at.is_none_or(|at| at > ctx.now) {
        return Ok(false);
    }
    let rules = step.rollout(tx, ctx).await?.input.escalation.unwrap_or_default();
    let was_due = step.due_at.filter(|_| step.status == RolloutStepStatus::Open);
    let next = was_due.and_then(|at| due::next(at, step.escalated_to, rules));
    let Some((level, _)) = next.filter(|(_, at)| *at <= ctx.now) else {
        // The delays are other ones than when it was looked at last.
        store::look_at(tx, step.meta.id, next.map(|(_, at)| at)).await?;
        return Ok(true);
    };
    tell(tx, ctx, &step, level).await?;
    let note = |one: &mut RolloutStep| {
        one.escalated_to = Some(level);
        Ok(())
    };
    resource::change(tx, ctx, id, "escalated", note).await?;
    Ok(true)
}

async fn tell(tx: &mut Tx, ctx: &Ctx, step: &RolloutStep, level: EscalationLevel) -> Result<()> {
    let owner = step.input.owner_id.unwrap_or(step.meta.created_by);
    let above = match level {
        EscalationLevel::Owner => Vec::new(),
        EscalationLevel::Manager | EscalationLevel::Head => people::managers(tx, owner).await?,
    };
    let Some(user) = told(owner, &above, level) else { return Ok(()) };
    let title = Line::new(&step.input.name).map_err(|error| INTERNAL.problem().because(error))?;
    let subject = (&ROLLOUT_STEP, step.meta.id.uuid());
    let news = News { kind: NotificationKind::StepOverdue, title, subject };
    notify(tx, ctx, [user], &news).await
}

/// Who is told at that level; `above` are those above the owner, the nearest first. Nobody is told twice, so where
/// one person stands above the owner there is no head.
fn told(owner: UserId, above: &[UserId], level: EscalationLevel) -> Option<UserId> {
    match level {
        EscalationLevel::Owner => Some(owner),
        EscalationLevel::Manager => above.first().copied(),
        EscalationLevel::Head => above.get(1..).and_then(<[UserId]>::last).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x_114_nobody_is_told_twice() {
        use EscalationLevel::{Head, Manager, Owner};
        let user = |n| UserId::from(Uuid::from_u128(n));
        let above = [user(2), user(3), user(4)];
        let all = |above: &[UserId]| [Owner, Manager, Head].map(|one| told(user(1), above, one));
        assert_eq!(all(&above), [Some(user(1)), Some(user(2)), Some(user(4))]);
        assert_eq!(all(&above[..1]), [Some(user(1)), Some(user(2)), None]);
        assert_eq!(all(&[]), [Some(user(1)), None, None]);
    }
}

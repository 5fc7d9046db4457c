//! The rules of tasks that need the store, and the moves that close and reopen them.

use super::{
    CancelTask, CarryTask, CompleteTask, TASK, Task, TaskId, TaskMove, TaskStatus, ensure, store,
};
use crate::{
    notifications::{News, NotificationKind, notify},
    problems::{TASK_CALLED_FOR, TASK_IS_PERSONAL},
    subjects,
};
use guanxi_identity::users::check_owner;
use guanxi_kernel::{
    Action, Ctx, Problem, Result, Text, UserId, Word as _,
    period::{business_date, start_of_day},
    problem::OUT_OF_RANGE,
};
use guanxi_storage::{
    Kind, Resource, Tx,
    resource::{self, Shown, Verb},
};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use uuid::Uuid;

impl Resource for Task {
    fn kind() -> &'static Kind {
        &TASK
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        self.input.settle(ctx.actor.user)?;
        if let Some(before) = before.filter(|before| before.input != self.input) {
            before.status.require_open()?;
        }
        let had = before.and_then(|before| before.input.owner_id);
        if let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) {
            check_owner(tx, ctx, owner, "/owner_id").await?;
            if before.is_some() {
                self.stays_personal(tx, ctx, owner).await?;
            }
        }
        let had = before.and_then(|before| before.input.subject_id);
        if let (Some(kind), Some(id)) = (&self.input.subject_type, self.input.subject_id)
            && had != Some(id)
        {
            subjects::check(tx, ctx, kind, id).await?;
        }
        let (Some(rule), Some(subject)) = (&self.rule, self.input.subject_id) else {
            return Ok(());
        };
        // Another one may have been called for since it was closed or deleted.
        let reopened = before.is_some_and(|before| {
            before.status != TaskStatus::Open || before.meta.deleted_at.is_some()
        });
        if self.status == TaskStatus::Open
            && reopened
            && store::open(tx, rule, subject).await?.is_some_and(|open| open != self.meta.id)
        {
            return Err(TASK_CALLED_FOR.problem());
        }
        Ok(())
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        if let Some(before) = before.filter(|before| self.is_put_off(before, ctx)) {
            store::add_carry(tx, ctx, self, before).await?;
        }
        let had = before.and_then(|before| before.input.owner_id);
        let Some(owner) = self.input.owner_id.filter(|owner| had != Some(*owner)) else {
            return Ok(());
        };
        let title = self.input.title.clone();
        let subject = (&TASK, self.meta.id.uuid());
        let news = News { kind: NotificationKind::TaskAssigned, title, subject };
        notify(tx, ctx, [owner], &news).await
    }

    /// Whoever gets many tasks at once is told of the first; the others lie beside it.
    async fn changed_hands(records: &[(Self, Self)], tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        let mut told = BTreeSet::new();
        for (before, after) in records {
            if told.insert(after.input.owner_id) {
                after.saved(tx, ctx, Some(before)).await?;
            }
        }
        Ok(())
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.title]
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.subject_id.into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        let why = self.status.refuses();
        let verb =
            |name, open: bool| Verb { name, needs: Action::Update, closed: (!open).then_some(why) };
        let moves = TaskMove::ALL.iter();
        let moves = moves.map(|one| verb(one.word(), self.status.moves().any(|open| open == *one)));
        let update = verb("update", self.status == TaskStatus::Open);
        [update].into_iter().chain(moves).chain([Verb::open("delete", Action::Delete)]).collect()
    }

    fn example() -> Json {
        json!({
            "title": "致电确认续约 / call about the renewal",
            "kind": "call",
            "subject_type": "party",
            "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "due_at": "2026-03-31T09:30:00Z",
            "note": "带上新版报价单。",
        })
    }
}

/// Closes a task that was done.
///
/// # Errors
/// `task_closed`, as any change of a task, and what those say who wait for it.
pub async fn complete(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TaskId,
    done: CompleteTask,
) -> Result<Shown<Task>> {
    close(tx, ctx, id, TaskMove::Complete, done.result).await
}

/// Closes a task that will not be done.
///
/// # Errors
/// As [`complete`].
pub async fn cancel(tx: &mut Tx, ctx: &Ctx, id: TaskId, wish: CancelTask) -> Result<Shown<Task>> {
    close(tx, ctx, id, TaskMove::Cancel, Some(wish.reason)).await
}

async fn close(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TaskId,
    wanted: TaskMove,
    result: Option<Text<4000>>,
) -> Result<Shown<Task>> {
    let (now, verb) =
        (ctx.now, if wanted == TaskMove::Complete { "completed" } else { "cancelled" });
    let go = |task: &mut Task| task.go(wanted, result, now);
    let shown = resource::change(tx, ctx, id.uuid(), verb, go).await?;
    ensure::closed(tx, ctx, &shown.record).await?;
    Ok(shown)
}

/// Puts a task off to another day, with the reason: so it is told of the day on which it was due.
///
/// # Errors
/// `task_closed`; `out_of_range` for a time that is not later; and as any change.
pub async fn carry(tx: &mut Tx, ctx: &Ctx, id: TaskId, wish: CarryTask) -> Result<Shown<Task>> {
    resource::change(tx, ctx, id.uuid(), "carried", |task: &mut Task| {
        task.go(TaskMove::Carry, None, ctx.now)?;
        let had = task.input.due_at.unwrap_or(ctx.now);
        if wish.due_at <= had || wish.due_at <= ctx.now {
            let finding =
                OUT_OF_RANGE.field("/due_at").with("expected", "later than before, and than now");
            Problem::collect(vec![finding])?;
        }
        (task.input.due_at, task.carry_reason) = (Some(wish.due_at), Some(wish.reason));
        task.carried += 1;
        Ok(())
    })
    .await
}

impl Task {
    /// A task of a personal rule is for whoever owns the record, and for nobody else.
    async fn stays_personal(&self, tx: &mut Tx, ctx: &Ctx, owner: UserId) -> Result<()> {
        let rule = self.rule.as_deref().and_then(|rule| rule.parse::<Uuid>().ok());
        let about = self.input.subject_type.as_ref().zip(self.input.subject_id);
        let (Some(rule), Some((kind, id))) = (rule, about) else { return Ok(()) };
        if !store::is_personal(tx, rule).await? {
            return Ok(());
        }
        match subjects::owner(tx, ctx, kind, id).await? == Some(owner) {
            true => Ok(()),
            false => Err(TASK_IS_PERSONAL.problem()),
        }
    }

    /// Whether it was put off: by the verb, or because somebody has moved the date of what was due by the
    /// end of the day.
    fn is_put_off(&self, before: &Self, ctx: &Ctx) -> bool {
        if self.carried > before.carried {
            return true;
        }
        let zone = ctx.settings.time_zone;
        let tomorrow = business_date(ctx.now, zone).succ_opt();
        let end = tomorrow.map(|day| start_of_day(day, zone));
        let was_due = before.input.due_at.is_some_and(|due| end.is_some_and(|end| due < end));
        let open = self.status == TaskStatus::Open && before.status == TaskStatus::Open;
        self.rule.is_none() && open && was_due && self.input.due_at > before.input.due_at
    }
}

/// Opens a task again that was closed by mistake.
///
/// # Errors
/// `task_open`; `task_called_for` if its rule has called for another one since.
pub async fn reopen(tx: &mut Tx, ctx: &Ctx, id: TaskId) -> Result<Shown<Task>> {
    let now = ctx.now;
    let go = |task: &mut Task| task.go(TaskMove::Reopen, None, now);
    resource::change(tx, ctx, id.uuid(), "reopened", go).await
}

//! The task of a plan of visits: one that is open, of the rule `visit_plan` about the plan. Closing it
//! is a visit, or one that was given up, and calls for the next.

use super::{VISIT_PLAN, VisitPlan};
use crate::{
    activities::{self, Activity, ActivityKind},
    parties::Party,
    rules::{last_second, today},
};
use guanxi_identity::users::INACTIVE_OWNER;
use guanxi_kernel::{
    Ctx, Language, Line, Problem, Result,
    problem::{INTERNAL, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Tx, resource};
use guanxi_workflow::tasks::{self, Task, TaskStatus, Wanted};
use std::{future::Future, pin::Pin};
use uuid::Uuid;

/// The rule of the tasks.
const RULE: &str = "visit_plan";

/// Has the plans follow what is done: tasks that are closed, and visits about a plan.
pub fn register() {
    tasks::on_close(RULE, |tx, ctx, task| Box::pin(closed(tx, ctx, task)));
    activities::on_done(VISIT_PLAN.name, visited);
}

/// Brings the task of a plan to what the plan says now.
pub(super) async fn follow(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &VisitPlan,
    before: Option<&VisitPlan>,
) -> Result<()> {
    let wanted = |one: &VisitPlan| {
        let day = one.next_visit_on.filter(|_| one.is_live());
        day.zip(one.input.owner_id)
    };
    match wanted(after) {
        now if before.map(wanted) == Some(now) => Ok(()),
        Some((day, owner)) => {
            let wanted = Wanted {
                rule: RULE,
                subject: (&VISIT_PLAN, after.meta.id.uuid()),
                title: title(tx, ctx, after).await?,
                kind: Line::literal("visit"),
                owner,
                due_at: Some(last_second(ctx, day)),
                occasion: None,
            };
            match tasks::ensure(tx, ctx, wanted).await {
                // Nobody is there to do it, until the plan has another owner.
                Err(problem) if nobody(&problem) => Ok(()),
                done => done.map(drop),
            }
        }
        None => tasks::settle(tx, ctx, RULE, after.meta.id.uuid(), None).await.map(drop),
    }
}

fn nobody(problem: &Problem) -> bool {
    problem.is(&INACTIVE_OWNER) || problem.is(&UNKNOWN_REFERENCE)
}

async fn title(tx: &mut Tx, ctx: &Ctx, plan: &VisitPlan) -> Result<Line<200>> {
    let party = resource::load::<Party>(tx, &ctx.on_behalf(), plan.input.party_id.uuid()).await;
    match party {
        Ok(party) => visit_title(ctx, &party.input.name),
        Err(problem) if problem.is(&NOT_FOUND) => visit_title(ctx, "…"),
        Err(problem) => Err(problem),
    }
}

/// What a task is called that is a visit to something of that name, in the language of the caller.
///
/// # Errors
/// `internal`, which no name leads to.
pub fn visit_title(ctx: &Ctx, name: &str) -> Result<Line<200>> {
    let visit = match ctx.language {
        Language::En => "Visit: ",
        Language::Zh => "拜访:",
    };
    let whole: String = visit.chars().chain(name.chars()).take(200).collect();
    Line::new(whole.trim_end()).map_err(|error| INTERNAL.problem().because(error))
}

/// Somebody has closed the task of a plan.
async fn closed(tx: &mut Tx, ctx: &Ctx, task: &Task) -> Result<()> {
    match task.input.subject_id {
        Some(plan) => go_on(tx, ctx, plan, task.status == TaskStatus::Done).await,
        None => Ok(()),
    }
}

/// A visit about a plan that was done is the visit that was to be made.
fn visited<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    activity: &'a Activity,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        let plan = activity.input.about_id.filter(|_| activity.input.kind == ActivityKind::Visit);
        let Some(plan) = plan else { return Ok(()) };
        let result = activity.result.clone();
        let done = tasks::fulfil_next(tx, ctx, &[RULE.to_owned()], plan, result).await?;
        if done { go_on(tx, ctx, plan, true).await } else { Ok(()) }
    })
}

/// Calls for the next visit.
async fn go_on(tx: &mut Tx, ctx: &Ctx, plan: Uuid, made: bool) -> Result<()> {
    let close = |plan: &mut VisitPlan| {
        plan.close(today(ctx), made);
        Ok(())
    };
    let verb = if made { "visited" } else { "skipped" };
    // What the condition of the request names is the task, not the plan.
    match resource::change::<VisitPlan>(tx, &ctx.on_behalf(), plan, verb, close).await {
        Err(problem) if problem.is(&NOT_FOUND) => Ok(()),
        // A second one on the same day leads to the same day, and a task is called for all the same.
        done => follow(tx, ctx, &done?.record, None).await,
    }
}

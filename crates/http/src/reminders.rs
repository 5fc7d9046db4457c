//! Planning reminders, and their moves.

use crate::{
    body::Body,
    call::Call,
    problem::{ApiError, ProblemBody},
    respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, post};
use guanxi_bulk::jobs::Job;
use guanxi_customers::reminders::{
    self, CompleteReminder, PlanReminders, REMINDER, Reminder, SkipReminder,
};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};

pub(crate) fn routes(config: &mut Routes) {
    config.service(plan).service(complete).service(skip);
}

/// The reminder after a move.
fn done(moved: Result<Shown<Reminder>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Plan reminders
///
/// A job looks at all assets, contacts, persons and customers that you may plan for, and plans the reminders that the
/// rules in use call for up to a day. For the month ahead that happens by itself on each day. There is one for each
/// rule, record and occasion, so planning again makes none twice; one that is only planned moves when its day does.
/// The job tells how many are new or have moved.
#[utoipa::path(tag = "reminders", operation_id = "reminders_plan", request_body = PlanReminders,
    responses((status = 202, description = "The job.", body = Job),
        (status = 422, description = "The day is past, or more than a year ahead.", body = ProblemBody)))]
#[post("/v1/reminders/plan")]
async fn plan(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    resource::require_on(&call.ctx, &REMINDER, Action::Create)?;
    let wish: PlanReminders = body.read()?;
    let asked = async |tx: &mut Tx, ctx: &Ctx| {
        reminders::plan(tx, ctx, &wish).await.map(|job| Done::accepted(&job))
    };
    Ok(call.write(Some(&body), asked).await?)
}

/// Complete a reminder
///
/// Its task is done with it. Closing the task does the same.
#[utoipa::path(tag = "reminders", operation_id = "reminders_complete", request_body = CompleteReminder,
    params(("reminder_id" = String, Path, description = "The id of the reminder.", format = Uuid)),
    responses((status = 200, description = "The reminder now.", body = Reminder),
        (status = 409, description = "It is over already.", body = ProblemBody)))]
#[post("/v1/reminders/{reminder_id}/complete")]
async fn complete(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("reminder_id")?, body.read::<CompleteReminder>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(reminders::complete(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

/// Skip a reminder
///
/// With the reason; there is no task of it any more.
#[utoipa::path(tag = "reminders", operation_id = "reminders_skip", request_body = SkipReminder,
    params(("reminder_id" = String, Path, description = "The id of the reminder.", format = Uuid)),
    responses((status = 200, description = "The reminder now.", body = Reminder),
        (status = 409, description = "It is over already.", body = ProblemBody)))]
#[post("/v1/reminders/{reminder_id}/skip")]
async fn skip(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (call.id("reminder_id")?, body.read::<SkipReminder>()?);
    let work = async |tx: &mut Tx, ctx: &Ctx| {
        done(reminders::skip(tx, ctx, id.into(), wish.clone()).await)
    };
    Ok(call.write(Some(&body), work).await?)
}

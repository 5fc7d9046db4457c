//! Tasks, beyond the shared endpoints, and the list of the day.

use crate::{
    body::Body, call::Call, parameters::unknown, problem::ApiError, resources::bad, respond::Done,
    routing::Routes,
};
use actix_web::{HttpResponse, get, post};
use guanxi_customers::today::{self, Today};
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{
    Tx,
    list::{self, DEFAULT_LIMIT},
    resource::Shown,
};
use guanxi_workflow::tasks::{self, CancelTask, CarryTask, CompleteTask, Task, TaskId};

pub(crate) fn routes(config: &mut Routes) {
    config.service(complete).service(cancel).service(reopen).service(carry).service(me_today);
}

/// Complete a task
///
/// May say what came of it.
#[utoipa::path(tag = "tasks", operation_id = "tasks_complete", request_body = CompleteTask,
    params(("task_id" = String, Path, description = "The id of the task.", format = Uuid)),
    responses((status = 200, description = "The task now.", body = Task)))]
#[post("/v1/tasks/{task_id}/complete")]
async fn complete(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (task(&call)?, body.read::<CompleteTask>()?);
    let completed =
        async |tx: &mut Tx, ctx: &Ctx| done(tasks::complete(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), completed).await?)
}

/// Cancel a task
///
/// It stays in the timeline, with the reason.
#[utoipa::path(tag = "tasks", operation_id = "tasks_cancel", request_body = CancelTask,
    params(("task_id" = String, Path, description = "The id of the task.", format = Uuid)),
    responses((status = 200, description = "The task now.", body = Task)))]
#[post("/v1/tasks/{task_id}/cancel")]
async fn cancel(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (task(&call)?, body.read::<CancelTask>()?);
    let cancelled =
        async |tx: &mut Tx, ctx: &Ctx| done(tasks::cancel(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), cancelled).await?)
}

/// Put a task off
///
/// To a later time, with the reason. The report `daily-clearance` tells of it on the day on which it was
/// due.
#[utoipa::path(tag = "tasks", operation_id = "tasks_carry", request_body = CarryTask,
    params(("task_id" = String, Path, description = "The id of the task.", format = Uuid)),
    responses((status = 200, description = "The task now.", body = Task)))]
#[post("/v1/tasks/{task_id}/carry")]
async fn carry(call: Call, body: Body) -> Result<HttpResponse, ApiError> {
    let (id, wish) = (task(&call)?, body.read::<CarryTask>()?);
    let carried =
        async |tx: &mut Tx, ctx: &Ctx| done(tasks::carry(tx, ctx, id, wish.clone()).await);
    Ok(call.write(Some(&body), carried).await?)
}

/// Reopen a closed task
///
/// It is open again, unless its rule has called for another one since.
#[utoipa::path(tag = "tasks", operation_id = "tasks_reopen",
    params(("task_id" = String, Path, description = "The id of the task.", format = Uuid)),
    responses((status = 200, description = "The task now.", body = Task)))]
#[post("/v1/tasks/{task_id}/reopen")]
async fn reopen(call: Call) -> Result<HttpResponse, ApiError> {
    let id = task(&call)?;
    let reopened = async |tx: &mut Tx, ctx: &Ctx| done(tasks::reopen(tx, ctx, id).await);
    Ok(call.write(None, reopened).await?)
}

fn task(call: &Call) -> Result<TaskId> {
    call.id("task_id").map(TaskId::from)
}

fn done(moved: Result<Shown<Task>>) -> Result<Done> {
    moved.map(|shown| Done::record(&shown))
}

/// Read what is due today
///
/// Your open tasks that are due up to the end of the business day in the company's time zone, the
/// activities planned until then that you own or take part in, and the approvals that wait for you:
/// each once, the most urgent first, what was carried over marked as `overdue`. `counts` says how many
/// there are of each kind, also of those that the list has no room for.
#[utoipa::path(tag = "me", operation_id = "me_today",
    params(("limit" = Option<u64>, Query, minimum = 1, maximum = 200, description = "Items at most; 50 when absent.")),
    responses((status = 200, description = "The list.", body = Today)))]
#[get("/v1/me/today")]
async fn me_today(call: Call) -> Result<HttpResponse, ApiError> {
    let mut limit = DEFAULT_LIMIT;
    for (name, value) in call.query() {
        match name.as_str() {
            "limit" => limit = list::limit(&value).map_err(bad)?,
            _ => return Err(unknown(&name).into()),
        }
    }
    let today = call.read(async |tx, ctx| today::today(tx, ctx, limit).await).await?;
    Ok(HttpResponse::Ok().json(today))
}

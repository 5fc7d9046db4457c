//! Asking for a job, stopping it, and what could not be done.

use super::{JOB, Job, JobId, JobInput, JobKind, JobStatus};
use crate::problems::JOB_FINISHED;
use guanxi_kernel::{Action, Actor, Ctx, Problem, Result, Word as _, ctx::Seen};
use guanxi_storage::{
    Kind, Meta, Resource, Tx,
    kind::Parts as _,
    resource::{self, Shown, Verb},
    sql,
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{borrow::Cow, sync::Arc};
use utoipa::ToSchema;
use uuid::Uuid;

impl Resource for Job {
    fn kind() -> &'static Kind {
        &JOB
    }

    fn concerns(&self) -> Vec<Uuid> {
        self.input.subject_id.into_iter().collect()
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![match self.finished_at {
            None => Verb::open("cancel", Action::Update),
            Some(_) => Verb::closed("cancel", Action::Update, &JOB_FINISHED),
        }]
    }

    fn example() -> Json {
        json!({ "kind": "import", "subject_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "owner_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77" })
    }
}

/// Asks for a job in the name of the caller, in the transaction of what it follows from.
///
/// # Errors
/// Those of the store.
pub async fn enqueue(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: JobKind,
    subject: Option<Uuid>,
    total: Option<i64>,
    mut task: Json,
) -> Result<Shown<Job>> {
    // A key's limits hold for what it has asked for too.
    task["limits"] = json!(ctx.actor.limits.as_ref().map(|limits| {
        limits.iter().map(|(resource, action)| json!([resource, action.word()])).collect::<Vec<_>>()
    }));
    let input = JobInput { kind, subject_id: subject, owner_id: ctx.actor.user };
    let mut job = Job::assemble(Meta::new(ctx), input);
    (job.total, job.task, job.api_key_id) = (total, task, ctx.actor.api_key);
    (job.result, job.state) = (json!({}), json!({}));
    // Whoever may do the work may have it done.
    let shown = resource::insert(tx, &by_itself(ctx), job, "queued").await?;
    resource::get(tx, &by_itself(ctx), shown.record.meta.id.uuid()).await
}

/// The limits that the key had which asked for a job.
pub(crate) fn limits(task: &Json) -> Option<Vec<(String, Action)>> {
    let limit = |limit: &Json| {
        Some((limit[0].as_str()?.to_owned(), Action::from_word(limit[1].as_str()?)?))
    };
    Some(task["limits"].as_array()?.iter().filter_map(limit).collect())
}

/// What every event of a job's work has as its source.
pub fn source_of(kind: JobKind, job: JobId) -> Cow<'static, str> {
    format!("{kind}:{job}").into()
}

/// The context in which the program looks after its own jobs.
pub(crate) fn by_itself(ctx: &Ctx) -> Ctx {
    let grants = Actor::system(ctx.actor.user).grants;
    let actor = Actor { grants, limits: None, ..Actor::clone(&ctx.actor) };
    Ctx { actor: Arc::new(actor), seen: Seen::Unsaid, ..ctx.clone() }
}

/// Stops a job: at once if it waits, else after the step that is under way. What was committed stays.
///
/// # Errors
/// `not_found`, `forbidden`, `job_finished`.
pub async fn cancel(tx: &mut Tx, ctx: &Ctx, id: JobId) -> Result<Shown<Job>> {
    let ctx = &Ctx { seen: Seen::Unsaid, ..ctx.clone() };
    resource::change::<Job>(tx, ctx, id.uuid(), "cancelled", |job| match job.status {
        JobStatus::Queued => {
            (job.status, job.finished_at) = (JobStatus::Cancelled, Some(ctx.now));
            Ok(())
        }
        JobStatus::Running => {
            job.cancel_asked = true;
            // Seen by those who watch the job, before its worker does.
            job.status = JobStatus::Cancelled;
            Ok(())
        }
        _ => Err(JOB_FINISHED.problem()),
    })
    .await
}

/// Ends a job.
///
/// # Errors
/// Those of the store.
pub(crate) async fn finish(
    tx: &mut Tx,
    ctx: &Ctx,
    id: JobId,
    status: JobStatus,
    problem: Option<&Problem>,
) -> Result<()> {
    let language = ctx.language;
    let end = |job: &mut Job| {
        job.status = status;
        job.finished_at = Some(ctx.now);
        job.problem = problem.map(
            |problem| json!({ "code": problem.code().code, "detail": problem.detail(language) }),
        );
        (job.lease_by, job.lease_until) = (None, None);
        Ok(())
    };
    resource::change::<Job>(tx, &by_itself(ctx), id.uuid(), "finished", end).await.map(drop)
}

/// What could not be done with one row.
#[derive(Debug, Serialize, ToSchema)]
pub struct Finding {
    /// The row of the file as a person counts it, or the place in what the job went over.
    pub row: i64,
    /// The record, if there is one.
    #[schema(required)]
    pub record_id: Option<Uuid>,
    /// Why: `code`, `detail` and the places in `errors`.
    #[schema(value_type = Object)]
    pub problem: Json,
}

#[derive(sqlx::FromRow)]
struct Row {
    row: i64,
    record_id: Option<Uuid>,
    problem: sqlx::types::Json<Json>,
}

/// What a job could not do, behind row `after`, in the order of rows.
///
/// # Errors
/// `not_found` if the caller may not see the job.
pub async fn findings(
    tx: &mut Tx,
    ctx: &Ctx,
    job: JobId,
    after: i64,
    most: i64,
) -> Result<Vec<Finding>> {
    resource::get::<Job>(tx, ctx, job.uuid()).await?;
    let select = sql!(
        "SELECT row, record_id, problem FROM job_problems
         WHERE tenant_id = $1 AND job_id = $2 AND row > $3 ORDER BY row LIMIT $4",
        job,
        after,
        most
    );
    let rows: Vec<Row> = tx.all(select).await?;
    let found =
        |row: Row| Finding { row: row.row, record_id: row.record_id, problem: row.problem.0 };
    Ok(rows.into_iter().map(found).collect())
}

//! The SQL of jobs beyond what every resource has.

use super::JobId;
use crate::problems::LEASE_LOST;
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{Problem, Result, TenantId, UserId};
use guanxi_storage::{Db, Sql, Tx, sql};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// How long a worker has a job without another sign of life.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// A job that a worker has taken.
#[derive(Debug, Clone)]
pub(crate) struct Lease {
    pub(crate) tenant: TenantId,
    pub(crate) job: JobId,
    pub(crate) owner: UserId,
    /// Who has taken it.
    pub(crate) by: String,
    /// How often it was taken since it came further than ever before, this time among them.
    pub(crate) attempts: i64,
    /// Whether it was cancelled, and nobody who had it has ended it.
    pub(crate) cancelled: bool,
}

/// How far a job has come.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// How much is done.
    pub done: i64,
    /// How much there is to do, if that is known.
    pub total: Option<i64>,
    /// Where the work goes on.
    pub state: Json,
    /// What came of it so far.
    pub result: Json,
}

/// Takes the job that waits longest, of whatever tenant. One that was cancelled stays so.
pub(crate) async fn lease(db: &Db, by: &str, now: DateTime<Utc>) -> Result<Option<Lease>> {
    let nobody = TenantId::from(Uuid::nil());
    db.write_locked(nobody, async |tx| {
        let mut free = Sql::fixed(
            "SELECT tenant_id, id, owner_id, attempts, cancel_asked FROM jobs
             WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < $1)
             ORDER BY created_at, id LIMIT 1",
            vec![now.into()],
        );
        free.push(tx.for_update_of_free_rows());
        let found: Vec<(Uuid, Uuid, Uuid, i64, bool)> = tx.all_untenanted(free).await?;
        let Some((tenant, id, owner, attempts, cancelled)) = found.into_iter().next() else {
            return Ok(None);
        };
        let take = Sql::fixed(
            "UPDATE jobs SET lease_by = $1, lease_until = $2, version = version + 1, updated_at = $3,
                 status = CASE WHEN cancel_asked THEN status ELSE 'running' END,
                 started_at = COALESCE(started_at, $3), attempts = attempts + 1
             WHERE tenant_id = $4 AND id = $5",
            vec![by.into(), (now + LEASE).into(), now.into(), tenant.into(), id.into()],
        );
        tx.execute_untenanted(take).await?;
        Ok(Some(Lease {
            tenant: tenant.into(),
            job: id.into(),
            owner: owner.into(),
            by: by.to_owned(),
            attempts: attempts + 1,
            cancelled,
        }))
    })
    .await
}

/// Gives back what a worker has taken and not ended, so that another takes it at once; how many jobs. That it
/// was taken does not count, since nothing was wrong with the job.
pub(crate) async fn give_back(db: &Db, by: &str, now: DateTime<Utc>) -> Result<u64> {
    let nobody = TenantId::from(Uuid::nil());
    db.write_locked(nobody, async |tx| {
        let give = Sql::fixed(
            "UPDATE jobs SET lease_by = NULL, lease_until = NULL, version = version + 1,
                 updated_at = $1, attempts = CASE WHEN attempts > 0 THEN attempts - 1 ELSE 0 END
             WHERE finished_at IS NULL AND lease_by = $2",
            vec![now.into(), by.into()],
        );
        tx.execute_untenanted(give).await
    })
    .await
}

/// Stores how far the job has come, in the transaction of what it has done.
///
/// # Errors
/// `lease_lost` if another worker has it or it is to stop: then nothing of the step is kept.
pub(crate) async fn checkpoint(
    tx: &mut Tx,
    lease: &Lease,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<()> {
    let update = sql!(
        "UPDATE jobs SET done = $2, total = $3, state = $4, result = $5, lease_until = $6,
             updated_at = $7, version = version + 1,
             attempts = CASE WHEN $2 > furthest THEN 0 ELSE attempts END,
             furthest = CASE WHEN $2 > furthest THEN $2 ELSE furthest END
         WHERE tenant_id = $1 AND id = $8 AND lease_by = $9 AND cancel_asked = FALSE
             AND finished_at IS NULL",
        progress.done,
        progress.total,
        json_value(&progress.state),
        json_value(&progress.result),
        now + LEASE,
        now,
        lease.job,
        lease.by.clone()
    );
    if tx.execute(update).await? == 1 { Ok(()) } else { Err(LEASE_LOST.problem()) }
}

fn json_value(json: &Json) -> sea_query::Value {
    sea_query::Value::Json(Some(Box::new(json.clone())))
}

/// Remembers what could not be done with a row, or with a record.
pub(crate) async fn note(
    tx: &mut Tx,
    job: JobId,
    row: u64,
    record: Option<Uuid>,
    problem: &Problem,
) -> Result<()> {
    let insert = sql!(
        "INSERT INTO job_problems (tenant_id, job_id, row, record_id, problem)
         VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, job_id, row) DO NOTHING",
        job,
        i64::try_from(row).unwrap_or(i64::MAX),
        record,
        json_value(&told(problem))
    );
    tx.execute(insert).await.map(drop)
}

/// A problem as a row of a file tells it: codes for programs, English for people.
pub(crate) fn told(problem: &Problem) -> Json {
    let language = guanxi_kernel::Language::En;
    let errors = problem.errors().iter().map(|error| {
        let place = match &error.place {
            guanxi_kernel::problem::Place::Pointer(place)
            | guanxi_kernel::problem::Place::Parameter(place) => place,
        };
        json!({ "pointer": place, "code": error.code.code, "detail": error.detail(language) })
    });
    json!({
        "code": problem.code().code, "detail": problem.detail(language),
        "errors": errors.collect::<Vec<_>>(),
    })
}

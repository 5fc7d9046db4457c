//! Everything that one piece of work has written is taken back, the last change first. What others
//! have changed since is listed and left as it is.

use crate::{
    jobs::{self, Job, JobId, JobKind, JobStatus, Progress},
    problems::{CHANGED_SINCE, NOTHING_TO_UNDO},
    table::{self, Change},
    worker::Run,
};
use guanxi_kernel::{Ctx, Problem, Result};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
    sql,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

/// Changes that one step takes back.
const AT_ONCE: i64 = 200;

/// Asks for a job that takes back what another one has written.
///
/// # Errors
/// `not_found`; `nothing_to_undo` for a job that is not over or does not write.
pub async fn undo(tx: &mut Tx, ctx: &Ctx, id: JobId) -> Result<Shown<Job>> {
    let job: Job = resource::load(tx, ctx, id.uuid()).await?;
    let over =
        !matches!(job.status, JobStatus::Queued | JobStatus::Running) && job.finished_at.is_some();
    if !over || job.input.kind != JobKind::Import {
        return Err(NOTHING_TO_UNDO.problem());
    }
    let source = jobs::source_of(job.input.kind, id);
    let count = sql!(
        "SELECT COUNT(*) FROM events WHERE tenant_id = $1 AND source = $2 AND source <> 'api'",
        source.to_string()
    );
    let total = tx.optional::<(i64,)>(count).await?.map(|(total,)| total);
    let task = json!({ "source": source });
    jobs::enqueue(tx, ctx, JobKind::Undo, Some(id.uuid()), total, task).await
}

#[derive(sqlx::FromRow)]
struct Written {
    seq: i64,
    subject_type: String,
    subject_id: Uuid,
    version: i64,
    changed: String,
    before: Option<sqlx::types::Json<Json>>,
}

/// Takes everything back.
pub(crate) async fn run(run: &Run<'_>, task: &Json, state: &Json) -> Result<()> {
    let source = task["source"].as_str().unwrap_or_default().to_owned();
    let mut last = state["before"].as_i64().unwrap_or(i64::MAX);
    let count = |name: &str| state[name].as_i64().unwrap_or(0);
    let (mut undone, mut left) = (count("undone"), count("left"));
    loop {
        let step = async |tx: &mut Tx, ctx: &Ctx| {
            let some = written(tx, &source, last).await?;
            let (mut undone, mut left) = (undone, left);
            for change in &some {
                tx.begin_part().await?;
                let done = take_back(tx, ctx, &source, change).await;
                match tx.end_part(done).await? {
                    Ok(()) => undone += 1,
                    Err(problem) => {
                        left += 1;
                        let place = u64::try_from(left).unwrap_or(u64::MAX);
                        let record = Some(change.subject_id);
                        jobs::note(tx, run.lease.job, place, record, &problem).await?;
                    }
                }
            }
            let before = some.last().map_or(last, |change| change.seq);
            Ok(Progress {
                done: undone + left,
                total: run.total,
                state: json!({ "before": before, "undone": undone, "left": left, "more": !some.is_empty() }),
                result: json!({ "undone": undone, "left": left }),
            })
        };
        let progress = run.commit(step).await?;
        last = progress.state["before"].as_i64().unwrap_or(i64::MIN);
        undone = progress.state["undone"].as_i64().unwrap_or(0);
        left = progress.state["left"].as_i64().unwrap_or(0);
        if progress.state["more"] == false {
            return Ok(());
        }
    }
}

async fn written(tx: &mut Tx, source: &str, before: i64) -> Result<Vec<Written>> {
    let select = sql!(
        "SELECT seq, subject_type, subject_id, version, changed, before FROM events
         WHERE tenant_id = $1 AND source = $2 AND source <> 'api' AND seq < $3
         ORDER BY seq DESC LIMIT $4",
        source,
        before,
        AT_ONCE
    );
    tx.all(select).await
}

async fn take_back(tx: &mut Tx, ctx: &Ctx, source: &str, change: &Written) -> Result<(), Problem> {
    let table = table::all()
        .find(|table| table.kind.name == change.subject_type)
        .ok_or_else(|| NOTHING_TO_UNDO.problem())?;
    let since = sql!(
        "SELECT CAST(1 AS BIGINT) FROM events
         WHERE tenant_id = $1 AND subject_id = $2 AND version > $3 AND source <> $4 AND source <> $5",
        change.subject_id,
        change.version,
        source,
        ctx.source.to_string()
    );
    if tx.exists(since).await? {
        return Err(CHANGED_SINCE.problem());
    }
    let changed = change.changed.split(',').filter(|name| !name.is_empty());
    let change = Change {
        id: change.subject_id,
        before: change.before.as_ref().map(|before| before.0.clone()),
        changed: changed.map(str::to_owned).collect(),
    };
    table.take_back(tx, ctx, change).await
}

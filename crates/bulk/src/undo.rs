//! Everything that one piece of work has written is taken back, the last change first. What others
//! have changed since is listed and left as it is.
//!
//! Records that were made one after the other are deleted together, in statements of many rows; what
//! is refused that way is tried once more by itself, when the others are gone. What was changed gets
//! its values back one by one, by the rules of single saves.
//!
//! It needs no log of its own: the events of a job have the job as their source.

use crate::{
    jobs::{self, Job, JobId, JobKind, JobStatus, Progress},
    problems::{CHANGED_SINCE, NOTHING_TO_UNDO},
    table::{self, Change, Table},
    worker::Run,
};
use guanxi_kernel::{Ctx, Problem, Result};
use guanxi_storage::{
    Sql, Tx,
    resource::{self, Shown},
    sql,
};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Changes that one step takes back.
const AT_ONCE: i64 = 500;

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
            for (change, done) in some.iter().zip(take_all_back(tx, ctx, &source, &some).await?) {
                match done {
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

/// Takes changes back in this order; what became of each.
async fn take_all_back(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &str,
    changes: &[Written],
) -> Result<Vec<Result<(), Problem>>> {
    let since = changed_since(tx, ctx, source, changes).await?;
    let mut outcomes = Vec::with_capacity(changes.len());
    for alike in changes.chunk_by(Written::goes_with) {
        let Some(table) = table::all().find(|table| table.kind.name == alike[0].subject_type)
        else {
            outcomes.extend(alike.iter().map(|_| Err(NOTHING_TO_UNDO.problem())));
            continue;
        };
        let stands = |change: &&Written| {
            since.get(&change.subject_id).is_none_or(|version| *version <= change.version)
        };
        let made: Vec<Uuid> = match alike {
            [_] => Vec::new(),
            _ => alike.iter().filter(stands).map(|change| change.subject_id).collect(),
        };
        let mut gone = delete_together(tx, ctx, table, &made).await?;
        for change in alike {
            outcomes.push(match gone.remove(&change.subject_id) {
                _ if !stands(&change) => Err(CHANGED_SINCE.problem()),
                Some(Ok(())) => Ok(()),
                _ => {
                    tx.begin_part().await?;
                    let done = table.take_back(tx, ctx, change.to_table()).await;
                    tx.end_part(done).await?
                }
            });
        }
    }
    Ok(outcomes)
}

/// Deletes records of one resource together, if they can be; what became of each.
async fn delete_together(
    tx: &mut Tx,
    ctx: &Ctx,
    table: &Table,
    ids: &[Uuid],
) -> Result<BTreeMap<Uuid, Result<(), Problem>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    tx.begin_part().await?;
    let done = table.delete_many(tx, ctx, ids).await;
    Ok(match tx.end_part(done).await? {
        Ok(outcomes) => ids.iter().copied().zip(outcomes).collect(),
        // Each is to be told by itself why it stays.
        Err(_) => BTreeMap::new(),
    })
}

/// The last version of each of these records that somebody else has made.
async fn changed_since(
    tx: &mut Tx,
    ctx: &Ctx,
    source: &str,
    changes: &[Written],
) -> Result<BTreeMap<Uuid, i64>> {
    if changes.is_empty() {
        return Ok(BTreeMap::new());
    }
    let begin = "SELECT subject_id, MAX(version) FROM events WHERE tenant_id = ";
    let mut since = Sql::of_rows(tx, begin);
    since.bind_tenant().push(" AND source <> ").bind(source);
    since.push(" AND source <> ").bind(ctx.source.to_string());
    since.push(" AND subject_id IN ").bind_all(changes.iter().map(|change| change.subject_id));
    since.push(" GROUP BY subject_id");
    Ok(tx.all::<(Uuid, i64)>(since).await?.into_iter().collect())
}

impl Written {
    /// Whether both were made, of one kind, so that they can be deleted together.
    fn goes_with(&self, next: &Self) -> bool {
        let made = |one: &Self| one.before.is_none();
        made(self) && made(next) && self.subject_type == next.subject_type
    }

    fn to_table(&self) -> Change {
        let changed = self.changed.split(',').filter(|name| !name.is_empty());
        Change {
            id: self.subject_id,
            before: self.before.as_ref().map(|before| before.0.clone()),
            changed: changed.map(str::to_owned).collect(),
        }
    }
}

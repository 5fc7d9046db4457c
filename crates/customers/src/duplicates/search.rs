//! The job that finds all pairs among the records that its owner may see.
//!
//! It holds all of them in memory, in the form in which they are compared: about 1.6 KB each.
//! Whatever interrupts it, it begins again and finds the same; pairs that it has stored are known.

use super::{Duplicate, DuplicateInput, DuplicateStatus, Identity, RecordType};
use crate::{contacts::Contact, parties::Party, problems::TOO_MANY_RECORDS};
use futures_util::future::LocalBoxFuture;
use guanxi_bulk::{
    jobs::{self, Job, JobKind, Progress},
    worker::Run,
};
use guanxi_kernel::{Action, Ctx, Result, Word as _, problem::INTERNAL};
use guanxi_matching::{Found, Pair, Prepared, Skipped, Thresholds, Verdict, find_with};
use guanxi_storage::{
    Meta, Resource, Sql, Tx,
    bulk::insert_many,
    changing::rewrite_many,
    custom,
    kind::Parts as _,
    merging::scan,
    resource::{self, Shown},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Records that are read at once.
const READ: usize = 2_000;

/// Records that one search compares at most.
const MOST: usize = 500_000;

/// Pairs that one step stores.
const STORED: usize = 500;

/// How often a search says that it is alive.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);

/// What a search looks at.
#[derive(Debug, Clone, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "type": "party" })))]
pub struct DuplicateSearch {
    /// The records that are compared with one another.
    #[serde(rename = "type")]
    pub record_type: RecordType,
    /// Whether to keep only pairs that are certain.
    #[serde(default)]
    pub certain_only: bool,
}

/// Asks for a search.
///
/// # Errors
/// `forbidden` without the right to make duplicates or to read the records.
pub async fn search(tx: &mut Tx, ctx: &Ctx, search: &DuplicateSearch) -> Result<Shown<Job>> {
    resource::require::<Duplicate>(ctx, Action::Create)?;
    let kind = match search.record_type {
        RecordType::Party => Party::kind(),
        RecordType::Contact => Contact::kind(),
    };
    ctx.require(kind.plural, Action::Read)?;
    jobs::enqueue(tx, ctx, JobKind::DuplicateSearch, None, None, json!({ "search": search })).await
}

/// The work of a search.
pub fn run<'a>(run: &'a Run<'a>, job: &'a Job) -> LocalBoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let wanted = serde_json::from_value(job.task["search"].clone());
        let wanted: DuplicateSearch = wanted.map_err(|error| INTERNAL.problem().because(error))?;
        match wanted.record_type {
            RecordType::Party => search_among::<Party>(run, wanted.certain_only).await,
            RecordType::Contact => search_among::<Contact>(run, wanted.certain_only).await,
        }
    })
}

async fn search_among<R: Identity>(run: &Run<'_>, certain_only: bool) -> Result<()> {
    let (ids, profiles) = load::<R>(run).await?;
    let (profiles, found) = compare(run, profiles).await?;
    let mut pairs = found.pairs;
    pairs.retain(|pair| !certain_only || pair.verdict == Verdict::Certain);
    let mut tally = Tally::new(profiles.len(), &pairs, found.skipped);
    drop(profiles);
    for some in pairs.chunks(STORED) {
        let step = async |tx: &mut Tx, ctx: &Ctx| {
            let new = store(tx, ctx, R::TYPE, run.job().uuid(), &ids, some).await?;
            Ok(Tally { new: tally.new + new, ..tally }.progress())
        };
        tally.new = run.commit(step).await?.result["new"].as_u64().unwrap_or(0);
    }
    run.commit(async |_, _| Ok(tally.progress())).await.map(drop)
}

#[derive(Debug, Clone, Copy)]
struct Tally {
    records: usize,
    certain: usize,
    likely: usize,
    new: u64,
    skipped: Skipped,
}

impl Tally {
    fn new(records: usize, pairs: &[Pair], skipped: Skipped) -> Self {
        let certain = pairs.iter().filter(|pair| pair.verdict == Verdict::Certain).count();
        Self { records, certain, likely: pairs.len() - certain, new: 0, skipped }
    }

    fn progress(self) -> Progress {
        Progress {
            result: json!({
                "records": self.records, "certain": self.certain, "likely": self.likely,
                "new": self.new, "not_compared": self.skipped.pairs,
            }),
            ..going(self.records, self.records)
        }
    }
}

fn going(done: usize, total: usize) -> Progress {
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    Progress { done: count(done), total: Some(count(total)), state: json!({}), result: json!({}) }
}

/// All records that the owner of the job may see, as they are compared.
async fn load<R: Identity>(run: &Run<'_>) -> Result<(Vec<Uuid>, Vec<Prepared>)> {
    let (mut ids, mut profiles): (Vec<Uuid>, Vec<Prepared>) = Default::default();
    let fields = run.read(async |tx, ctx| custom::fields(tx, ctx, R::kind()).await).await?;
    let sees = |name: &str| !fields.hides(name);
    loop {
        let after = ids.last().copied();
        let some = run.read(async |tx, ctx| scan::<R>(tx, ctx, after, READ).await).await?;
        if some.is_empty() {
            return Ok((ids, profiles));
        }
        if ids.len() + some.len() > MOST {
            return Err(TOO_MANY_RECORDS.with("limit", MOST).with("resource", R::kind().plural));
        }
        ids.extend(some.iter().map(|record| record.meta().id.uuid()));
        profiles.extend(some.iter().map(|record| record.prepared(&sees)));
        let total = ids.len();
        run.commit(async |_, _| Ok(going(0, total))).await?;
    }
}

/// Compares on a thread of its own, so that the worker can say that it is alive, and hear that the
/// job is to stop.
async fn compare(run: &Run<'_>, profiles: Vec<Prepared>) -> Result<(Vec<Prepared>, Found)> {
    let (done, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let total = profiles.len();
    let mut work = tokio::task::spawn_blocking({
        let (done, stop) = (done.clone(), stop.clone());
        move || {
            let found = find_with(&profiles, &Thresholds::default(), &mut |so_far, _| {
                done.store(so_far, Ordering::Relaxed);
                !stop.load(Ordering::Relaxed)
            });
            (profiles, found)
        }
    });
    loop {
        match tokio::time::timeout(SIGN_OF_LIFE, &mut work).await {
            Ok(ended) => {
                let (profiles, found) = ended.map_err(|error| INTERNAL.problem().because(error))?;
                let found = found.ok_or_else(|| INTERNAL.problem().because("it was stopped"))?;
                return Ok((profiles, found));
            }
            Err(_) => {
                let so_far = going(done.load(Ordering::Relaxed), total);
                if let Err(problem) = run.commit(async |_, _| Ok(so_far.clone())).await {
                    stop.store(true, Ordering::Relaxed);
                    return Err(problem);
                }
            }
        }
    }
}

/// Stores pairs; one that is known and open gets the new evidence. How many are new.
async fn store(
    tx: &mut Tx,
    ctx: &Ctx,
    record_type: RecordType,
    job: Uuid,
    ids: &[Uuid],
    pairs: &[Pair],
) -> Result<u64> {
    let known = known(tx, ctx, ids, pairs).await?;
    let mut new: Vec<Duplicate> = Vec::new();
    let mut again: BTreeMap<Uuid, &Pair> = BTreeMap::new();
    for pair in pairs {
        let (left, right) = (ids[pair.left], ids[pair.right]);
        match known.get(&(left, right)) {
            Some((id, status)) if status == DuplicateStatus::Open.word() => {
                again.insert(*id, pair);
            }
            Some(_) => {}
            None => {
                let status = DuplicateStatus::Open;
                let input = DuplicateInput { status, owner_id: ctx.actor.user, note: None };
                let mut found = Duplicate::assemble(Meta::new(ctx), input);
                found.record_type = record_type;
                (found.left_id, found.right_id, found.job_id) = (left, right, job);
                describe(&mut found, pair);
                new.push(found);
            }
        }
    }
    let renew = |found: &mut Duplicate| {
        if let Some(pair) = again.get(&found.meta.id.uuid()) {
            describe(found, pair);
        }
        Ok(())
    };
    let known: Vec<Uuid> = again.keys().copied().collect();
    rewrite_many::<Duplicate>(tx, ctx, &known, "updated", renew).await?;
    let count = u64::try_from(new.len()).unwrap_or(u64::MAX);
    insert_many(tx, ctx, new).await?;
    Ok(count)
}

/// Gives a pair the evidence of a search.
fn describe(found: &mut Duplicate, pair: &Pair) {
    found.score = pair.comparison.score.into();
    found.points = pair.comparison.points.into();
    (found.verdict, found.reasons) = (pair.verdict, pair.comparison.reasons.clone());
}

type Known = BTreeMap<(Uuid, Uuid), (Uuid, String)>;

/// The pairs among these that a search of the same owner has stored already.
async fn known(tx: &mut Tx, ctx: &Ctx, ids: &[Uuid], pairs: &[Pair]) -> Result<Known> {
    let mut sql = Sql::of_rows(
        tx,
        "SELECT id, status, left_id, right_id FROM duplicates
         WHERE deleted_at IS NULL AND tenant_id = ",
    );
    sql.bind_tenant().push(" AND owner_id = ").bind(ctx.actor.user).push(" AND left_id IN ");
    sql.bind_all(pairs.iter().map(|pair| ids[pair.left])).push(" AND right_id IN ");
    sql.bind_all(pairs.iter().map(|pair| ids[pair.right]));
    let rows: Vec<(Uuid, String, Uuid, Uuid)> = tx.all(sql).await?;
    let pair = |(id, status, left, right)| ((left, right), (id, status));
    Ok(rows.into_iter().map(pair).collect())
}

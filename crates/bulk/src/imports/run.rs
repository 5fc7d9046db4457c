//! The work of an import: rows in steps, each step one transaction.

use super::{
    Import, ImportInput, OnDuplicate, OnMatch,
    keys::Keys,
    mapping::{Body, Plan},
    names::Names,
    past::Past,
    reader::{Reader, key_of, values_of_key},
};
use crate::{
    Table,
    collection_channels::{self, Collected},
    jobs::{self, Job, Progress},
    problems::{AMBIGUOUS, LEASE_LOST},
    table::{self, Group, Grouped, Outcome, Row, Together},
    worker::Run,
};
use futures_util::future::join;
use guanxi_kernel::{
    Ctx, Problem, Result,
    problem::{INTERNAL, POSSIBLE_DUPLICATE},
};
use guanxi_storage::{Tx, bulk::is_of_store, custom, error::CONTENTION, resource};
use guanxi_tabular::Limits;
use serde_json::{Value as Json, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use uuid::Uuid;

/// A row of the file, mapped, or why it cannot be read.
pub(super) type Mapped = (u64, Result<Body, Arc<Problem>>);

/// A row with its body.
pub(super) type Ready = (u64, Json);

/// Why a row was refused; a row may be tried again, so it can be told again.
type Failure = (u64, Arc<Problem>);

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    read: i64,
    created: i64,
    updated: i64,
    skipped: i64,
    failed: i64,
}

impl Tally {
    fn of(state: &Json) -> Self {
        let count = |name: &str| state[name].as_i64().unwrap_or(0);
        Self {
            read: count("read"),
            created: count("created"),
            updated: count("updated"),
            skipped: count("skipped"),
            failed: count("failed"),
        }
    }

    /// What has come since then, as a channel counts it.
    fn since(self, before: Self) -> Collected {
        Collected {
            accepted: self.created + self.updated - before.created - before.updated,
            known: self.skipped - before.skipped,
            rejected: self.failed - before.failed,
        }
    }

    fn progress(self, total: Option<i64>) -> Progress {
        Progress { done: self.read, total, state: self.json(), result: self.json() }
    }

    fn json(self) -> Json {
        let Self { read, created, updated, skipped, failed } = self;
        json!({ "read": read, "created": created, "updated": updated, "skipped": skipped, "failed": failed })
    }
}

/// Makes records of the rows, from where the job was cut off; `dry` only says what would be.
pub(crate) async fn run(run: &Run<'_>, job: &Job, dry: bool) -> Result<()> {
    let id = job.input.subject_id.ok_or_else(|| INTERNAL.problem())?;
    let (import, table, custom, settings) = run
        .read(async |tx, ctx| {
            let import: Import = resource::load(tx, ctx, id).await?;
            let table = table::named(&import.input.resource).ok_or_else(|| INTERNAL.problem())?;
            let custom = custom::fields(tx, ctx, table.kind).await?;
            Ok((import, table, custom, ctx.settings.clone()))
        })
        .await?;
    let layout = import.layout()?;
    let plan = Plan::new(table, &custom, &import.input, &layout.header, settings.currency)?;
    let file = run.worker.files.fetch(run.lease.tenant, id).await?;
    let mut tally = Tally::of(&job.state);
    let rows = guanxi_tabular::open(file.path(), &layout, &Limits::default())?;
    let keys = Keys {
        kind: table.kind,
        fields: &custom,
        match_on: &import.input.match_on,
        country: &settings.country,
    };
    let (mut past, read) = match dry {
        true => (Some(Past::new(keys, table.grouped)?), 0),
        false => (None, tally.read),
    };
    let mut rows = Reader::behind(read, rows, &plan, table.grouped);
    if let Some(past) = &mut past {
        for row in (0..tally.read).map_while(|_| rows.row()) {
            past.remember(&[row])?;
        }
    }
    let mut batch = rows.step();
    while !batch.is_empty() {
        let earlier = past.as_ref().map(|past| past.before(&batch)).transpose()?;
        let earlier = earlier.unwrap_or_default();
        let (import, earlier) = (&import, &*earlier);
        let step = Step { run, table, import, keys, earlier, batch: &batch, tally };
        // The rows of the next step are read while the store works on this one.
        let (done, following) = join(step.go(dry), async { rows.step() }).await;
        tally = done?;
        if let Some(past) = &mut past {
            past.remember(&batch)?;
        }
        batch = following;
    }
    let ImportInput { collection_channel_id, position, .. } = &import.input;
    if let (false, Some(channel), Some(position)) = (dry, collection_channel_id, position) {
        let advance = async |tx: &mut Tx, ctx: &Ctx| {
            collection_channels::advance(tx, ctx, *channel, position.clone()).await?;
            Ok(tally.progress(run.total))
        };
        run.commit(advance).await?;
    }
    Ok(())
}

/// What has become of the rows of a step.
#[derive(Debug, Default)]
struct Stepped {
    tally: Tally,
    failures: Vec<Failure>,
    /// The records that were made or found.
    records: BTreeSet<Uuid>,
}

struct Step<'a> {
    run: &'a Run<'a>,
    table: &'a Table,
    import: &'a Import,
    keys: Keys<'a>,
    /// Rows of steps before that a check has to write once more.
    earlier: &'a [Mapped],
    batch: &'a [Mapped],
    tally: Tally,
}

impl Step<'_> {
    /// Many rows at once; if they cannot be together, one by one.
    async fn go(&self, dry: bool) -> Result<Tally> {
        match self.try_go(dry, Together::Yes).await {
            Err(problem) if problem.is(&LEASE_LOST) => Err(problem),
            Err(problem) if !is_of_store(&problem) || problem.is(&CONTENTION) => {
                self.try_go(dry, Together::No).await
            }
            done => done,
        }
    }

    async fn try_go(&self, dry: bool, together: Together) -> Result<Tally> {
        if dry {
            let rehearsed = self.run.rehearse(async |tx, ctx| {
                if !self.earlier.is_empty() {
                    let earlier = Step { batch: self.earlier, earlier: &[], ..*self };
                    earlier.write(tx, ctx, together).await?;
                }
                self.write(tx, ctx, together).await
            });
            let found = rehearsed.await?;
            return self.keep(async |_, _| Ok(&found)).await;
        }
        let step = async |tx: &mut Tx, ctx: &Ctx| {
            let stepped = self.write(tx, ctx, together).await?;
            self.note(tx, &stepped.failures).await?;
            let tally = stepped.tally;
            self.collect(tx, ctx, stepped).await?;
            Ok(tally.progress(self.run.total))
        };
        Ok(Tally::of(&self.run.commit(step).await?.state))
    }

    /// Tells the channel of the import what has come through it.
    async fn collect(&self, tx: &mut Tx, ctx: &Ctx, stepped: Stepped) -> Result<()> {
        let Some(channel) = self.import.input.collection_channel_id else { return Ok(()) };
        let counts = stepped.tally.since(self.tally);
        collection_channels::count(tx, ctx, channel, counts).await?;
        match self.table.collected {
            Some(collected) => {
                collected(tx, ctx, channel, stepped.records.into_iter().collect()).await
            }
            None => Ok(()),
        }
    }

    /// Stores what a dry run has found.
    async fn keep<'f>(
        &self,
        found: impl AsyncFn(&mut Tx, &Ctx) -> Result<&'f Stepped>,
    ) -> Result<Tally> {
        let step = async |tx: &mut Tx, ctx: &Ctx| {
            let stepped = found(tx, ctx).await?;
            self.note(tx, &stepped.failures).await?;
            Ok(stepped.tally.progress(self.run.total))
        };
        Ok(Tally::of(&self.run.commit(step).await?.state))
    }

    async fn note(&self, tx: &mut Tx, failures: &[Failure]) -> Result<()> {
        for (row, problem) in failures {
            jobs::note(tx, self.run.lease.job, *row, None, problem).await?;
        }
        Ok(())
    }

    async fn write(&self, tx: &mut Tx, ctx: &Ctx, together: Together) -> Result<Stepped> {
        let mut done = Stepped { tally: self.tally, ..Stepped::default() };
        done.tally.read += i64::try_from(self.batch.len()).unwrap_or(0);
        if let Some(grouped) = &self.table.grouped {
            let mut names = Names::default();
            names.foresee(tx, ctx, self.batch).await?;
            let groups = self.groups(tx, ctx, grouped, &mut names).await?;
            write_groups(tx, ctx, grouped, groups, &mut done).await?;
            done.tally.failed += i64::try_from(done.failures.len()).unwrap_or(0);
            return Ok(done);
        }
        // Rows that name what rows before them make come after those, wherever a step begins.
        let mut waiting: Vec<&Mapped> = self.batch.iter().collect();
        while !waiting.is_empty() {
            let (now, later) = self.keys.in_turn(waiting);
            self.write_turn(tx, ctx, &now, together, &mut done).await?;
            waiting = later;
        }
        done.tally.failed += i64::try_from(done.failures.len()).unwrap_or(0);
        Ok(done)
    }

    /// Writes rows none of which names what another of them makes.
    async fn write_turn(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: &[&Mapped],
        together: Together,
        done: &mut Stepped,
    ) -> Result<()> {
        let mut names = Names::default();
        names.foresee(tx, ctx, rows.iter().copied()).await?;
        let mut ready: Vec<Ready> = Vec::new();
        for (number, body) in rows {
            match body {
                Ok(body) => match names.resolve(tx, ctx, body).await? {
                    Ok(body) => ready.push((*number, body)),
                    Err(problem) => done.failures.push((*number, Arc::new(problem))),
                },
                Err(problem) => done.failures.push((*number, problem.clone())),
            }
        }
        // Rows of one key in one file are one record, so the second waits for the first.
        let (first, again) = self.keys.apart(ready);
        for (rows, together) in [(first, together), (again, Together::No)] {
            if together == Together::Yes {
                self.write_some(tx, ctx, rows, together, done).await?;
                continue;
            }
            for row in rows {
                self.write_some(tx, ctx, vec![row], together, done).await?;
            }
        }
        Ok(())
    }

    /// The rows of each record, each with its place in the file. One that cannot be read goes with the
    /// record before it.
    async fn groups(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        grouped: &Grouped,
        names: &mut Names,
    ) -> Result<Vec<Parts>> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut groups: Vec<Parts> = Vec::new();
        let mut last = None;
        for (number, mapped) in self.batch {
            let place = match key_of(grouped, mapped) {
                Some(key) => *places.entry(key).or_insert(groups.len()),
                None => last.unwrap_or(groups.len()),
            };
            last = Some(place);
            let body = match mapped {
                Ok(body) => names.resolve(tx, ctx, body).await?.map_err(Arc::new),
                Err(problem) => Err(problem.clone()),
            };
            if place == groups.len() {
                groups.push((values_of_key(grouped, mapped), Vec::new()));
            }
            groups[place].1.push((*number, body));
        }
        Ok(groups)
    }

    async fn write_some(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: Vec<Ready>,
        together: Together,
        done: &mut Stepped,
    ) -> Result<()> {
        let found = self.keys.matches(tx, ctx, &rows).await?;
        let (mut numbers, mut writes) = (Vec::new(), Vec::new());
        for (number, body) in rows {
            let ids = self.keys.of(&body).into_iter().find_map(|key| found.get(&key));
            match (
                ids.map(|ids| ids.iter().copied().collect::<Vec<_>>()),
                self.import.input.on_match,
            ) {
                (Some(ids), OnMatch::Skip) if !ids.is_empty() => {
                    done.tally.skipped += 1;
                    // Of several it is not known which one it is.
                    done.records.extend(ids.first().filter(|_| ids.len() == 1));
                }
                (Some(ids), OnMatch::Update) if ids.len() > 1 => {
                    done.failures.push((number, Arc::new(AMBIGUOUS.problem())));
                }
                (Some(ids), OnMatch::Update) if ids.len() == 1 => {
                    numbers.push(number);
                    writes.push(Row::Update(ids[0], body));
                }
                _ => {
                    numbers.push(number);
                    writes.push(Row::Create(body));
                }
            }
        }
        let on_duplicate = self.import.input.on_duplicate;
        let ctx = &Ctx { accept_duplicates: on_duplicate == OnDuplicate::Accept, ..ctx.clone() };
        let outcomes = self.table.write(tx, ctx, writes, together).await?;
        for (number, (outcome, id)) in numbers.into_iter().zip(outcomes) {
            let id = match outcome {
                Outcome::Created => {
                    done.tally.created += 1;
                    id
                }
                Outcome::Updated => {
                    done.tally.updated += 1;
                    id
                }
                Outcome::Unchanged => {
                    done.tally.skipped += 1;
                    id
                }
                Outcome::Failed(problem)
                    if on_duplicate == OnDuplicate::Skip && problem.is(&POSSIBLE_DUPLICATE) =>
                {
                    done.tally.skipped += 1;
                    only_match(&problem)
                }
                Outcome::Failed(problem) => {
                    done.failures.push((number, Arc::new(problem)));
                    None
                }
            };
            done.records.extend(id);
        }
        Ok(())
    }
}

/// The record that a row certainly is, if it is one of the same sort and no other.
fn only_match(problem: &Problem) -> Option<Uuid> {
    match problem.params().get("matches")?.as_array()?.as_slice() {
        [only] => only["id"].as_str()?.parse().ok(),
        _ => None,
    }
}

/// A row of a record that is made of several.
type Part = (u64, Result<Json, Arc<Problem>>);

/// All of them, behind what they have for its key.
type Parts = (Vec<Json>, Vec<Part>);

/// Makes a record of each group.
async fn write_groups(
    tx: &mut Tx,
    ctx: &Ctx,
    grouped: &Grouped,
    groups: Vec<Parts>,
    done: &mut Stepped,
) -> Result<()> {
    let mut numbers: Vec<Vec<u64>> = Vec::with_capacity(groups.len());
    let mut told: Vec<Group> = Vec::with_capacity(groups.len());
    for (key, parts) in groups {
        let (of, rows) = parts.into_iter().unzip();
        numbers.push(of);
        told.push(Group { key, rows });
    }
    let written = (grouped.write)(tx, ctx, told).await?;
    for (number, outcome) in numbers.into_iter().flatten().zip(written.into_iter().flatten()) {
        match outcome {
            Outcome::Created => done.tally.created += 1,
            Outcome::Updated => done.tally.updated += 1,
            Outcome::Unchanged => done.tally.skipped += 1,
            Outcome::Failed(problem) => done.failures.push((number, Arc::new(problem))),
        }
    }
    Ok(())
}

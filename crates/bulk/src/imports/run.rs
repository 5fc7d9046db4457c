//! The work of an import: rows in steps, each step one transaction.

use super::{
    Import, ImportInput, OnDuplicate, OnMatch,
    mapping::{Body, Plan},
    names::Names,
    reader::{Reader, key_of},
};
use crate::{
    Table,
    collection_channels::{self, Collected},
    jobs::{self, Job, Progress},
    problems::AMBIGUOUS,
    table::{self, Group, Grouped, Outcome, Row, Together},
    worker::Run,
};
use futures_util::future::join;
use guanxi_kernel::{
    Ctx, Problem, Result,
    phone::e164,
    problem::{INTERNAL, POSSIBLE_DUPLICATE},
};
use guanxi_storage::{
    Field, Kind, Tx,
    bulk::is_of_store,
    custom::{self, Fields},
    error::CONTENTION,
    resource::{self, named_by, named_by_custom},
};
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
type Ready = (u64, Json);

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
    let fields = custom.clone();
    let plan = Plan::new(table, &custom, &import.input, &layout.header, settings.currency)?;
    let file = run.worker.files.fetch(run.lease.tenant, id).await?;
    let mut tally = Tally::of(&job.state);
    let rows = guanxi_tabular::open(file.path(), &layout, &Limits::default())?;
    let mut rows = Reader::behind(tally.read, rows, &plan, table.grouped);
    let mut batch = rows.step();
    while !batch.is_empty() {
        let (import, fields, country) = (&import, &fields, &*settings.country);
        let step = Step { run, table, import, fields, country, batch: &batch, tally };
        // The rows of the next step are read while the store works on this one.
        let (done, following) = join(step.go(dry), async { rows.step() }).await;
        (tally, batch) = (done?, following);
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
    fields: &'a Fields,
    /// Of which phone numbers without a prefix are.
    country: &'a str,
    batch: &'a [Mapped],
    tally: Tally,
}

impl Step<'_> {
    /// Many rows at once; if they cannot be together, one by one.
    async fn go(&self, dry: bool) -> Result<Tally> {
        match self.try_go(dry, Together::Yes).await {
            Err(problem) if !is_of_store(&problem) || problem.is(&CONTENTION) => {
                self.try_go(dry, Together::No).await
            }
            done => done,
        }
    }

    async fn try_go(&self, dry: bool, together: Together) -> Result<Tally> {
        if dry {
            let found =
                self.run.rehearse(async |tx, ctx| self.write(tx, ctx, together).await).await?;
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
        let mut names = Names::default();
        names.foresee(tx, ctx, self.batch).await?;
        if let Some(grouped) = &self.table.grouped {
            let groups = self.groups(tx, ctx, grouped, &mut names).await?;
            write_groups(tx, ctx, grouped, groups, &mut done).await?;
            done.tally.failed += i64::try_from(done.failures.len()).unwrap_or(0);
            return Ok(done);
        }
        let mut ready: Vec<Ready> = Vec::new();
        for (number, body) in self.batch {
            match body {
                Ok(body) => match names.resolve(tx, ctx, body).await? {
                    Ok(body) => ready.push((*number, body)),
                    Err(problem) => done.failures.push((*number, Arc::new(problem))),
                },
                Err(problem) => done.failures.push((*number, problem.clone())),
            }
        }
        // Rows of one key in one file are one record, so the second waits for the first.
        let (first, again) = self.apart(ready);
        for (rows, together) in [(first, together), (again, Together::No)] {
            if together == Together::Yes {
                self.write_some(tx, ctx, rows, together, &mut done).await?;
                continue;
            }
            for row in rows {
                self.write_some(tx, ctx, vec![row], together, &mut done).await?;
            }
        }
        done.tally.failed += i64::try_from(done.failures.len()).unwrap_or(0);
        Ok(done)
    }

    /// The rows of each record, each with its place in the file. One that cannot be read goes with the
    /// record before it.
    async fn groups(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        grouped: &Grouped,
        names: &mut Names,
    ) -> Result<Vec<Vec<Part>>> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut groups: Vec<Vec<Part>> = Vec::new();
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
                groups.push(Vec::new());
            }
            groups[place].push((*number, body));
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
        let found = self.matches(tx, ctx, &rows).await?;
        let (mut numbers, mut writes) = (Vec::new(), Vec::new());
        for (number, body) in rows {
            let ids = self.keys(&body).into_iter().find_map(|key| found.get(&key));
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

    /// The rows whose keys no row before them has, and the others.
    fn apart(&self, rows: Vec<Ready>) -> (Vec<Ready>, Vec<Ready>) {
        let mut seen = BTreeSet::new();
        rows.into_iter().partition(|(_, body)| {
            let keys = self.keys(body);
            let new = keys.iter().all(|key| !seen.contains(key));
            seen.extend(keys);
            new
        })
    }

    /// The keys of a row: each field to match on, with each value that the row has for it.
    fn keys(&self, body: &Json) -> Vec<(String, String)> {
        let mut keys = Vec::new();
        for name in &self.import.input.match_on {
            let name: &str = name;
            if let Some(field) = self.fields.by_path(name) {
                let terms = field.terms_of(&body["custom"][&field.name]);
                keys.extend(terms.into_iter().map(|term| (name.to_owned(), term)));
                continue;
            }
            let Some(field) = key_field(self.table.kind, name) else { continue };
            let value = &body[field.name];
            let texts = match (field.terms, value) {
                (Some(index), Json::Array(entries)) => {
                    let text = |entry: &Json| {
                        if let Some(number) = entry["number"].as_str() {
                            // As it is kept, however the file writes it.
                            return (index.term)(&e164(number, self.country)?);
                        }
                        let plain = ["address", "id"].iter().find_map(|m| entry[*m].as_str());
                        let plain = plain.or(entry.as_str())?;
                        let plain = match entry["source"].as_str() {
                            Some(source) => format!("{source}:{plain}"),
                            None => plain.to_owned(),
                        };
                        (index.term)(&plain)
                    };
                    entries.iter().filter_map(text).collect()
                }
                (None, Json::String(text)) => vec![text.clone()],
                _ => Vec::new(),
            };
            keys.extend(texts.into_iter().map(|text| (name.to_owned(), text)));
        }
        keys
    }

    /// The records that the keys of the rows name, as far as the caller may see them.
    async fn matches(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        rows: &[Ready],
    ) -> Result<BTreeMap<(String, String), BTreeSet<Uuid>>> {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (name, text) in rows.iter().flat_map(|(_, body)| self.keys(body)) {
            wanted.entry(name).or_default().insert(text);
        }
        let mut found: BTreeMap<(String, String), BTreeSet<Uuid>> = BTreeMap::new();
        for (name, texts) in wanted {
            let kind = self.table.kind;
            let known = match (self.fields.by_path(&name), key_field(kind, &name)) {
                (Some(field), _) => named_by_custom(tx, ctx, kind, field, &texts).await?,
                (None, Some(field)) => named_by(tx, ctx, kind, field, &texts).await?,
                (None, None) => continue,
            };
            for (id, text) in known {
                found.entry((name.clone(), text)).or_default().insert(id);
            }
        }
        Ok(found)
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

/// Makes a record of each group.
async fn write_groups(
    tx: &mut Tx,
    ctx: &Ctx,
    grouped: &Grouped,
    groups: Vec<Vec<Part>>,
    done: &mut Stepped,
) -> Result<()> {
    let (numbers, groups): (Vec<Vec<u64>>, Vec<Group>) =
        groups.into_iter().map(|group| group.into_iter().unzip()).unzip();
    let written = (grouped.write)(tx, ctx, groups).await?;
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

/// The field that a key names: by its name, or by the parameter of its list.
fn key_field(kind: &'static Kind, name: &str) -> Option<&'static Field> {
    let by_parameter = |field: &&Field| field.terms.is_some_and(|index| index.parameter == name);
    kind.field(name).or_else(|| kind.shape.fields.iter().find(by_parameter))
}

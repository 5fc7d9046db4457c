//! `guanxi import FILE --as parties|contacts`: a CSV file, row by row, through the same rules as the API.

use crate::{Outcome, commands, config::Config};
use clap::{Args, ValueEnum};
use guanxi_customers::{contacts::Contact, parties::Party};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Clock, Ctx, Problem, Result, input, scalar::Type};
use guanxi_storage::{Db, Field, Resource, Tx, resource, sql};
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, fs::File, path::PathBuf, process::ExitCode, time::Instant};
use uuid::Uuid;

/// Rows that are kept together: one sync of the disk for all of them.
const BATCH: usize = 250;

/// Rows whose refusal is printed; the others are counted.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The CSV file, in UTF-8, with a header line.
    file: PathBuf,
    /// What its rows are.
    #[arg(long = "as")]
    kind: ImportKind,
    /// COLUMN=FIELD, or COLUMN=- to leave the column out. A column with the name or the label of a
    /// field needs none.
    #[arg(long)]
    map: Vec<String>,
    /// FIELD=VALUE for every row, e.g. `--set roles=prospect`.
    #[arg(long)]
    set: Vec<String>,
    /// The user in whose name the records are made.
    #[arg(long)]
    user: String,
    /// The tenant.
    #[arg(long, default_value = bootstrap::MAIN)]
    tenant: String,
    /// Check every row and keep nothing.
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ImportKind {
    Parties,
    Contacts,
}

/// How an import went.
#[derive(Debug, Default)]
struct Tally {
    made: u64,
    refused: Vec<(u64, Problem)>,
}

pub(crate) async fn import(config: &Config, arguments: ImportArguments) -> Outcome<ExitCode> {
    let started = Instant::now();
    let db = commands::open(config).await?;
    let ctx = commands::acting_as(&db, &Clock::System, &arguments.tenant, &arguments.user).await?;
    let tally = match arguments.kind {
        ImportKind::Parties => rows_as::<Party>(&db, &ctx, &arguments).await?,
        ImportKind::Contacts => rows_as::<Contact>(&db, &ctx, &arguments).await?,
    };
    db.close().await;
    report(&tally, &arguments, started)
}

fn report(tally: &Tally, arguments: &ImportArguments, started: Instant) -> Outcome<ExitCode> {
    let mut text = String::new();
    for (line, problem) in tally.refused.iter().take(SHOWN) {
        text = format!("{text}line {line}: {problem}\n");
    }
    if tally.refused.len() > SHOWN {
        text = format!("{text}… and {} more\n", tally.refused.len() - SHOWN);
    }
    let verb = if arguments.dry_run { "would be made" } else { "made" };
    let seconds = started.elapsed().as_secs_f64();
    commands::print(&format!(
        "{text}{} {verb}, {} refused, {seconds:.1} s\n",
        tally.made,
        tally.refused.len()
    ))?;
    Ok(if tally.refused.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

async fn rows_as<R: Resource>(db: &Db, ctx: &Ctx, arguments: &ImportArguments) -> Outcome<Tally> {
    let file = File::open(&arguments.file)
        .map_err(|error| format!("{}: {error}", arguments.file.display()))?;
    let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(file);
    let plan = Plan::new::<R>(reader.headers()?, &arguments.map, &arguments.set)?;
    let records = reader.records().collect::<Result<Vec<_>, _>>()?;
    let bar = commands::progress(records.len() as u64, R::kind().plural);
    let mut tally = Tally::default();
    for batch in records.chunks(BATCH) {
        run_batch::<R>(db, ctx, &plan, batch, arguments.dry_run, &mut tally).await?;
        bar.inc(batch.len() as u64);
    }
    bar.finish_and_clear();
    Ok(tally)
}

/// Makes the records of a batch in one transaction; a refused row writes nothing and stops nothing.
async fn run_batch<R: Resource>(
    db: &Db,
    ctx: &Ctx,
    plan: &Plan,
    batch: &[csv::StringRecord],
    dry_run: bool,
    tally: &mut Tally,
) -> Outcome {
    let ctx = &Ctx { now: Clock::System.now(), ..ctx.clone() };
    let work = async |tx: &mut Tx| {
        let mut refused = Vec::new();
        for row in batch {
            match make::<R>(tx, ctx, plan, row).await {
                Ok(()) => {}
                // A refusal of the store itself ends the transaction; nothing of it is kept.
                Err(problem) if guanxi_storage::error::PROBLEMS.contains(&problem.code()) => {
                    return Err(problem);
                }
                Err(problem) => refused.push((line_of(row), problem)),
            }
        }
        Ok(refused)
    };
    let refused = if dry_run {
        db.rehearse(ctx.tenant, work).await?
    } else {
        db.write(ctx.tenant, work).await?
    };
    tally.made += (batch.len() - refused.len()) as u64;
    tally.refused.extend(refused);
    Ok(())
}

/// The line of the file on which the row begins: a quoted cell may hold several.
fn line_of(row: &csv::StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

async fn make<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    plan: &Plan,
    row: &csv::StringRecord,
) -> Result<()> {
    let mut input = plan.read(row);
    if let Some(Json::String(party)) = input.remove(PARTY) {
        input.insert("party_id".to_owned(), json!(find_party(tx, &party).await?));
    }
    let input: R::Input = input::read(Json::Object(input))?;
    resource::create::<R>(tx, ctx, input).await.map(drop)
}

/// The column that names the party of a contact by its code or its name.
const PARTY: &str = "party";

async fn find_party(tx: &mut Tx, name: &str) -> Result<Option<Uuid>> {
    let by_code = sql!(
        "SELECT id FROM parties WHERE tenant_id = $1 AND code = $2 AND deleted_at IS NULL",
        name
    );
    if let Some((id,)) = tx.optional::<(Uuid,)>(by_code).await? {
        return Ok(Some(id));
    }
    let by_name = sql!(
        "SELECT id FROM parties WHERE tenant_id = $1 AND name_folded = $2 AND name = $3 AND deleted_at IS NULL
         ORDER BY created_at, id LIMIT 1",
        guanxi_kernel::text::sort_key(name),
        name
    );
    Ok(tx.optional::<(Uuid,)>(by_name).await?.map(|(id,)| id))
}

/// Which column goes where.
struct Plan {
    columns: Vec<Option<Place>>,
    fixed: BTreeMap<String, (Place, String)>,
}

#[derive(Clone)]
struct Place {
    name: String,
    kind: Type,
    /// Entries of a list of objects are made with their value under this member; which kind of
    /// number or address it is, a cell does not say.
    entry: Option<&'static str>,
    list: bool,
}

impl Plan {
    fn new<R: Resource>(
        header: &csv::StringRecord,
        maps: &[String],
        sets: &[String],
    ) -> Outcome<Self> {
        let mut fields = Vec::new();
        <R::Input as guanxi_storage::Record>::fields(&mut fields);
        let pairs = |texts: &[String]| -> Outcome<BTreeMap<String, String>> {
            let split =
                |text: &String| text.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
            let split: Option<_> = texts.iter().map(split).collect();
            split.ok_or_else(|| "--map and --set take NAME=VALUE".into())
        };
        let (maps, sets) = (pairs(maps)?, pairs(sets)?);
        let mut columns = Vec::new();
        for column in header {
            let wanted = maps.get(column).map_or(column, String::as_str);
            let place = if wanted == "-" {
                None
            } else {
                Some(place(&fields, wanted).ok_or_else(|| unknown(column, &fields))?)
            };
            columns.push(place);
        }
        let fixed = sets.into_iter().map(|(name, value)| {
            let place = place(&fields, &name).ok_or_else(|| unknown(&name, &fields))?;
            Ok((name, (place, value)))
        });
        Ok(Self { columns, fixed: fixed.collect::<Outcome<_>>()? })
    }

    fn read(&self, row: &csv::StringRecord) -> Map<String, Json> {
        let mut input = Map::new();
        for (place, value) in self.fixed.values() {
            place.put(&mut input, value);
        }
        for (place, cell) in self.columns.iter().zip(row) {
            if let Some(place) = place {
                place.put(&mut input, cell.trim());
            }
        }
        input
    }
}

impl Place {
    fn put(&self, input: &mut Map<String, Json>, cell: &str) {
        if cell.is_empty() {
            return;
        }
        if !self.list {
            input.insert(self.name.clone(), self.scalar(cell));
            return;
        }
        let entries = input.entry(self.name.clone()).or_insert_with(|| json!([]));
        for part in cell.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let entry = self
                .entry
                .map_or_else(|| json!(part), |member| json!({ "kind": "other", member: part }));
            if let Json::Array(entries) = entries {
                entries.push(entry);
            }
        }
    }

    /// Numbers and truth values as such; what is none stays text, and the rules say what is wrong.
    fn scalar(&self, cell: &str) -> Json {
        match self.kind {
            Type::Integer => {
                cell.parse::<i64>().map_or_else(|_| json!(cell), |number| json!(number))
            }
            Type::Boolean => {
                cell.parse::<bool>().map_or_else(|_| json!(cell), |truth| json!(truth))
            }
            // `1234.50 CNY`
            Type::Money => cell.split_once(' ').map_or_else(
                || json!(cell),
                |(amount, currency)| json!({ "amount": amount, "currency": currency }),
            ),
            _ => json!(cell),
        }
    }
}

/// The field that a column names: by its name, its label, or the singular of a list.
fn place(fields: &[Field], wanted: &str) -> Option<Place> {
    if wanted == PARTY {
        return Some(Place { name: PARTY.to_owned(), kind: Type::Text, entry: None, list: false });
    }
    let named = |field: &&Field| {
        field.name == wanted
            || field.zh == wanted
            || field.terms.is_some_and(|index| index.parameter == wanted)
    };
    let field = fields.iter().find(named)?;
    let entry = match field.name {
        "phones" => Some("number"),
        "emails" => Some("address"),
        _ => None,
    };
    Some(Place {
        name: field.name.to_owned(),
        kind: field.kind,
        entry,
        list: matches!(field.kind, Type::Json),
    })
}

fn unknown(column: &str, fields: &[Field]) -> Box<dyn std::error::Error + Send + Sync> {
    let known: Vec<&str> = fields.iter().map(|field| field.name).collect();
    format!("column {column:?} is no field; use --map {column}=FIELD, or --map {column}=- to leave it out. Fields: {}", known.join(", ")).into()
}

//! `guanxi import FILE --as parties`: the same import as over the API, from the command line.

use crate::{Outcome, commands, config::Config};
use clap::Args;
use guanxi_bulk::{
    Files, Worker,
    imports::{self, Import, ImportInput, Mapping, Upload},
    jobs::{self, Finding, Job, JobId, JobStatus},
    table,
};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Clock, Ctx, Line, Problem};
use guanxi_storage::{
    Db, Tx,
    custom::{self, Definitions},
    resource,
};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

/// Rows whose refusal is printed; the others are counted.
const SHOWN: i64 = 20;

/// How often the progress is looked at.
const GLANCE: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The file: CSV, XLSX or NDJSON; its format and encoding are told from its content.
    file: PathBuf,
    /// What its rows are, e.g. parties.
    #[arg(long = "as", value_parser = resource_of_rows)]
    resource: String,
    /// COLUMN=FIELD, or COLUMN=- to leave the column out. A column with the name or the label of a
    /// field needs none.
    #[arg(long)]
    map: Vec<String>,
    /// FIELD=VALUE for every row that has none, e.g. `--set roles=prospect`.
    #[arg(long)]
    set: Vec<String>,
    /// The user in whose name and with whose rights the records are made.
    #[arg(long)]
    user: String,
    /// The tenant.
    #[arg(long, default_value = bootstrap::MAIN)]
    tenant: String,
    /// Check every row and keep nothing.
    #[arg(long)]
    dry_run: bool,
}

/// A resource that rows can become.
fn resource_of_rows(name: &str) -> Result<String, String> {
    guanxi_http::register();
    let known: Vec<&str> = table::imported().map(|table| table.kind.plural).collect();
    match known.contains(&name) {
        true => Ok(name.to_owned()),
        false => Err(format!("expected one of: {}", known.join(", "))),
    }
}

pub(crate) async fn import(config: &Config, arguments: ImportArguments) -> Outcome<ExitCode> {
    let started = Instant::now();
    let db = commands::open_with_keys(config).await?;
    let ctx = commands::acting_as(&db, &Clock::System, &arguments.tenant, &arguments.user).await?;
    let files = Files::in_folder(&config.files.folder)
        .map_err(|error| format!("{}: {error}", config.files.folder.display()))?;
    let fields = db.read(ctx.tenant, async |tx| custom::definitions(tx).await).await?;
    let import = prepare(&ctx, &fields, &arguments)?;
    let job = work(&db, &ctx, files, &import, &arguments.file, arguments.dry_run).await?;
    let refused = async |tx: &mut Tx| jobs::findings(tx, &ctx, job.meta.id, i64::MIN, SHOWN).await;
    let refused = db.read(ctx.tenant, refused).await?;
    db.close().await;
    report(&job, &refused, &arguments, started)
}

/// Keeps the file of an import and does its job to the end.
pub(crate) async fn work(
    db: &Db,
    ctx: &Ctx,
    files: Files,
    import: &Import,
    file: &Path,
    dry_run: bool,
) -> Outcome<Job> {
    files.keep(ctx.tenant, import.meta.id.uuid(), File::open(file)?).await?;
    let asked = async |tx: &mut Tx| {
        let import = imports::create(tx, ctx, import.clone()).await?.record.meta.id;
        imports::start(tx, ctx, import, dry_run).await
    };
    let job = match db.write(ctx.tenant, asked).await {
        Ok(job) => job.record,
        Err(problem) => {
            files.forget(ctx.tenant, import.meta.id.uuid()).await;
            return Err(problem.into());
        }
    };
    let worker = Worker::new(db.clone(), files, Clock::System);
    finished(db, ctx, &worker, &job).await
}

/// The import that a file suggests by its columns.
pub(crate) fn examine(
    ctx: &Ctx,
    custom: &Definitions,
    resource: &str,
    file: &Path,
) -> Outcome<Import> {
    let unreadable = |error: io::Error| format!("{}: {error}", file.display());
    let (size, sha256) = digest(file).map_err(unreadable)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let file_name = name.as_deref().unwrap_or("file");
    let upload = Upload { resource, file_name, path: file, size, sha256: &sha256, custom };
    Ok(upload.examine(ctx)?)
}

/// The import with the mapping that its columns and the arguments give it.
fn prepare(ctx: &Ctx, custom: &Definitions, arguments: &ImportArguments) -> Outcome<Import> {
    let mut import = examine(ctx, custom, &arguments.resource, &arguments.file)?;
    let (maps, sets) = (pairs(&arguments.map)?, pairs(&arguments.set)?);
    for (column, field) in &maps {
        let wanted = (field != "-").then(|| Line::new(field)).transpose();
        let wanted = wanted.map_err(|_| format!("{field:?} is no field"))?;
        map(&mut import.input, column, wanted)?;
    }
    let lost =
        import.input.mapping.iter().find(|mapping| {
            mapping.field.is_none() && !maps.contains_key(&*mapping.column as &str)
        });
    if let Some(Mapping { column, .. }) = lost {
        let column: &str = column;
        return Err(format!("column {column:?} is no field; use --map {column}=FIELD, or --map {column}=- to leave it out").into());
    }
    import.input.defaults = sets.into_iter().map(|(field, value)| (field, json!(value))).collect();
    Ok(import)
}

/// The size of a file and its SHA-256 in hex.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut digest) = (File::open(path)?, Sha256::new());
    let (mut size, mut part) = (0, vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut part)?;
        if read == 0 {
            break;
        }
        size += read as u64;
        digest.update(&part[..read]);
    }
    Ok((size, guanxi_bulk::files::hex(&digest.finalize())))
}

fn map(input: &mut ImportInput, column: &str, field: Option<Line<100>>) -> Outcome {
    let mapping = input.mapping.iter_mut().find(|mapping| &*mapping.column as &str == column);
    mapping.ok_or_else(|| format!("the file has no column {column:?}"))?.field = field;
    Ok(())
}

fn pairs(texts: &[String]) -> Outcome<BTreeMap<String, String>> {
    let split = |text: &String| text.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let split: Option<_> = texts.iter().map(split).collect();
    split.ok_or_else(|| "--map and --set take NAME=VALUE".into())
}

/// Does the job here, unless a server takes it first; and waits for its end.
async fn finished(db: &Db, ctx: &Ctx, worker: &Worker, job: &Job) -> Outcome<Job> {
    let bar = commands::progress(job.total.unwrap_or(0).unsigned_abs(), "rows");
    let id: JobId = job.meta.id;
    let look = async || {
        let load = async |tx: &mut Tx| resource::load::<Job>(tx, ctx, id.uuid()).await;
        db.read(ctx.tenant, load).await
    };
    let work = async {
        loop {
            if !worker.work().await? {
                tokio::time::sleep(GLANCE).await;
            }
        }
    };
    let watch = async {
        loop {
            let job = look().await?;
            bar.set_position(job.done.unsigned_abs());
            if job.finished_at.is_some() {
                return Ok::<Job, Problem>(job);
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    let job = tokio::select! {
        job = watch => job,
        failed = work => failed,
    };
    bar.finish_and_clear();
    Ok(job?)
}

fn report(
    job: &Job,
    refused: &[Finding],
    arguments: &ImportArguments,
    started: Instant,
) -> Outcome<ExitCode> {
    let count = |name: &str| job.result[name].as_i64().unwrap_or(0);
    let mut text = String::new();
    for finding in refused {
        let problem = &finding.problem;
        let places = problem["errors"].as_array().into_iter().flatten().map(|error| {
            let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
            format!(" [{}: {}]", text("pointer"), text("detail"))
        });
        let places: String = places.collect();
        let code = problem["code"].as_str().unwrap_or_default();
        text = format!("{text}row {}: {code}{places}\n", finding.row);
    }
    let more = count("failed") - i64::try_from(refused.len()).unwrap_or(0);
    if more > 0 {
        text = format!("{text}… and {more} more\n");
    }
    if job.status != JobStatus::Succeeded {
        let why = job.problem.as_ref().and_then(|problem| problem["detail"].as_str());
        return Err(
            format!("{text}job {}: {}", job.meta.id, why.unwrap_or("it was stopped")).into()
        );
    }
    let verb = if arguments.dry_run { "would be made" } else { "made" };
    let seconds = started.elapsed().as_secs_f64();
    commands::print(&format!(
        "{text}{} {verb}, {} refused, {seconds:.1} s, job {}\n",
        count("created"),
        count("failed"),
        job.meta.id
    ))?;
    Ok(if count("failed") == 0 { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

//! `make bench`: how fast a release build answers, on both stores, and how fast it could.
//!
//! For each store in turn: a fresh one is filled through `guanxi import`, `guanxi serve` runs as a
//! process of its own, and a closed loop of keep-alive connections asks for one operation after the
//! other. Beside each figure stand two ceilings that were measured in the same run: the same bytes
//! answered from memory by the same web server, and the same statements run on the store without
//! any HTTP. What was aimed at is told in a table of its own, and what was missed in its last line.
//!
//! The exit code is 1 when the run failed, a request was answered with an error or a ceiling is not
//! comparable; with `--strict` also when an aim or a bound was missed or could not be measured.
//!
//! | module | does |
//! | --- | --- |
//! | [`data`] | the records that the store is filled with, the same in every run |
//! | [`operations`] | what is asked for, as requests |
//! | [`client`] | HTTP/1.1 by hand, so that asking costs little |
//! | [`bulk`] | work on many records as jobs, and single questions undisturbed |
//! | [`sales`] | opportunities: import, reports, hand-over |
//! | [`targets`], [`prospects`] | a target that is divided; leads on the table of a month |
//! | [`marketing`] | touches, segments, source codes and a tree |
//! | [`customers`] | orders and their report, a contract, reminders of assets, changes |
//! | [`large`], [`copies`] | instead of all that, PostgreSQL with a million customers |
//! | [`survival`] | persons in one job whose server is killed, and all of it undone |
//! | [`load`] | the closed loop and its figures |
//! | [`program`] | `guanxi` as a process: serve, import |
//! | [`memory`] | ceiling a: answers from memory |
//! | [`statements`], [`talk`] | ceiling b: the statements alone |
//! | [`ceilings`] | what `pgbench` and SQLite reach with one statement |
//! | [`reports`] | reports against their own statements |
//! | [`variants`] | more connections, narrower rights, and the start of a server |
//! | [`aims`] | figures beside what they are held against |
//! | [`rehearsal`] | each operation beforehand, to capture its answer and to hold ceiling b against the program |
//! | [`profile`] | where the processor's time goes |
//! | [`process`], [`store`], [`machine`] | processes and what they use; fresh stores; the machine |
//! | [`report`] | the tables and `report.json` |

#![expect(clippy::print_stdout, reason = "a program for people")]

mod aims;
mod bulk;
mod ceilings;
mod client;
mod copies;
mod customers;
mod data;
mod large;
mod load;
mod machine;
mod marketing;
mod memory;
mod operations;
mod process;
mod profile;
mod program;
mod prospects;
mod rehearsal;
mod report;
mod reports;
mod run;
mod sales;
mod statements;
mod store;
mod survival;
mod talk;
mod targets;
mod variants;

use clap::{Parser, Subcommand};
use machine::Folders;
use std::{error::Error, num::NonZero, path::PathBuf, process::ExitCode, time::Duration};
use store::Engine;
use tokio::signal::unix::{SignalKind, signal};

/// That of the program, so that a ceiling is not lower by another one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What everything here answers.
type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures the program on both stores.
#[derive(Debug, Parser)]
struct Arguments {
    /// Parties in the store: 100,000 by itself, a million with --large.
    #[arg(long, value_parser = clap::value_parser!(u64).range(100..=10_000_000))]
    rows: Option<u64>,
    /// How many times as many opportunities PostgreSQL gets by copying what was imported, but for those
    /// of the one who leaves. A report that cannot answer for so many in time ends the run.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=100))]
    times: u64,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Few rows and little time: whether it works, not how fast it is.
    #[arg(long, conflicts_with_all = ["rows", "seconds", "times"])]
    quick: bool,
    /// PostgreSQL alone at full size, with five purchases and an asset of each party: what such a company
    /// asks for and waits for.
    #[arg(long, conflicts_with_all = ["times", "seconds", "only"])]
    large: bool,
    /// Exit code 1 also where an aim or a bound was missed or not measured; these are told in any case.
    #[arg(long)]
    strict: bool,
    /// One store instead of both.
    #[arg(long, value_enum)]
    only: Option<Engine>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answers every request with the answer in FILE.
    #[command(hide = true)]
    Answer { file: PathBuf, port: u16, workers: usize },
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Plan {
    rows: u64,
    times: u64,
    time: Duration,
    workers: usize,
    large: bool,
}

impl Plan {
    fn new(arguments: &Arguments) -> Self {
        let Arguments { rows, times, seconds, quick, large, .. } = *arguments;
        let (rows, times, seconds) = match (quick, large) {
            (true, false) => (5_000, 2, 2),
            (true, true) => (20_000, 1, 2),
            (false, large) => {
                (rows.unwrap_or(if large { 1_000_000 } else { 100_000 }), times, seconds)
            }
        };
        let workers = std::thread::available_parallelism().map_or(2, NonZero::get);
        Self { rows, times, time: Duration::from_secs(seconds), workers, large }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.command {
        Some(Command::Answer { file, port, workers }) => {
            memory::answer(file, *port, *workers).map(|()| true)
        }
        None => bench(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The whole run; whether all went well.
fn bench(arguments: &Arguments) -> Outcome<bool> {
    // One thread asks: threads that steal work from each other would take time from what is measured.
    let asking = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let plan = Plan::new(arguments);
    // Ceiling b has as many threads as the server has.
    let working = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(plan.workers)
        .enable_all()
        .build()?;
    asking.block_on(on_stores(arguments, plan, working.handle()))
}

async fn on_stores(
    arguments: &Arguments,
    plan: Plan,
    working: &tokio::runtime::Handle,
) -> Outcome<bool> {
    let folders = Folders::find()?;
    if cfg!(debug_assertions) {
        println!("This is a debug build: its figures say nothing. Use make bench.");
    }
    program::build().await?;
    let perf = profile::Perf::find(&folders.results).await;
    let mut report = report::Report::new(plan, &folders, &perf);
    println!("{report}");
    let only = arguments.only.or(plan.large.then_some(Engine::Postgres));
    for engine in Engine::BOTH.into_iter().filter(|engine| only.is_none_or(|only| only == *engine))
    {
        let Some(store) = store::Store::fresh(engine, &folders.results).await? else { continue };
        let bench = run::Bench { plan, folders: &folders, perf: &perf, store: &store, working };
        let done = tokio::select! {
            done = measure(bench, &mut report) => done,
            () = stopped() => Err("stopped by a signal".into()),
        };
        store.remove().await?;
        println!("\n{}", done?);
    }
    let file = folders.results.join("report.json");
    std::fs::write(&file, serde_json::to_vec_pretty(&report)?)?;
    println!("The same as JSON: {}", file.display());
    Ok(report.is_good() && (report.is_fast() || !arguments.strict))
}

/// Measures a store and adds what was found to the report; the same as a text.
async fn measure(bench: run::Bench<'_>, report: &mut report::Report) -> Outcome<String> {
    if bench.plan.large {
        let found = large::run(bench).await?;
        return Ok(report.large.insert(found).to_string());
    }
    let found = bench.run().await?;
    let told = found.to_string();
    report.stores.push(found);
    Ok(told)
}

/// Waits for Ctrl-C or for being told to end.
async fn stopped() {
    match (signal(SignalKind::interrupt()), signal(SignalKind::terminate())) {
        (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        },
        // Then a signal ends the program at once, as it does without this.
        _ => std::future::pending().await,
    }
}

//! `make soak`: the experiments of `tests/api/program/experiments.rs` for as long as one likes, with a
//! release build, and two controls in which a ledger has to find losses. Exit code 1 if anything was
//! lost, doubled or answered with 500, or if a control has found nothing.

#![expect(clippy::print_stdout, reason = "a program for people")]

mod controls;

use clap::{Parser, ValueEnum};
use guanxi_tests::{
    cluster::{Cluster, Mode},
    experiments::{Blow, Disk, Finding, Load, ending_server, full_disk, restarting_store, steady},
    installation::Installation,
    ledger::COLUMNS,
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};
use tempfile::TempDir;

/// Breaks things under load and looks for what was lost.
#[derive(Debug, Parser)]
struct Arguments {
    /// Seconds of each experiment.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u64).range(5..=86_400))]
    seconds: u64,
    /// Clients that write at the same time.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    clients: u16,
    /// Milliseconds between two faults.
    #[arg(long, default_value_t = 1_500, value_parser = clap::value_parser!(u64).range(200..=600_000))]
    pause: u64,
    /// Only these; may be repeated.
    #[arg(long, value_enum)]
    only: Vec<Experiment>,
    /// The program; the one beside this one otherwise.
    #[arg(long)]
    program: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Experiment {
    /// The server is killed (E1, E2).
    Kill,
    /// The server is asked to stop (E16).
    Stop,
    /// PostgreSQL crashes and restarts (E3, E4).
    Restart,
    /// The disk is full for a while (E6).
    Full,
    /// Nothing breaks: what the server takes for itself (E22).
    Steady,
    /// What a ledger has to find.
    Controls,
}

/// What was found so far.
struct Table {
    good: bool,
}

impl Table {
    /// A line, and whether it is as it should be.
    fn line(&mut self, name: &str, finding: &Finding) {
        let good = finding.balance.is_even() && finding.balance.failures() == 0;
        self.good &= good;
        let Finding { faults, longest, balance } = finding;
        let verdict = if good { "good" } else { "BAD" };
        let longest = longest.as_secs_f64();
        println!("{name:<28} {verdict:<5} {faults:>6} {longest:>8.2} {balance}");
    }

    fn control(&mut self, name: &str, lost: usize, acknowledged: usize) {
        let good = lost > 0;
        self.good &= good;
        let verdict = if good { "found" } else { "BLIND" };
        println!("{name:<28} {verdict:<5} lost {lost} of {acknowledged}, as it must");
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let good = runtime.expect("a runtime").block_on(run(&arguments));
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn run(arguments: &Arguments) -> bool {
    let beside = || std::env::current_exe().expect("this program").with_file_name("guanxi");
    let program = arguments.program.clone().unwrap_or_else(beside);
    let load = Load {
        clients: arguments.clients.into(),
        time: Duration::from_secs(arguments.seconds),
        pause: Duration::from_millis(arguments.pause),
    };
    let wanted = |experiment| arguments.only.is_empty() || arguments.only.contains(&experiment);
    println!("{:<28} {:<5} {:>6} {:>8} {COLUMNS}", "experiment", "", "faults", "longest");
    let mut table = Table { good: true };
    on_sqlite(&program, load, &wanted, &mut table).await;
    match Cluster::start().await {
        Some(cluster) => on_postgres(&program, &cluster, load, &wanted, &mut table).await,
        None => println!("PostgreSQL was skipped."),
    }
    if wanted(Experiment::Full) {
        match Disk::mount(256) {
            Some(disk) => full(&program, &disk, load, &mut table).await,
            None => println!("The full disk was skipped: a small one cannot be mounted here."),
        }
    }
    if wanted(Experiment::Controls) {
        let (acknowledged, stored) = controls::an_unwatched_pool().await;
        table.control("control: unwatched pool", acknowledged - stored, acknowledged);
    }
    table.good
}

async fn on_sqlite(
    program: &Path,
    load: Load,
    wanted: &impl Fn(Experiment) -> bool,
    table: &mut Table,
) {
    let fresh = || {
        let folder = TempDir::new().expect("a folder");
        (Installation::new(program, folder.path(), None), folder)
    };
    for (experiment, name, blow) in
        [(Experiment::Kill, "kill", Blow::Kill), (Experiment::Stop, "stop", Blow::Stop)]
    {
        if wanted(experiment) {
            let (installation, _folder) = fresh();
            let finding = ending_server(&installation, blow, load).await;
            installation.run(&["verify"]);
            table.line(&format!("{name}, SQLite"), &finding);
        }
    }
    if wanted(Experiment::Steady) {
        let (installation, _folder) = fresh();
        still(&installation, "steady, SQLite", load, table).await;
    }
}

async fn on_postgres(
    program: &Path,
    cluster: &Cluster,
    load: Load,
    wanted: &impl Fn(Experiment) -> bool,
    table: &mut Table,
) {
    let fresh = async |name: &str| {
        let folder = TempDir::new().expect("a folder");
        let url = cluster.database(name).await;
        (Installation::new(program, folder.path(), Some(&url)), folder)
    };
    for (experiment, name, blow) in
        [(Experiment::Kill, "kill", Blow::Kill), (Experiment::Stop, "stop", Blow::Stop)]
    {
        if wanted(experiment) {
            let (installation, _folder) = fresh(name).await;
            let finding = ending_server(&installation, blow, load).await;
            installation.run(&["verify"]);
            table.line(&format!("{name}, PostgreSQL"), &finding);
        }
    }
    if wanted(Experiment::Steady) {
        let (installation, _folder) = fresh("steady").await;
        still(&installation, "steady, PostgreSQL", load, table).await;
    }
    // A server takes its time to shut down and to recover.
    let load = Load { pause: load.pause.max(Duration::from_secs(2)), ..load };
    if wanted(Experiment::Restart) {
        for (name, mode) in [("crash", Mode::Immediate), ("restart", Mode::Fast)] {
            let (installation, _folder) = fresh(name).await;
            let finding = restarting_store(&installation, cluster, mode, load).await;
            installation.run(&["verify"]);
            table.line(&format!("{name} of PostgreSQL"), &finding);
        }
    }
    if wanted(Experiment::Controls) {
        // The last one on this server, which forgets from now on.
        let (installation, _folder) = fresh("forgetful").await;
        cluster.forgetful().await;
        let short = Load { time: load.time.min(Duration::from_secs(20)), ..load };
        let finding = restarting_store(&installation, cluster, Mode::Immediate, short).await;
        let balance = finding.balance;
        table.control("control: forgetful server", balance.lost, balance.acknowledged);
    }
}

async fn still(installation: &Installation, name: &str, load: Load, table: &mut Table) {
    let (finding, before, after) = steady(installation, load).await;
    table.line(name, &finding);
    println!(
        "{:<28}       memory {} → {} KiB, open files {} → {}",
        "", before.memory, after.memory, before.files, after.files
    );
}

async fn full(program: &Path, disk: &Disk, load: Load, table: &mut Table) {
    let load = Load { pause: load.time / 3, ..load };
    let found = full_disk(program, disk, load).await;
    let finding = Finding { faults: 1, longest: Duration::ZERO, balance: found.balance };
    table.line("full disk, SQLite", &finding);
    let heals = found.full > 0 && found.read == Some(200) && found.after > 0;
    table.good &= heals;
    println!(
        "{:<28} {:<5} {} × 507, a read meanwhile: {:?}, writes afterwards: {}",
        "",
        if heals { "good" } else { "BAD" },
        found.full,
        found.read,
        found.after
    );
}

//! `make soak`: the experiments of `tests/api/program/experiments.rs` for as long as one likes, with a
//! release build, one that needs Patroni, and controls in which a ledger has to find losses. Exit code 1
//! if anything was lost, doubled or answered with 5xx other than 503 and 507, if nobody could write for too
//! long, or if a control has found nothing.

#![expect(clippy::print_stdout, reason = "a program for people")]

mod controls;

use clap::{Parser, ValueEnum};
use guanxi_tests::{
    cluster::{Cluster, Mode},
    experiments::{
        Blow, Disk, Finding, Load, ended_connections, ending_server, failing_over, full_disk,
        paused_server, replacing_primary, restarting_store, silent_connections, steady,
    },
    installation::Installation,
    ledger::COLUMNS,
    pair::{Pair, Replication},
    patroni::{End, Patroni},
    telling::{turned_clock, webhooks},
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
    /// The primary dies and its standby takes over, without and with what a ledger has to find (E5).
    Failover,
    /// The same by Patroni behind haproxy, as crates/server/deploy says (E5).
    Patroni,
    /// The disk is full for a while (E6).
    Full,
    /// The server is held up for five seconds (E23).
    Pause,
    /// Connections to PostgreSQL are ended at random (E23).
    Cut,
    /// Connections say nothing (E15).
    Silence,
    /// A receiver of webhooks misbehaves and the server is killed (E20).
    Webhooks,
    /// The clock is turned (E17).
    Clock,
    /// Nothing breaks: what the server takes for itself (E22).
    Steady,
    /// What a ledger has to find.
    Controls,
}

/// How long nobody may be able to write while another server becomes the primary, when that begins at once.
const AT_ONCE: Duration = Duration::from_secs(10);

/// The same where nobody is told that the primary is gone: until its lease has ended (`ttl` in `patroni.yml`, 20 s),
/// another one has taken over and a third one follows it. Usually some 25 s.
const LEASE: Duration = Duration::from_secs(35);

/// What was found so far.
struct Table {
    good: bool,
}

impl Table {
    /// What is told below a line, and whether it is as it should be.
    fn note(&mut self, good: bool, text: &str) {
        self.good &= good;
        println!("{:<28} {:<5} {text}", "", if good { "good" } else { "BAD" });
    }

    /// A line, and whether it is as it should be.
    fn line(&mut self, name: &str, finding: &Finding) {
        self.bounded(name, finding, Duration::MAX);
    }

    /// The same, where the longest must not be longer. Where nothing broke nothing was shown.
    fn bounded(&mut self, name: &str, finding: &Finding, bound: Duration) {
        self.judged(name, finding, finding.faults > 0 && finding.longest <= bound);
    }

    fn judged(&mut self, name: &str, finding: &Finding, good: bool) {
        let kept = finding.balance.is_even() && finding.balance.failures() == 0;
        let good = kept && good;
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
        Some(cluster) => {
            on_postgres(&program, &cluster, load, &wanted, &mut table).await;
            if wanted(Experiment::Failover) {
                on_pairs(&program, load, &mut table).await;
            }
            if wanted(Experiment::Patroni) {
                under_patroni(&program, &cluster, load, &mut table).await;
            }
        }
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

/// A control needs no longer.
fn briefly(load: Load) -> Load {
    Load { time: load.time.min(Duration::from_secs(20)), ..load }
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
    if wanted(Experiment::Pause) {
        let (installation, _folder) = fresh();
        table.line("pause, SQLite", &paused_server(&installation, held(load)).await);
    }
    if wanted(Experiment::Silence) {
        let (installation, _folder) = fresh();
        silence(&installation, table).await;
    }
    if wanted(Experiment::Webhooks) {
        let (installation, _folder) = fresh();
        told(installation, "webhooks, SQLite", load, table).await;
    }
    if wanted(Experiment::Clock) {
        let (installation, folder) = fresh();
        clock(installation, "clock, SQLite", folder.path(), load, table).await;
    }
    if wanted(Experiment::Steady) {
        let (installation, _folder) = fresh();
        still(&installation, "steady, SQLite", load, table).await;
    }
}

/// The same load, with pauses of five seconds.
fn held(load: Load) -> Load {
    let pause = Duration::from_secs(5);
    Load { pause, time: load.time.max(4 * pause), ..load }
}

async fn silence(installation: &Installation, table: &mut Table) {
    let found = silent_connections(installation, 4_000).await;
    let [before, during, after] = found.files;
    let quick = found.slowest.is_some_and(|slowest| slowest < Duration::from_secs(1));
    println!("silence, SQLite");
    table.note(
        found.connections > 0 && quick && found.is_over(),
        &format!(
            "{} connections, the slowest answer meanwhile {:?}, open files {before} → {during} → {after}",
            found.connections, found.slowest
        ),
    );
}

async fn told(installation: Installation, name: &str, load: Load, table: &mut Table) {
    let heard = webhooks(installation, load).await;
    table.line(name, &heard.finding);
    let text = format!("missing {}, under two names {}", heard.missing, heard.renamed);
    let good = heard.missing + heard.renamed == 0;
    table.note(good, &format!("{text}, messages that came again {}", heard.again));
}

async fn clock(
    installation: Installation,
    name: &str,
    folder: &Path,
    load: Load,
    table: &mut Table,
) {
    let Some(turned) = turned_clock(installation, folder, load).await else { return };
    table.line(name, &turned.finding);
    let text = format!("not once in the feed {}, on pages {}", turned.feed, turned.pages);
    table.note(turned.feed + turned.pages == 0, &text);
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
    more_on_postgres(&fresh, load, wanted, table).await;
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
        let load = briefly(load);
        let finding = restarting_store(&installation, cluster, Mode::Immediate, load).await;
        let balance = finding.balance;
        table.control("control: forgetful server", balance.lost, balance.acknowledged);
    }
}

/// What breaks while PostgreSQL itself stays.
async fn more_on_postgres(
    fresh: &impl AsyncFn(&str) -> (Installation, TempDir),
    load: Load,
    wanted: &impl Fn(Experiment) -> bool,
    table: &mut Table,
) {
    if wanted(Experiment::Pause) {
        let (installation, _folder) = fresh("paused").await;
        table.line("pause, PostgreSQL", &paused_server(&installation, held(load)).await);
    }
    if wanted(Experiment::Cut) {
        let (installation, _folder) = fresh("cut").await;
        let often = Load { pause: load.pause / 10, ..load };
        table.line("ended connections", &ended_connections(&installation, often).await);
    }
    if wanted(Experiment::Webhooks) {
        let (installation, _folder) = fresh("webhooks").await;
        told(installation, "webhooks, PostgreSQL", load, table).await;
    }
    if wanted(Experiment::Clock) {
        let (installation, folder) = fresh("clock").await;
        clock(installation, "clock, PostgreSQL", folder.path(), load, table).await;
    }
    if wanted(Experiment::Steady) {
        let (installation, _folder) = fresh("steady").await;
        still(&installation, "steady, PostgreSQL", load, table).await;
    }
}

/// Both on servers of their own, whose first primary is gone afterwards.
async fn on_pairs(program: &Path, load: Load, table: &mut Table) {
    let load = Load { pause: load.pause.max(Duration::from_secs(2)), ..load };
    let Some(mut pair) = Pair::start(Replication::Synchronous).await else {
        println!("The failover was skipped.");
        return;
    };
    let finding = failing_over(program, &mut pair, load).await;
    table.bounded("failover", &finding, AT_ONCE);
    drop(pair);
    if let Some(mut pair) = Pair::start(Replication::Asynchronous).await {
        let balance = failing_over(program, &mut pair, briefly(load)).await.balance;
        table.control("control: asynchronous", balance.lost, balance.acknowledged);
    }
}

async fn under_patroni(program: &Path, cluster: &Cluster, load: Load, table: &mut Table) {
    let Some(mut patroni) = Patroni::start(cluster).await else {
        println!("Patroni was skipped: apt-get install patroni etcd-server haproxy");
        return;
    };
    // One takes half a minute, and another half until all is well again.
    let load = Load { time: load.time.max(Duration::from_secs(90)), ..load };
    let finding = replacing_primary(program, &mut patroni, End::Lost, load).await;
    table.bounded("Patroni, primary is lost", &finding, LEASE);
    let finding = replacing_primary(program, &mut patroni, End::Crashed, load).await;
    table.bounded("Patroni, primary has crashed", &finding, AT_ONCE);
    let finding = replacing_primary(program, &mut patroni, End::Replaced, load).await;
    table.bounded("Patroni, primary is replaced", &finding, AT_ONCE);
}

async fn still(installation: &Installation, name: &str, load: Load, table: &mut Table) {
    let (finding, before, after) = steady(installation, load).await;
    table.judged(name, &finding, true);
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
    table.note(
        heals,
        &format!(
            "{} × 507, a read meanwhile: {:?}, writes afterwards: {}",
            found.full, found.read, found.after
        ),
    );
}

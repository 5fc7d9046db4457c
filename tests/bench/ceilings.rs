//! The ceilings that are no statements of ours on the store: what `pgbench` reaches on PostgreSQL with one
//! statement over TCP, and what SQLite reaches with one durable row in each transaction.

use crate::{
    Outcome,
    aims::Aim,
    data::Dice,
    load::{self, CONNECTIONS},
    operations::Operation,
    report::OperationReport,
    run::Bench,
    statements::Direct,
    store::{Engine, say_on},
    talk,
};
use sqlx::{ConnectOptions as _, Connection as _, Executor as _, PgConnection};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::Instant,
};
use uuid::Uuid;

/// Different values for which a statement is said; `pgbench` takes 128 scripts at most.
const SCRIPTS: u64 = 100;

/// Reads whose aims are told, with these: on SQLite against ceiling a, on PostgreSQL against `pgbench`.
const READS: [(Operation, f64, f64); 3] = [
    (Operation::Get, 0.30, 0.35),
    (Operation::ByTier, 0.25, 0.30),
    (Operation::ByRole, 0.25, 0.30),
];

/// Measures these ceilings and holds our figures against them; what was left out, and why.
pub(crate) async fn measure(
    bench: &Bench<'_>,
    direct: &Direct,
    ids: &Arc<[Uuid]>,
    operations: &[OperationReport],
) -> Outcome<(Vec<Aim>, Vec<String>)> {
    let of = |operation: Operation| operations.iter().find(|one| one.name == operation.name());
    let (mut aims, mut skipped) = (Vec::new(), Vec::new());
    let pgbench = if bench.store.engine == Engine::Postgres { find() } else { None };
    if bench.store.engine == Engine::Postgres && pgbench.is_none() {
        skipped.push("aims against pgbench: it was not found".to_owned());
    }
    for (operation, part_of_memory, part_of_pgbench) in READS {
        let Some(one) = of(operation) else { continue };
        let ours = one.ours.per_second;
        match (bench.store.engine, &pgbench) {
            (Engine::Sqlite, _) => {
                let ceiling = ("a: a bare handler, same bytes", one.memory.per_second);
                aims.push(Aim::reach(part_of_memory, one.name, ours, ceiling));
            }
            (Engine::Postgres, Some(pgbench)) => {
                let (scripts, values) = scripts(direct, operation, ids);
                let ceiling = pgbench_rate(bench, pgbench, &scripts, &values).await?;
                let ceiling = ("pgbench -M prepared, that statement", ceiling);
                aims.push(Aim::reach(part_of_pgbench, one.name, ours, ceiling));
            }
            (Engine::Postgres, None) => {}
        }
    }
    if let Some(one) = of(Operation::Search) {
        let alone = direct.alone(bench, Operation::Search, ids).await?;
        if let Some((error, _)) = alone.errors.first_key_value() {
            return Err(format!("the search statement alone: {error}").into());
        }
        let ceiling = ("the search statement alone", alone.per_second);
        aims.push(Aim::reach(0.5, one.name, one.ours.per_second, ceiling));
    }
    if let Some(one) = of(Operation::Create) {
        let ours = one.ours.per_second;
        match (bench.store.engine, &pgbench) {
            (Engine::Sqlite, _) => {
                let ceiling = ("one row in each durable transaction", rows_of_sqlite(bench).await?);
                aims.push(Aim::reach(1.0, one.name, ours, ceiling));
            }
            (Engine::Postgres, Some(pgbench)) => {
                let ceiling = rows_of_postgres(bench, pgbench).await?;
                let ceiling = ("pgbench, one row into a plain table", ceiling);
                aims.push(Aim::reach(0.30, one.name, ours, ceiling));
            }
            (Engine::Postgres, None) => {}
        }
    }
    Ok((aims, skipped))
}

/// `pgbench` itself: a command of that name in `PATH` may be a script that chooses one each time.
fn find() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = installed.map(|version| version.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    if let Ok(told) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(PathBuf::from(String::from_utf8_lossy(&told.stdout).trim()));
    }
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.into_iter().map(|folder| folder.join("pgbench")).find(|file| file.is_file())
}

/// Scripts that say the statement of `operation`, each for other values, and these values as variables.
fn scripts(
    direct: &Direct,
    operation: Operation,
    ids: &[Uuid],
) -> (Vec<String>, Vec<(String, String)>) {
    let (mut scripts, mut variables) = (Vec::new(), Vec::new());
    for seed in 0..SCRIPTS {
        let wish = operation.draw(&mut Dice::new(seed), ids);
        let Some((text, values)) = direct.spelt(&wish) else { continue };
        let mut script = text.to_owned();
        // From behind: the name of the first is the beginning of that of the tenth.
        for (at, value) in values.into_iter().enumerate().rev() {
            let name = format!("v{}_{seed}", at + 1);
            script = script.replace(&format!("${}", at + 1), &format!(":{name}"));
            variables.push((name, value));
        }
        scripts.push(format!("{script};\n"));
    }
    (scripts, variables)
}

/// How many transactions a second `pgbench` reaches with scripts that are drawn by lot.
async fn pgbench_rate(
    bench: &Bench<'_>,
    pgbench: &Path,
    scripts: &[String],
    variables: &[(String, String)],
) -> Outcome<f64> {
    let mut command = Command::new(pgbench);
    command.args(["-n", "-M", "prepared", "-j", "2", "-c", &CONNECTIONS.to_string()]);
    command.args(["-T", &bench.plan.time.as_secs().to_string()]);
    for (name, value) in variables {
        command.arg("-D").arg(format!("{name}={value}"));
    }
    for (at, script) in scripts.iter().enumerate() {
        let file = bench.store.file(&format!("pgbench-{at}.sql"));
        fs::write(&file, script)?;
        command.arg("-f").arg(file);
    }
    command.arg(&bench.store.url).env("LC_ALL", "C").stdin(Stdio::null());
    let told = tokio::task::spawn_blocking(move || command.output()).await??;
    let said = String::from_utf8_lossy(&told.stdout).into_owned();
    let mut lines = said.lines();
    let rate: Option<f64> =
        lines.find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    match rate {
        Some(rate) if told.status.success() => Ok(rate),
        _ => Err(format!("pgbench: {said}\n{}", String::from_utf8_lossy(&told.stderr)).into()),
    }
}

/// How many rows a second `pgbench` adds to a plain table, each in a transaction of its own.
async fn rows_of_postgres(bench: &Bench<'_>, pgbench: &Path) -> Outcome<f64> {
    const TABLE: &str = "CREATE TABLE bench_rows (id BIGSERIAL PRIMARY KEY, name TEXT NOT NULL,
         code TEXT NOT NULL)";
    const ROW: &str = "INSERT INTO bench_rows (name, code) VALUES (:name, :code);\n";
    let mut connection = PgConnection::connect(&bench.store.url).await?;
    say_on(&mut connection, TABLE.to_owned()).await?;
    let values = [("name", "Northwind Systems"), ("code", "N-0123456789")];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let rate = pgbench_rate(bench, pgbench, &[ROW.to_owned()], &values).await;
    say_on(&mut connection, "DROP TABLE bench_rows".to_owned()).await?;
    connection.close().await?;
    rate
}

/// The same of SQLite, in a file beside the store, by one connection: it has one writer at a time.
async fn rows_of_sqlite(bench: &Bench<'_>) -> Outcome<f64> {
    const TABLE: &str = "CREATE TABLE bench_rows (id INTEGER PRIMARY KEY, name TEXT NOT NULL,
         code TEXT NOT NULL)";
    // Handed over at once, so that the thread of the connection is woken once for each row.
    const ROW: &str = "BEGIN IMMEDIATE;
         INSERT INTO bench_rows (name, code) VALUES ('Northwind Systems', 'N-0123456789');
         COMMIT";
    let file = bench.store.file("rows.db");
    let mut connection = talk::sqlite_writing(&file).create_if_missing(true).connect().await?;
    connection.execute(TABLE).await?;
    let (started, mut rows) = (Instant::now(), 0_u32);
    while started.elapsed() < bench.plan.time {
        connection.execute(ROW).await?;
        rows += 1;
    }
    let rate = load::tenths(f64::from(rows) / started.elapsed().as_secs_f64());
    connection.close().await?;
    Ok(rate)
}

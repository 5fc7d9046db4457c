//! `guanxi` as a process, set up as in production but for its rate limits, which would measure
//! themselves.

use crate::{
    Outcome,
    client::Connection,
    data::{self, Dice},
    load::{self, Worker},
    machine::{self, Folders},
    operations::{self, Operation, Wish},
    process::{self, Process},
    store::Store,
};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};
use uuid::Uuid;

const EMAIL: &str = "admin@example.com";
const PASSWORD: &str = "a long walk to Suzhou";

/// How long building may take on a slow machine.
const BUILD: Duration = Duration::from_secs(3600);

/// Builds the program, so that what is measured is never older than the code: of the same packages as
/// this one, so that nothing is compiled in two ways.
pub(crate) async fn build() -> Outcome {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    let build = ["build", "--quiet", "--workspace", "--bin", "guanxi"];
    command.current_dir(machine::root()).args(build);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let status = Process::start(&mut command, "cargo build")?.end(BUILD).await?;
    if status.success() { Ok(()) } else { Err("guanxi could not be built".into()) }
}

/// `guanxi serve`.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    log: PathBuf,
}

impl Program {
    /// Starts it over `store`, logging as `level` says, and waits until it is ready.
    pub(crate) async fn start(folders: &Folders, store: &Store, level: &str) -> Outcome<Self> {
        Self::start_with(folders, store, level, &[]).await
    }

    /// The same with more settings, each the name of a variable and its value.
    pub(crate) async fn start_with(
        folders: &Folders,
        store: &Store,
        level: &str,
        settings: &[(&str, &str)],
    ) -> Outcome<Self> {
        let mut program = Self::spawn(folders, store, level, settings)?;
        program.ready(process::GLANCE).await?;
        Ok(program)
    }

    /// Starts it with nothing of its own; how long it took until the first answer.
    pub(crate) async fn start_timed(folders: &Folders, store: &Store) -> Outcome<(Self, Duration)> {
        let started = Instant::now();
        let mut program = Self::spawn(folders, store, "warn", &[])?;
        program.ready(Duration::from_millis(1)).await?;
        Ok((program, started.elapsed()))
    }

    fn spawn(
        folders: &Folders,
        store: &Store,
        level: &str,
        settings: &[(&str, &str)],
    ) -> Outcome<Self> {
        let address = process::free_address()?;
        let log = store.file(&format!("serve-{}.log", address.port()));
        let mut command = command(folders, store)?;
        command.arg("serve").envs(settings.iter().copied());
        command.env("GUANXI_SERVER_PORT", address.port().to_string());
        command.env("GUANXI_LOG_LEVEL", level).stdout(Stdio::null()).stderr(File::create(&log)?);
        Ok(Self { process: Process::start(&mut command, "guanxi serve")?, address, log })
    }

    /// Waits until it answers, and looks so often.
    async fn ready(&mut self, glance: Duration) -> Outcome {
        let ready = self.process.answers(self.address, "/health/ready", glance).await;
        ready.map_err(|error| format!("{error}\n{}", self.log()).into())
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// An access token of the administrator.
    pub(crate) async fn sign_in(&self) -> Outcome<String> {
        self.sign_in_as(EMAIL, PASSWORD).await
    }

    /// The same of anybody.
    pub(crate) async fn sign_in_as(&self, email: &str, password: &str) -> Outcome<String> {
        let body = json!({ "tenant": "main", "email": email, "password": password }).to_string();
        let mut request = b"POST /v1/auth/login HTTP/1.1\r\nhost: bench\r\n".to_vec();
        operations::write_body(&body, &mut request)?;
        let answer = Connection::open(self.address).await?.fetch(&request).await?;
        let body: Json = serde_json::from_str(&answer.body).unwrap_or_default();
        let token = body["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| {
            format!("signing in was answered with {}: {}", answer.status, answer.body).into()
        })
    }

    pub(crate) async fn stop(self) -> Outcome {
        self.process.stop().await
    }
}

/// Workers that ask whoever listens there for `operation`, with a connection each.
pub(crate) async fn asking(
    address: SocketAddr,
    operation: Operation,
    ids: &Arc<[Uuid]>,
    token: &str,
    connections: usize,
) -> Outcome<Vec<Asking>> {
    let mut workers = Vec::new();
    for seed in 0..connections as u64 {
        workers.push(Asking {
            connection: Connection::open(address).await?,
            operation,
            ids: ids.clone(),
            token: token.into(),
            dice: Dice::new(seed),
            request: Vec::new(),
        });
    }
    Ok(workers)
}

/// Asks over HTTP.
#[derive(Debug)]
pub(crate) struct Asking {
    connection: Connection,
    operation: Operation,
    ids: Arc<[Uuid]>,
    token: Arc<str>,
    dice: Dice,
    request: Vec<u8>,
}

impl Worker for Asking {
    async fn once(&mut self) -> Outcome<u16> {
        let wish: Wish = self.operation.draw(&mut self.dice, &self.ids);
        wish.write(&self.token, &mut self.request)?;
        self.connection.ask(&self.request).await
    }
}

/// How the store was filled.
#[derive(Debug, Serialize)]
pub(crate) struct Filled {
    pub(crate) rows: u64,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
}

/// Makes the first administrator and fills the store with parties.
pub(crate) async fn fill(folders: &Folders, store: &Store, rows: u64) -> Outcome<Filled> {
    Program::start(folders, store, "warn").await?.stop().await?;
    let file = store.file("parties.csv");
    data::write_csv(&file, rows)?;
    import(folders, store, &file, "parties", &[], rows).await
}

/// `guanxi import` of a file of so many rows.
pub(crate) async fn import(
    folders: &Folders,
    store: &Store,
    file: &Path,
    resource: &str,
    more: &[&str],
    rows: u64,
) -> Outcome<Filled> {
    let file = file.to_string_lossy();
    let mut arguments = vec!["import", &*file, "--as", resource, "--user", EMAIL];
    arguments.extend(more);
    let (seconds, _) = timed(folders, store, &arguments, rows).await?;
    filled(rows, seconds)
}

/// `guanxi verify`, which seals first what was written; how many events that were.
pub(crate) async fn verify(folders: &Folders, store: &Store, rows: u64) -> Outcome<Filled> {
    let (seconds, said) = timed(folders, store, &["verify"], 10 * rows).await?;
    let events = said.split_whitespace().next().and_then(|word| word.parse().ok());
    filled(events.ok_or_else(|| format!("guanxi verify says {said}"))?, seconds)
}

fn filled(rows: u64, seconds: f64) -> Outcome<Filled> {
    let per_second = load::tenths(f64::from(u32::try_from(rows)?) / seconds);
    Ok(Filled { rows, seconds: load::tenths(seconds), per_second })
}

/// Runs a command of the program on about so many records; its seconds and what it has said.
async fn timed(
    folders: &Folders,
    store: &Store,
    arguments: &[&str],
    rows: u64,
) -> Outcome<(f64, String)> {
    let log = store.file("command.log");
    let mut command = command(folders, store)?;
    command.args(arguments);
    command.stdout(File::create(&log)?).stderr(File::options().append(true).open(&log)?);
    let started = Instant::now();
    let patience = Duration::from_secs(60 + rows / 20);
    let status = Process::start(&mut command, "guanxi")?.end(patience).await?;
    let seconds = started.elapsed().as_secs_f64();
    let said = fs::read_to_string(&log)?;
    if !status.success() {
        return Err(format!("guanxi {arguments:?} has ended with {status}\n{said}").into());
    }
    Ok((seconds, said))
}

/// The program with its configuration, and nothing of the caller's.
fn command(folders: &Folders, store: &Store) -> Outcome<Command> {
    let configuration = store.file("guanxi.toml");
    // An empty file, so that none of the folders above is searched for one.
    File::create(&configuration)?.flush()?;
    let mut command = Command::new(folders.programs.join("guanxi"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GUANXI_") {
            command.env_remove(name);
        }
    }
    for class in ["READS", "WRITES", "SIGN_INS"] {
        command.env(format!("GUANXI_HTTP_{class}_PER_MINUTE"), "1000000000");
    }
    command.env("GUANXI_CONFIG", configuration).env("DATABASE_URL", &store.url);
    command.env("GUANXI_TOKENS_KEYS", store.file("keys")).env("GUANXI_LOG_FORMAT", "json");
    command.env("GUANXI_ADMIN_EMAIL", EMAIL).env("GUANXI_ADMIN_PASSWORD", PASSWORD);
    command.stdin(Stdio::null());
    Ok(command)
}

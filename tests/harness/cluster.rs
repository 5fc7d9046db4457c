//! A PostgreSQL of a test's own, which may be broken: made and removed by `tests/with-postgres`.

use crate::{
    server::{COPY, Server},
    store,
};
use sqlx::{AssertSqlSafe, Executor as _};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/with-postgres");

/// Says where the server is and how its owner is asked, and waits until the test has ended.
const COMMAND: &str =
    r#"printf '%s\n' "$GUANXI_TEST_POSTGRES" "$GUANXI_TEST_POSTGRES_OWNER"; cat >/dev/null"#;

/// The folder of the server's data, in that of its owner.
const DATA: &str = "data";

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    script: Child,
    /// The script ends when this is closed.
    input: Option<ChildStdin>,
    owner: Owner,
    server: Server,
}

/// Whoever the server runs as, because root may not: runs programs in the folder of the server, with those of
/// PostgreSQL at hand.
#[derive(Debug, Clone)]
pub struct Owner {
    script: PathBuf,
}

/// How a server is ended.
#[derive(Debug, Clone, Copy)]
pub enum Mode {
    /// As by a crash: nothing is tidied up.
    Immediate,
    /// Connections are cut, and all is written.
    Fast,
}

impl Mode {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::Fast => "fast",
        }
    }
}

impl Cluster {
    /// Starts one; `None`, with a line that says so, where tests do without PostgreSQL or it does not
    /// start.
    ///
    /// # Panics
    /// When the script cannot be run.
    pub async fn start() -> Option<Self> {
        if std::env::var_os(store::SERVER).is_none() {
            say_skipped(&format!("{} is not set (make test sets it)", store::SERVER));
            return None;
        }
        let started = tokio::task::spawn_blocking(|| {
            let mut command = Command::new(SCRIPT);
            command.args(["bash", "-c", COMMAND]).stdin(Stdio::piped()).stdout(Stdio::piped());
            command.env_remove(store::SERVER).env_remove("GUANXI_SKIP_POSTGRES");
            let mut script = command.spawn().expect("tests/with-postgres");
            let input = script.stdin.take();
            let output = script.stdout.take().map(BufReader::new);
            let mut lines = output.into_iter().flat_map(BufReader::lines).map_while(Result::ok);
            let (server, owner) = (lines.next(), lines.next());
            (script, input, server.zip(owner))
        });
        let (mut script, input, said) = started.await.expect("a started script");
        let Some((server, owner)) = said else {
            drop(input);
            let ended = script.wait().expect("an end");
            say_skipped(&format!("no PostgreSQL of its own ({ended})"));
            return None;
        };
        let owner = Owner { script: owner.into() };
        let server = Server::new(owner.clone(), DATA, place(&server));
        Some(Self { script, input, owner, server })
    }

    /// The server itself.
    pub(crate) fn server(&self) -> &Server {
        &self.server
    }

    /// A standby of the server; `None`, with a line that says so, where servers cannot be copied.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn standby(&self) -> Option<Server> {
        self.owner.finds(COPY).await?;
        Some(Server::following(&self.owner, self.server.address()).await)
    }

    /// Whoever it runs as.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// A new, empty database; its address.
    ///
    /// # Panics
    /// When it cannot be made.
    #[expect(clippy::disallowed_methods, reason = "the name of a database cannot be bound")]
    pub async fn database(&self, name: &str) -> String {
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.server.admin().await.execute(create).await.expect("a database");
        self.server.url(name)
    }

    /// Makes the server acknowledge commits before they are on the disk: what a ledger must notice.
    ///
    /// # Panics
    /// When it does not obey.
    pub async fn forgetful(&self) {
        let mut admin = self.server.admin().await;
        for setting in [
            "ALTER SYSTEM SET synchronous_commit = off",
            "ALTER SYSTEM SET wal_writer_delay = '10s'",
            "ALTER SYSTEM SET wal_writer_flush_after = '1GB'",
            "SELECT pg_reload_conf()",
        ] {
            admin.execute(setting).await.expect("a setting");
        }
    }

    /// Ends the server that way and starts it again.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn restart(&self, mode: Mode) {
        self.server.restart(mode).await;
    }
}

impl Owner {
    /// The folder of everything that is theirs.
    pub fn folder(&self) -> &Path {
        self.script.parent().unwrap_or(Path::new("/"))
    }

    /// A program that has not been started, with its arguments.
    pub fn command(&self, line: &[&str]) -> Command {
        let mut command = Command::new(&self.script);
        command.args(line).stdin(Stdio::null());
        command
    }

    /// Runs a program to its end; what it has printed.
    ///
    /// # Errors
    /// When it fails: all that is known of it.
    ///
    /// # Panics
    /// When it cannot be run.
    pub async fn attempt(&self, line: &[&str]) -> Result<String, String> {
        let mut command = self.command(line);
        let output = tokio::task::spawn_blocking(move || command.output()).await;
        let output = output.expect("a run").expect("the owner of the server");
        let out = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() {
            return Ok(out);
        }
        Err(format!(
            "{line:?}: {}\n{out}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        ))
    }

    /// The same, of what has to go well.
    ///
    /// # Panics
    /// When it does not.
    pub async fn run(&self, line: &[&str]) -> String {
        self.attempt(line).await.unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// Where a program is; `None`, with a line that says so, where they have none of that name.
    ///
    /// # Panics
    /// When nothing can be run.
    pub async fn finds(&self, program: &str) -> Option<PathBuf> {
        let found = self.attempt(&["sh", "-c", "command -v \"$0\"", program]).await;
        if found.is_err() {
            say_skipped(&format!("{program} is not installed"));
        }
        found.ok().map(PathBuf::from)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.input.take());
        // It stops the server and removes its folder.
        let _ = self.script.wait();
    }
}

/// Where a server is, of which this is the address.
fn place(url: &str) -> SocketAddr {
    let (_, place) = url.rsplit_once('@').expect("an address with a user");
    let (place, _) = place.split_once('/').expect("an address with a database");
    place.parse().expect("a host and a port")
}

/// Says on standard error why a test does nothing.
pub fn say_skipped(why: &str) {
    writeln!(std::io::stderr(), "skipped: {why}").ok();
}

//! A PostgreSQL of a test's own, which may be broken: made and removed by `tests/with-postgres`.

use crate::store;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/with-postgres");

/// Says where the server is and how it is restarted, and waits until the test has ended.
const COMMAND: &str =
    r#"printf '%s\n' "$GUANXI_TEST_POSTGRES" "$GUANXI_TEST_POSTGRES_CONTROL"; cat >/dev/null"#;

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    script: Child,
    /// The script ends when this is closed.
    input: Option<ChildStdin>,
    server: String,
    control: PathBuf,
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
    fn word(self) -> &'static str {
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
            let (server, control) = (lines.next(), lines.next());
            (script, input, server.zip(control))
        });
        let (mut script, input, said) = started.await.expect("a started script");
        let Some((server, control)) = said else {
            drop(input);
            let ended = script.wait().expect("an end");
            say_skipped(&format!("no PostgreSQL of its own ({ended})"));
            return None;
        };
        Some(Self { script, input, server, control: control.into() })
    }

    /// A new, empty database; its address.
    ///
    /// # Panics
    /// When it cannot be made.
    #[expect(clippy::disallowed_methods, reason = "the name of a database cannot be bound")]
    pub async fn database(&self, name: &str) -> String {
        let create = AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"));
        self.admin().await.execute(create).await.expect("a database");
        let (base, _) = self.server.rsplit_once('/').expect("an address with a database");
        format!("{base}/{name}")
    }

    /// Makes the server acknowledge commits before they are on the disk: what a ledger must notice.
    ///
    /// # Panics
    /// When it does not obey.
    pub async fn forgetful(&self) {
        let mut admin = self.admin().await;
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
        let control = self.control.clone();
        let restarted = tokio::task::spawn_blocking(move || {
            let mut command = Command::new(&control);
            // One that the owner of the server may enter.
            command.current_dir(control.parent().unwrap_or(Path::new("/")));
            command.args(["restart", "-m", mode.word()]).stdin(Stdio::null()).stdout(Stdio::null());
            command.status().expect("the control of the server")
        });
        let status = restarted.await.expect("a restart");
        assert!(status.success(), "the server does not start again: {status}");
    }

    async fn admin(&self) -> PgConnection {
        PgConnection::connect(&self.server).await.expect("the server")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.input.take());
        // It stops the server and removes its folder.
        let _ = self.script.wait();
    }
}

/// Says on standard error why a test does nothing.
pub fn say_skipped(why: &str) {
    writeln!(std::io::stderr(), "skipped: {why}").ok();
}

//! The program as an operator has it: over one store, at one address, started again whenever it ends.

use crate::{
    Client,
    ledger::{Entrance, Ledger},
};
use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use uuid::Uuid;

/// How long a server may take to serve, and to end when it was asked to.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often is looked.
const GLANCE: Duration = Duration::from_millis(20);

/// The password of the first administrator.
pub const PASSWORD: &str = "a long walk to Suzhou";

/// A program and where its things are.
#[derive(Debug)]
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
    url: String,
    address: SocketAddr,
    /// Elsewhere: whoever fills the disk of the store still wants to read them.
    logs: TempDir,
    count: AtomicU64,
    variables: Vec<(&'static str, String)>,
}

impl Installation {
    /// Of this program, with keys and files in `folder` and the store at `url`, or in `folder` too.
    ///
    /// # Panics
    /// When there is no room for its logs, or no port.
    pub fn new(program: &Path, folder: &Path, url: Option<&str>) -> Self {
        let own = || format!("sqlite:{}", folder.join("data/guanxi.db").display());
        let address = free_address();
        Self {
            program: program.to_owned(),
            folder: folder.to_owned(),
            url: url.map_or_else(own, str::to_owned),
            address,
            logs: TempDir::new().expect("a folder"),
            count: AtomicU64::new(0),
            variables: Vec::new(),
        }
    }

    /// The same at another address.
    #[must_use]
    pub fn at(self, address: SocketAddr) -> Self {
        Self { address, ..self }
    }

    /// The same with a variable in its environment.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Where the store is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where the server is, while it runs.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A command of the program that has not been started, with nothing of the caller's environment,
    /// and without limits of rates, which would measure themselves.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(&self.folder).env_clear().stdin(Stdio::null());
        // Under a coverage tool the program has to know where its counts go.
        for kept in ["PATH", "LLVM_PROFILE_FILE"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        for class in ["READS", "WRITES", "SIGN_INS"] {
            command.env(format!("GUANXI_HTTP_{class}_PER_MINUTE"), "1000000000");
        }
        command.env("DATABASE_URL", &self.url).env("GUANXI_ADMIN_PASSWORD", PASSWORD);
        command.env("GUANXI_SERVER_PORT", self.address.port().to_string());
        command.env("GUANXI_SERVER_WORKERS", "2").env("GUANXI_LOG_LEVEL", "warn");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs a command to its end; what it has printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the program");
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {out}{err}");
        out
    }

    /// Starts the server and waits until it serves.
    ///
    /// # Panics
    /// When it does not.
    pub async fn start(&self) -> Node {
        let log = format!("serve-{}.log", self.count.fetch_add(1, Ordering::SeqCst));
        let log = self.logs.path().join(log);
        let mut command = self.command(&["serve"]);
        command.stdout(Stdio::null());
        let mut node = Node::start(&mut command, log);
        self.await_ready(&mut node).await;
        node
    }

    /// Waits until the server, which was started as this node, serves.
    pub(crate) async fn await_ready(&self, node: &mut Node) {
        let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build();
        let http = http.expect("a client");
        let ready = format!("{}/health/ready", self.base());
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            let ended = node.child.try_wait().expect("a status");
            assert!(ended.is_none(), "it has ended with {ended:?}\n{}", node.log());
            let answer = http.get(&ready).timeout(Duration::from_secs(2)).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("it does not serve\n{}", node.log());
    }

    /// A ledger of clients with a key of their own. A server has to have been started before.
    pub fn ledger(&self) -> Ledger {
        self.ledger_at(&Entrance::from([self.base()]))
    }

    /// The same of clients that come another way.
    pub fn ledger_at(&self, entrance: &Entrance) -> Ledger {
        Ledger::new(entrance, &self.key("load"))
    }

    /// A client with a key of its own. A server has to have been started before.
    pub fn client(&self) -> Client {
        Client::anonymous(&self.base()).with_key(&self.key("client"))
    }

    /// A new key of the first administrator, for everything.
    fn key(&self, name: &str) -> String {
        let create = ["key", "create", "--user", "admin@guanxi.local", "--name", name];
        self.run(&[&create[..], &["--scope", "any:any"]].concat()).trim().to_owned()
    }
}

/// A running server, which does not outlive the test.
#[derive(Debug)]
pub struct Node {
    child: Child,
    log: PathBuf,
}

impl Node {
    /// Starts a program, whose errors go to the log.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(command: &mut Command, log: PathBuf) -> Self {
        let errors = File::options().create(true).append(true).open(&log).expect("a log");
        Self { child: command.stderr(errors).spawn().expect("the program"), log }
    }

    /// The id of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Ends it by a signal that it does not hear.
    ///
    /// # Panics
    /// When it cannot be ended.
    pub fn kill(mut self) {
        self.child.kill().and_then(|()| self.child.wait()).expect("an end");
    }

    /// Sends it a signal, such as `-STOP`.
    ///
    /// # Panics
    /// When it cannot be sent.
    pub fn signal(&self, signal: &str) {
        // Anything but KILL needs a system call that safe Rust does not offer.
        let id = self.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().expect("kill");
        assert!(sent.success(), "the signal was not sent");
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Panics
    /// When it does not end, or not well.
    pub async fn stop(mut self) -> Duration {
        let asked = Instant::now();
        self.signal("-TERM");
        let status = self.end().await;
        assert!(status.success(), "it has ended with {status}\n{}", self.log());
        asked.elapsed()
    }

    async fn end(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().expect("a status") {
                return status;
            }
            tokio::time::sleep(GLANCE).await;
        }
        panic!("it does not end\n{}", self.log());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that stays ours while the server is down: below those that the system gives to clients.
pub fn free_address() -> SocketAddr {
    let (_, address) = held_address();
    address
}

/// So many such ports.
pub(crate) fn free_addresses<const N: usize>() -> [SocketAddr; N] {
    // All are held until the last one is found, so that no two are the same.
    let held: [(TcpListener, SocketAddr); N] = std::array::from_fn(|_| held_address());
    held.map(|(_, address)| address)
}

fn held_address() -> (TcpListener, SocketAddr) {
    loop {
        let [high, low, ..] = *Uuid::new_v4().as_bytes();
        let port = 12_000 + u16::from_be_bytes([high, low]) % 8_000;
        if let Ok(listener) = TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            return (listener, (Ipv4Addr::LOCALHOST, port).into());
        }
    }
}

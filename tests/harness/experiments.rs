//! What an outage does, as experiments: clients write, something breaks, and the ledger is held against
//! the store. Short in `tests/api/program`, long in `tests/soak`.

use crate::{
    cluster::{Cluster, Mode, say_skipped},
    installation::{Installation, Node, free_addresses},
    ledger::{Balance, Entrance, Ledger},
    pair::Pair,
    patroni::{End, Patroni},
};
use sqlx::{Connection as _, PgConnection};
use std::{
    fs::{self, File},
    io::Write as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::net::TcpStream;

/// How much is written, and how often something breaks.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    /// Clients that write at the same time.
    pub clients: usize,
    /// How long they do.
    pub time: Duration,
    /// The time between two faults.
    pub pause: Duration,
}

/// How a server ends.
#[derive(Debug, Clone, Copy)]
pub enum Blow {
    /// By a signal that it does not hear.
    Kill,
    /// By being asked to stop.
    Stop,
}

/// What came of an experiment.
#[derive(Debug)]
pub struct Finding {
    /// How often something broke.
    pub faults: u32,
    /// The longest time that a server took to serve again, or a store to restart; where another store takes
    /// over, the longest time without an acknowledged write.
    pub longest: Duration,
    /// What the store says to the ledger.
    pub balance: Balance,
}

/// The server ends again and again under load (E1, E2, E16).
pub async fn ending_server(installation: &Installation, blow: Blow, load: Load) -> Finding {
    let node = installation.start().await;
    let ledger = installation.ledger();
    let until = Instant::now() + load.time;
    let blows = async {
        let (mut node, mut faults, mut longest) = (node, 0, Duration::ZERO);
        while Instant::now() + load.pause < until {
            tokio::time::sleep(load.pause).await;
            match blow {
                Blow::Kill => node.kill(),
                Blow::Stop => {
                    node.stop().await;
                }
            }
            let started = Instant::now();
            node = installation.start().await;
            longest = longest.max(started.elapsed());
            faults += 1;
        }
        (node, faults, longest)
    };
    let ((node, faults, longest), ()) = tokio::join!(blows, ledger.load(load.clients, until));
    finish(installation, [node], &ledger, faults, longest).await
}

/// PostgreSQL restarts again and again under load, and the server does not (E3, E4).
pub async fn restarting_store(
    installation: &Installation,
    cluster: &Cluster,
    mode: Mode,
    load: Load,
) -> Finding {
    let node = installation.start().await;
    let ledger = installation.ledger();
    let until = Instant::now() + load.time;
    let restarts = async {
        let (mut faults, mut longest) = (0, Duration::ZERO);
        while Instant::now() + load.pause < until {
            tokio::time::sleep(load.pause).await;
            let started = Instant::now();
            cluster.restart(mode).await;
            longest = longest.max(started.elapsed());
            faults += 1;
        }
        (faults, longest)
    };
    let ((faults, longest), ()) = tokio::join!(restarts, ledger.load(load.clients, until));
    finish(installation, [node], &ledger, faults, longest).await
}

/// Somebody ends connections to PostgreSQL at random under load (E23).
///
/// # Panics
/// When nobody may.
pub async fn ended_connections(installation: &Installation, load: Load) -> Finding {
    const END: &str = "SELECT pg_terminate_backend(pid) FROM (
             SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'guanxi'
             ORDER BY random() LIMIT 1) one";
    let node = installation.start().await;
    let ledger = installation.ledger();
    let until = Instant::now() + load.time;
    let ends = async {
        let mut admin = PgConnection::connect(installation.url()).await.expect("the store");
        let mut faults = 0;
        while Instant::now() + load.pause < until {
            tokio::time::sleep(load.pause).await;
            let ended: Option<bool> =
                sqlx::query_scalar(END).fetch_optional(&mut admin).await.expect("a right");
            faults += u32::from(ended == Some(true));
        }
        faults
    };
    let (faults, ()) = tokio::join!(ends, ledger.load(load.clients, until));
    finish(installation, [node], &ledger, faults, Duration::ZERO).await
}

/// The server is held up again and again under load, each time for the length of a pause (E23).
///
/// # Panics
/// When it does not go on.
pub async fn paused_server(installation: &Installation, load: Load) -> Finding {
    let node = installation.start().await;
    let ledger = installation.ledger();
    let until = Instant::now() + load.time;
    let pauses = async {
        let (mut faults, mut longest) = (0, Duration::ZERO);
        while Instant::now() + 2 * load.pause < until {
            tokio::time::sleep(load.pause).await;
            node.signal("-STOP");
            tokio::time::sleep(load.pause).await;
            node.signal("-CONT");
            let went_on = Instant::now();
            assert_eq!(ledger.read().await, Some(200), "{}", node.log());
            longest = longest.max(went_on.elapsed());
            faults += 1;
        }
        (faults, longest)
    };
    let ((faults, longest), ()) = tokio::join!(pauses, ledger.load(load.clients, until));
    finish(installation, [node], &ledger, faults, longest).await
}

/// What came of many connections.
#[derive(Debug)]
pub struct Flood {
    /// Those that were there at once.
    pub connections: usize,
    /// The longest that somebody else has waited for an answer meanwhile; `None` if one was not good.
    pub slowest: Option<Duration>,
    /// Open files and sockets of the server before, at most meanwhile, and when it had enough of them.
    pub files: [usize; 3],
}

impl Flood {
    /// Of the server's own connections to its store some come and go.
    const SPREAD: usize = 60;

    /// Whether the server has hung up on them.
    pub fn is_over(&self) -> bool {
        let [before, _, after] = self.files;
        after <= before + Self::SPREAD
    }
}

/// Many connections say nothing, and stay on their side (E15).
pub async fn silent_connections(installation: &Installation, wanted: usize) -> Flood {
    /// Longer than the server waits for the head of a request, and for the other side to hang up.
    const PATIENCE: Duration = Duration::from_secs(60);
    /// How often somebody else asks, or until all connections are there, but for so long at most.
    const READS: u32 = 50;
    const WELCOME: Duration = Duration::from_secs(20);
    let node = installation.start().await;
    let ledger = installation.ledger();
    ledger.read().await;
    let before = Usage::of(node.id()).files;
    let host = installation.base().trim_start_matches("http://").to_owned();
    let mut silent = Vec::new();
    while silent.len() < wanted {
        // Somewhere the files of this process end.
        let Ok(connection) = TcpStream::connect(&host).await else { break };
        silent.push(connection);
    }
    let (connections, since) = (silent.len(), Instant::now());
    let (mut slowest, mut during, mut reads) = (Some(Duration::ZERO), before, 0);
    while reads < READS || (during < before + connections && since.elapsed() < WELCOME) {
        let asked = Instant::now();
        let good = ledger.read().await == Some(200);
        slowest = slowest.filter(|_| good).map(|slowest| slowest.max(asked.elapsed()));
        during = during.max(Usage::of(node.id()).files);
        reads += 1;
    }
    let mut found = Flood { connections, slowest, files: [before, during, during] };
    let until = Instant::now() + PATIENCE;
    while !found.is_over() && Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(200)).await;
        found.files[2] = Usage::of(node.id()).files;
    }
    drop(silent);
    node.stop().await;
    found
}

/// Nothing breaks; what the server has taken for itself meanwhile (E22).
pub async fn steady(installation: &Installation, load: Load) -> (Finding, Usage, Usage) {
    let node = installation.start().await;
    let ledger = installation.ledger();
    // Caches and pools fill first.
    ledger.load(load.clients, Instant::now() + load.time / 10).await;
    let before = Usage::of(node.id());
    ledger.load(load.clients, Instant::now() + load.time).await;
    let after = Usage::of(node.id());
    let finding = finish(installation, [node], &ledger, 0, Duration::ZERO).await;
    (finding, before, after)
}

/// The primary dies again and again under load and its standby takes over (E5). Two nodes stay, and their
/// clients send the same write now to one and now to the other. Asynchronous replication loses some, as the
/// ledger has to find.
pub async fn failing_over(program: &Path, pair: &mut Pair, load: Load) -> Finding {
    let url = pair.database("failover").await;
    let nodes = Nodes::start(program, &url, free_addresses()).await;
    let entrance = Entrance::from(nodes.installations.each_ref().map(Installation::base));
    nodes
        .endure(&entrance, load, async || {
            pair.fail_over().await;
            pair.follow().await;
        })
        .await
}

/// The same under Patroni: the primary comes to such an end again and again (E5).
pub async fn replacing_primary(
    program: &Path,
    patroni: &mut Patroni,
    end: End,
    load: Load,
) -> Finding {
    let url = patroni.database().await;
    let nodes = Nodes::start(program, &url, patroni.nodes()).await;
    let entrance = patroni.entrance();
    nodes.endure(&entrance, load, async || patroni.end_primary(end).await).await
}

/// Two nodes over one store, which nobody restarts.
struct Nodes {
    installations: [Installation; 2],
    running: Vec<Node>,
    _folder: TempDir,
}

impl Nodes {
    async fn start(program: &Path, url: &str, addresses: [SocketAddr; 2]) -> Self {
        let folder = TempDir::new().expect("a folder");
        // `guanxi.toml` of `crates/server/deploy` says why.
        let installations = addresses.map(|address| {
            let installation = Installation::new(program, folder.path(), Some(url));
            installation.at(address).with("GUANXI_DATABASE_WRITE_SECONDS", "60")
        });
        let mut running = Vec::new();
        for installation in &installations {
            running.push(installation.start().await);
        }
        Self { installations, running, _folder: folder }
    }

    /// Clients write while this is done to the store again and again. In the end each node serves, and not only
    /// whichever has answered.
    async fn endure(
        mut self,
        entrance: &Entrance,
        load: Load,
        mut fault: impl AsyncFnMut(),
    ) -> Finding {
        let [first, _] = &self.installations;
        let ledger = first.ledger_at(entrance);
        let until = Instant::now() + load.time;
        let faults = async {
            let mut faults = 0;
            while Instant::now() + load.pause < until {
                tokio::time::sleep(load.pause).await;
                fault().await;
                faults += 1;
            }
            faults
        };
        let (faults, ()) = tokio::join!(faults, ledger.load(load.clients, until));
        for (installation, node) in self.installations.iter().zip(&mut self.running) {
            installation.await_ready(node).await;
        }
        let finding = finish(first, self.running, &ledger, faults, ledger.silence()).await;
        first.run(&["verify"]);
        finding
    }
}

async fn finish(
    installation: &Installation,
    nodes: impl IntoIterator<Item = Node>,
    ledger: &Ledger,
    faults: u32,
    longest: Duration,
) -> Finding {
    for node in nodes {
        node.stop().await;
    }
    Finding { faults, longest, balance: ledger.balance(installation.url()).await }
}

/// What came of a disk without room.
#[derive(Debug)]
pub struct FullDisk {
    /// What the store says to the ledger.
    pub balance: Balance,
    /// Answers that said that the disk is full.
    pub full: u64,
    /// How a read was answered meanwhile.
    pub read: Option<u16>,
    /// Writes acknowledged after there was room again.
    pub after: usize,
}

/// The disk of the embedded store has no room for a while (E6).
pub async fn full_disk(program: &Path, disk: &Disk, load: Load) -> FullDisk {
    let installation = Installation::new(program, disk.folder(), None);
    let node = installation.start().await;
    let ledger = installation.ledger();
    let until = Instant::now() + 3 * load.pause;
    let faults = async {
        tokio::time::sleep(load.pause).await;
        disk.fill();
        tokio::time::sleep(load.pause).await;
        let (read, before) = (ledger.read().await, ledger.acknowledged().len());
        disk.empty();
        (read, before)
    };
    let ((read, before), ()) = tokio::join!(faults, ledger.load(load.clients, until));
    let (full, after) = (ledger.answers(507), ledger.acknowledged().len() - before);
    let Finding { balance, .. } = finish(&installation, [node], &ledger, 1, Duration::ZERO).await;
    FullDisk { balance, full, read, after }
}

/// A small disk in memory, gone when it is dropped.
#[derive(Debug)]
pub struct Disk {
    folder: TempDir,
}

impl Disk {
    /// What is left of it by [`Disk::fill`].
    const LEFT: u64 = 256 * 1024;

    /// Mounts one; `None`, with a line that says so, where that is not allowed.
    ///
    /// # Panics
    /// When there is no folder to mount it on.
    pub fn mount(mebibytes: u32) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let mut mount = Command::new("mount");
        let size = format!("size={mebibytes}m");
        mount.args(["-t", "tmpfs", "-o", &size, "guanxi-test"]).arg(folder.path());
        let mounted = mount.stdin(Stdio::null()).stderr(Stdio::null()).status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { folder });
        }
        say_skipped("a disk in memory cannot be mounted here");
        None
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn filler(&self) -> PathBuf {
        self.folder().join("filler")
    }

    fn fill(&self) {
        let mut filler = File::create(self.filler()).expect("a file");
        let block = vec![1; 64 * 1024];
        while filler.write_all(&block).is_ok() {}
        let length = filler.metadata().expect("a length").len();
        filler.set_len(length.saturating_sub(Self::LEFT)).expect("some room");
    }

    fn empty(&self) {
        fs::remove_file(self.filler()).expect("the filler");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: whoever still has a file open there keeps it.
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

/// What a process has taken.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Memory of its own, in kibibytes.
    pub memory: u64,
    /// Open files and sockets.
    pub files: usize,
}

impl Usage {
    /// That of a process; nothing where the system does not tell.
    pub fn of(id: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let memory = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        let files = fs::read_dir(format!("/proc/{id}/fd")).map_or(0, Iterator::count);
        Self { memory: memory.unwrap_or(0), files }
    }
}

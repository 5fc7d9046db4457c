//! What an outage does, as experiments: clients write, something breaks, and the ledger is held against
//! the store. Short in `tests/api/program`, long in `tests/soak`.

use crate::{
    cluster::{Cluster, Mode, say_skipped},
    installation::{Installation, Node},
    ledger::{Balance, Ledger},
};
use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

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
    /// The longest time that a server took to serve again, or a store to restart.
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
    finish(installation, node, &ledger, faults, longest).await
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
    finish(installation, node, &ledger, faults, longest).await
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
    let finding = finish(installation, node, &ledger, 0, Duration::ZERO).await;
    (finding, before, after)
}

async fn finish(
    installation: &Installation,
    node: Node,
    ledger: &Ledger,
    faults: u32,
    longest: Duration,
) -> Finding {
    node.stop().await;
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
    let Finding { balance, .. } = finish(&installation, node, &ledger, 1, Duration::ZERO).await;
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

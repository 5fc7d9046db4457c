//! Processes that never outlive this one, and what they use.

use crate::{Outcome, client::Connection, machine};
use serde::Serialize;
use std::{
    fs,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

/// How long a process may take to start, and to stop when it was asked to.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often is looked, unless somebody wants to know it more finely.
pub(crate) const GLANCE: Duration = Duration::from_millis(20);

/// A process of ours. Dropping it, also while a panic unwinds, kills it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    pub(crate) fn start(command: &mut Command, name: &'static str) -> Outcome<Self> {
        let child = command.spawn().map_err(|error| format!("{name} does not start: {error}"))?;
        Ok(Self { child, name })
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its own end.
    pub(crate) async fn end(&mut self, within: Duration) -> Outcome<ExitStatus> {
        let until = Instant::now() + within;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::time::sleep(GLANCE).await;
        }
        Err(format!("{} has not ended within {} s", self.name, within.as_secs()).into())
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Outcome {
        let id = self.id().to_string();
        // A signal other than KILL needs a system call that safe Rust does not offer.
        Command::new("kill").args(["-TERM", &id]).status()?;
        let status = self.end(PATIENCE).await?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{} has ended with {status}", self.name).into())
        }
    }

    /// Waits until `path` is answered with 200, which is tried so often.
    pub(crate) async fn answers(
        &mut self,
        address: SocketAddr,
        path: &str,
        glance: Duration,
    ) -> Outcome {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n");
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait()? {
                return Err(
                    format!("{} has ended with {status} instead of serving", self.name).into()
                );
            }
            if let Ok(mut connection) = Connection::open(address).await
                && connection
                    .fetch(request.as_bytes())
                    .await
                    .is_ok_and(|answer| answer.status == 200)
            {
                return Ok(());
            }
            tokio::time::sleep(glance).await;
        }
        Err(format!("{} does not answer within {} s", self.name, PATIENCE.as_secs()).into())
    }

    /// The memory that it uses.
    pub(crate) fn memory(&self) -> Outcome<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let mebibytes = |name| machine::kibibytes(&status, name) / 1024;
        Ok(Memory {
            peak_mib: mebibytes("VmHWM"),
            resident_mib: mebibytes("VmRSS"),
            own_mib: mebibytes("RssAnon"),
        })
    }
}

/// Mebibytes of memory of their own that these processes have together now; one that has ended has none.
pub(crate) fn own_mib(ids: &[u32]) -> u64 {
    let status = |id: &u32| fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    ids.iter().map(|id| machine::kibibytes(&status(id), "RssAnon")).sum::<u64>() / 1024
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail when it has ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Memory of a process.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Memory {
    /// The most that it had in sight. A file that several connections map counts once for each.
    pub(crate) peak_mib: u64,
    /// What it has in sight now, files among it.
    pub(crate) resident_mib: u64,
    /// What is its own now: without files.
    pub(crate) own_mib: u64,
}

/// A port that nobody listens on just now.
pub(crate) fn free_address() -> Outcome<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

/// What processes have used since they started.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Usage {
    /// Seconds of processor time.
    pub(crate) cpu: f64,
    /// How often their threads have waited for something.
    pub(crate) waits: f64,
}

/// The kernel counts processor time for programs in hundredths of a second, on every Linux.
const TICKS: f64 = 100.0;

impl Usage {
    /// That of these processes together; one that has ended counts nothing.
    pub(crate) fn of(ids: &[u32]) -> Self {
        ids.iter().fold(Self::default(), |sum, id| Self {
            cpu: sum.cpu + cpu(*id),
            waits: sum.waits + waits(*id),
        })
    }

    pub(crate) fn since(self, before: Self) -> Self {
        Self { cpu: self.cpu - before.cpu, waits: self.waits - before.waits }
    }
}

fn cpu(id: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    // The name before it may hold anything, a parenthesis too.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    f64::from(ticks) / TICKS
}

/// Voluntary context switches of all threads.
fn waits(id: u32) -> f64 {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return 0.0 };
    let status = threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("status")).ok());
    let count = |status: String| {
        let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"))?;
        line.trim().parse::<f64>().ok()
    };
    status.filter_map(count).sum()
}

//! The closed loop: so many workers, each with its next request as soon as the last one is
//! answered, and the figures of what they saw.

use crate::{Outcome, process::Usage, store::Store};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    future::Future,
    time::{Duration, Instant},
};
use tokio::{runtime::Handle, task::JoinSet};

/// How many ask at the same time.
pub(crate) const CONNECTIONS: usize = 16;

/// Time to fill caches and open connections, which is not counted.
const WARM_UP: Duration = Duration::from_secs(1);

/// How long after its end a measurement may take to come in.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a look at who works takes, how much of the processor that may be at rest, and how often in a row.
const LOOK: Duration = Duration::from_millis(400);
const REST: f64 = 0.05;
const LOOKS: u32 = 3;

/// How long is waited for rest.
const UNREST: Duration = Duration::from_secs(45);

/// Somebody who asks.
pub(crate) trait Worker: Send + 'static {
    /// Asks once; the status of the answer.
    fn once(&mut self) -> impl Future<Output = Outcome<u16>> + Send;
}

/// Whose use of the processor is taken down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch<'a> {
    /// The process that answers, if it is not this one.
    pub(crate) server: Option<u32>,
    pub(crate) store: &'a Store,
}

/// What came of a measurement.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub(crate) requests: u64,
    pub(crate) seconds: f64,
    pub(crate) per_second: f64,
    pub(crate) p50_us: u32,
    pub(crate) p99_us: u32,
    pub(crate) max_us: u32,
    /// Processor time of the server for one request, in microseconds.
    pub(crate) server_cpu_us: f64,
    /// That of the processes of PostgreSQL; SQLite runs inside the server.
    pub(crate) store_cpu_us: f64,
    /// That of this process, which asks.
    pub(crate) asking_cpu_us: f64,
    /// How often a thread of the server waited, for one request.
    pub(crate) server_waits: f64,
    /// Answers that were none, by status or by what went wrong, warm-up included.
    pub(crate) errors: BTreeMap<String, u64>,
}

#[derive(Debug, Clone, Copy)]
struct Window {
    begin: Instant,
    end: Instant,
}

#[derive(Debug)]
struct Tally {
    /// Of each request that began within the window.
    micros: Vec<u32>,
    errors: BTreeMap<String, u64>,
    last: Instant,
}

/// Lets `workers` ask for `time`, on the threads of `on`.
pub(crate) async fn measure<W: Worker>(
    workers: Vec<W>,
    on: &Handle,
    time: Duration,
    watch: Watch<'_>,
) -> Outcome<Figures> {
    let begin = Instant::now() + WARM_UP;
    let window = Window { begin, end: begin + time };
    let mut tasks = JoinSet::new();
    for worker in workers {
        tasks.spawn_on(ask(worker, window), on);
    }
    tokio::time::sleep_until(window.begin.into()).await;
    let watched = Watched::new(watch).await?;
    tokio::time::sleep_until(window.end.into()).await;
    let used = watched.used();
    let tallies = tokio::time::timeout(PATIENCE, tasks.join_all()).await;
    let tallies = tallies.map_err(|_| "a request was not answered within a minute")?;
    Ok(Figures::new(tallies, window, &used))
}

/// Waits until neither the server nor the store works any more at what was asked for before.
pub(crate) async fn rest(watch: Watch<'_>) -> Outcome {
    let (begun, mut looks) = (Instant::now(), 0);
    while looks < LOOKS {
        let watched = Watched::new(watch).await?;
        tokio::time::sleep(LOOK).await;
        let [server, store, _] = watched.used();
        looks = if server.cpu + store.cpu > REST { 0 } else { looks + 1 };
        if begun.elapsed() > UNREST {
            println!("the server still works after {} s", UNREST.as_secs());
            return Ok(());
        }
    }
    Ok(())
}

async fn ask(mut worker: impl Worker, window: Window) -> Tally {
    let mut tally =
        Tally { micros: Vec::with_capacity(1 << 16), errors: BTreeMap::new(), last: window.begin };
    let mut start = Instant::now();
    while start < window.end {
        let answered = worker.once().await;
        let now = Instant::now();
        let lost = answered.is_err();
        match answered {
            Ok(200..=299) => {}
            Ok(status) => tally.count(status.to_string()),
            Err(error) => tally.count(error.to_string()),
        }
        if start >= window.begin {
            tally.micros.push(u32::try_from((now - start).as_micros()).unwrap_or(u32::MAX));
            tally.last = now;
        }
        if lost {
            break;
        }
        start = now;
    }
    tally
}

impl Tally {
    fn count(&mut self, error: String) {
        *self.errors.entry(error).or_default() += 1;
    }
}

/// The processes and what they had used when the window began.
struct Watched {
    ids: [Vec<u32>; 3],
    before: [Usage; 3],
}

impl Watched {
    async fn new(watch: Watch<'_>) -> Outcome<Self> {
        let ids = [
            watch.server.into_iter().collect(),
            watch.store.processes().await?,
            vec![std::process::id()],
        ];
        let before = ids.each_ref().map(|ids: &Vec<u32>| Usage::of(ids));
        Ok(Self { ids, before })
    }

    fn used(&self) -> [Usage; 3] {
        std::array::from_fn(|at| Usage::of(&self.ids[at]).since(self.before[at]))
    }
}

impl Figures {
    fn new(tallies: Vec<Tally>, window: Window, used: &[Usage; 3]) -> Self {
        let last =
            tallies.iter().map(|tally| tally.last).max().unwrap_or(window.end).max(window.end);
        let seconds = (last - window.begin).as_secs_f64();
        let mut errors = BTreeMap::new();
        let mut micros = Vec::new();
        for tally in tallies {
            micros.extend(tally.micros);
            for (error, count) in tally.errors {
                *errors.entry(error).or_default() += count;
            }
        }
        micros.sort_unstable();
        let count = u32::try_from(micros.len()).unwrap_or(u32::MAX);
        // The processor was watched until the window ended, not until the last answer.
        let within = f64::from(count.max(1)) * (window.end - window.begin).as_secs_f64() / seconds;
        let each = |cpu: f64| tenths(cpu * 1e6 / within);
        let [server, store, asking] = used;
        Self {
            requests: count.into(),
            seconds: tenths(seconds),
            per_second: tenths(f64::from(count) / seconds),
            p50_us: percentile(&micros, 50),
            p99_us: percentile(&micros, 99),
            max_us: percentile(&micros, 100),
            server_cpu_us: each(server.cpu),
            store_cpu_us: each(store.cpu),
            asking_cpu_us: each(asking.cpu),
            server_waits: tenths(server.waits / within),
            errors,
        }
    }
}

/// As finely as it was measured.
pub(crate) fn tenths(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The least latency that so many of a hundred requests did not exceed.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> u32 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!([50, 99, 100].map(|percent| percentile(&hundred, percent)), [50, 99, 100]);
        assert_eq!(percentile(&[7], 50), 7);
        assert_eq!(percentile(&[], 99), 0);
    }
}

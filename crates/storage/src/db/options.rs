//! Where a store is, how much of it is used, and for how long.

use std::{num::NonZero, thread::available_parallelism, time::Duration};

/// The fewest connections that read, unless somebody wants fewer, and the most.
const READERS: (usize, usize) = (8, 32);

/// Two for each core, as reading takes the processor rather than waits: on two cores sixteen answer a tenth more than
/// eight, but the slowest of a hundred answers take half as long again, and each keeps pages and statements.
fn readers() -> usize {
    let cores = available_parallelism().map_or(1, NonZero::get);
    (2 * cores).clamp(READERS.0, READERS.1)
}

/// Where the store is and how much of it is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// A standby of that PostgreSQL, for reports.
    pub replica: Option<String>,
    /// Connections that read.
    pub readers: usize,
    /// Connections that write; SQLite has one, always.
    pub writers: usize,
    /// Bounds in time.
    pub limits: Limits,
}

/// Bounds in time, so that no request waits without end.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For a connection.
    pub acquire: Duration,
    /// For one statement of a read.
    pub read: Duration,
    /// For one statement of a report.
    pub report: Duration,
    /// For one statement of a write.
    pub write: Duration,
    /// How far the replica may be behind.
    pub lag: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            acquire: seconds(5),
            read: seconds(5),
            report: seconds(25),
            write: seconds(10),
            lag: seconds(5),
        }
    }
}

impl Options {
    /// The usual sizes for the store at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        let limits = Limits::default();
        Self { url: url.into(), replica: None, readers: readers(), writers: 16, limits }
    }

    /// How many connections reports have.
    pub(super) fn reporters(&self) -> usize {
        (self.readers / 2).max(1)
    }
}

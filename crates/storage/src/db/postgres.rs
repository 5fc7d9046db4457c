//! Connections to PostgreSQL: how they are made, looked at before their use, and begin transactions.

use super::{Engine, Options, PREPARED, replica::Replica};
use crate::error::{self, Error};
use guanxi_kernel::Result;
use sqlx::{
    Connection as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    str::FromStr as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

pub(super) async fn open_postgres(options: &Options) -> Result<Engine, Error> {
    let limits = options.limits;
    let read = reading(connecting(&options.url)?, limits.read);
    let reports = reporting(connecting(&options.url)?, limits.report);
    let write = connecting(&options.url)?.options([("statement_timeout", millis(limits.write))]);
    let replica = options.replica.as_ref().map(|url| Replica::new(url, options)).transpose()?;
    let pulse = Arc::new(Pulse::new());
    Ok(Engine::Postgres {
        read: pool(options.readers, limits.acquire, &pulse).connect_with(read).await?,
        reports: pool(options.reporters(), limits.acquire, &pulse).connect_lazy_with(reports),
        write: pool(options.writers, limits.acquire, &pulse).connect_with(write).await?,
        pulse,
        replica,
    })
}

/// How the server at that address is spoken to.
pub(super) fn connecting(url: &str) -> Result<PgConnectOptions, Error> {
    let connect = PgConnectOptions::from_str(url)?.application_name("guanxi");
    Ok(connect.statement_cache_capacity(PREPARED).options([
        ("lock_timeout", "5000"),
        ("idle_in_transaction_session_timeout", "10000"),
        ("timezone", "UTC"),
    ]))
}

/// The same without writes, and with statements of this length at most.
fn reading(connect: PgConnectOptions, longest: Duration) -> PgConnectOptions {
    connect.options([
        ("default_transaction_read_only", "on"),
        ("statement_timeout", millis(longest).as_str()),
    ])
}

/// The same for reports. A statement is planned for its values whenever it runs: milliseconds, where a plan for
/// any values takes twice as long to add up millions of rows.
pub(super) fn reporting(connect: PgConnectOptions, longest: Duration) -> PgConnectOptions {
    reading(connect, longest).options([("plan_cache_mode", "force_custom_plan")])
}

fn millis(time: Duration) -> String {
    time.as_millis().to_string()
}

/// So many connections, each of which can be had within that time.
pub(super) fn pool(size: usize, acquire: Duration, pulse: &Arc<Pulse>) -> PgPoolOptions {
    let pulse = pulse.clone();
    // No ping before each use: it halves the speed of small reads. See [`Pulse`].
    PgPoolOptions::new()
        .max_connections(u32::try_from(size).unwrap_or(u32::MAX))
        .acquire_timeout(acquire)
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            let doubtful = pulse.doubts(meta.idle_for);
            Box::pin(async move {
                if doubtful {
                    connection.ping().await?;
                }
                Ok(true)
            })
        })
}

/// When a connection to PostgreSQL was last found dead, in microseconds since `born`: those that
/// have been idle since may be dead too.
pub(super) struct Pulse {
    born: Instant,
    lost: AtomicU64,
}

impl Pulse {
    /// A connection that was used more recently lives, as far as anybody knows.
    pub(super) const FRESH: Duration = Duration::from_secs(30);

    pub(super) fn new() -> Self {
        Self { born: Instant::now(), lost: AtomicU64::new(0) }
    }

    pub(super) fn lost(&self) {
        self.lost.store(micros(self.born.elapsed()), Ordering::Relaxed);
    }

    /// Whether a connection that has been idle for so long must be looked at.
    pub(super) fn doubts(&self, idle: Duration) -> bool {
        let idle_since = micros(self.born.elapsed().saturating_sub(idle));
        idle > Self::FRESH || idle_since < self.lost.load(Ordering::Relaxed)
    }
}

pub(super) fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Begins a transaction. Where the connection turns out to be dead nothing has
/// happened yet, so another one takes its place.
pub(super) async fn begin_postgres(
    pool: &PgPool,
    pulse: &Pulse,
    begin: &'static str,
) -> Result<sqlx::Transaction<'static, sqlx::Postgres>, Error> {
    for _ in 0..2 {
        match pool.begin_with(begin).await {
            Err(error) if error::lost(&error) => pulse.lost(),
            done => return done,
        }
    }
    pool.begin_with(begin).await
}

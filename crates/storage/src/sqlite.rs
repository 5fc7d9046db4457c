//! The embedded store: one connection that writes, several that cannot.
//!
//! Not sqlx's pool, for two reasons. After a full disk SQLite ends a transaction by itself, the
//! pool's count of open transactions is then wrong, and later commits are acknowledged that never
//! happen; here `BEGIN` and `COMMIT` are said in so many words, and a connection that does not
//! answer them as expected is thrown away. And a statement needs a time limit, which SQLite only
//! offers as a callback that belongs to one connection.

use crate::error::Error;
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Connections of one role, lent one by one, first come first served.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    options: SqliteConnectOptions,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    wait: Duration,
    limit: Duration,
    born: Instant,
}

/// A connection and the moment after which its statements are interrupted.
struct Connection {
    inner: SqliteConnection,
    deadline: Arc<AtomicU64>,
}

/// A lent connection. Unless [`Lease::give_back`] is called it is closed on drop: a statement that
/// still runs is interrupted, and SQLite rolls back whatever was open.
pub(crate) struct Lease {
    pool: Pool,
    connection: Option<Connection>,
    _permit: OwnedSemaphorePermit,
}

/// How a file is opened for writing; readers add `read_only`.
pub(crate) fn options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // An acknowledged write survives a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .statement_cache_capacity(crate::db::PREPARED)
        .pragma("cache_size", "-16384")
        // A page of a list arrives without the reading thread waiting for room.
        .row_buffer_size(256)
        .pragma("temp_store", "memory")
}

/// The one connection that writes keeps more pages, and lets more of them gather before they are
/// moved into the file: a bulk of records touches the same pages of its indexes again and again.
pub(crate) fn writing(file: &Path) -> SqliteConnectOptions {
    options(file).pragma("cache_size", "-65536").pragma("wal_autocheckpoint", "8000")
}

impl Pool {
    pub(crate) fn new(
        options: SqliteConnectOptions,
        size: usize,
        wait: Duration,
        limit: Duration,
    ) -> Self {
        Self(Arc::new(Shared {
            options,
            idle: Mutex::default(),
            permits: Arc::new(Semaphore::new(size)),
            wait,
            limit,
            born: Instant::now(),
        }))
    }

    /// Waits for a connection.
    pub(crate) async fn lease(&self) -> Result<Lease, Error> {
        let permit = self.0.permits.clone().acquire_owned();
        let permit = tokio::time::timeout(self.0.wait, permit)
            .await
            .map_err(|_| Error::PoolTimedOut)?
            .map_err(|_| Error::PoolClosed)?;
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(Lease { pool: self.clone(), connection: Some(connection), _permit: permit })
    }

    /// No more leases; waits until every one is given back, then closes the connections.
    pub(crate) async fn close(&self, size: usize) {
        let all = self.0.permits.acquire_many(u32::try_from(size).unwrap_or(u32::MAX)).await;
        self.0.permits.close();
        drop(all);
        let idle = std::mem::take(&mut *self.idle());
        for connection in idle {
            if let Err(error) = connection.inner.close().await {
                tracing::warn!(%error, "a connection to the embedded store did not close");
            }
        }
    }

    /// A connection beside the pool, without a time limit, that waits long for other processes.
    pub(crate) async fn apart(&self) -> Result<SqliteConnection, Error> {
        const PATIENCE: Duration = Duration::from_secs(600);
        self.0.options.clone().busy_timeout(PATIENCE).connect().await
    }

    async fn connect(&self) -> Result<Connection, Error> {
        const STEPS: i32 = 20_000;
        let mut inner = self.0.options.connect().await?;
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let (shared, until) = (self.0.clone(), deadline.clone());
        let in_time = move || shared.millis() < until.load(Ordering::Relaxed);
        inner.lock_handle().await?.set_progress_handler(STEPS, in_time);
        Ok(Connection { inner, deadline })
    }

    /// How many connections wait for their next use.
    #[cfg(test)]
    pub(crate) fn idle_connections(&self) -> usize {
        self.idle().len()
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    fn millis(&self) -> u64 {
        millis(self.born.elapsed())
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

impl Lease {
    /// The connection, for one statement: it may run until the limit from now.
    pub(crate) fn statement(&mut self) -> &mut SqliteConnection {
        self.statement_within(self.pool.0.limit)
    }

    /// The same with a limit of its own, if that is shorter.
    pub(crate) fn statement_within(&mut self, limit: Duration) -> &mut SqliteConnection {
        let Some(connection) = &mut self.connection else {
            unreachable!("a lease has its connection until it is given back")
        };
        let shared = &self.pool.0;
        // The count of milliseconds is cut off, so one more: no statement is interrupted early.
        let limit = millis(limit.min(shared.limit));
        connection.deadline.store(shared.millis() + limit + 1, Ordering::Relaxed);
        &mut connection.inner
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        self.statement().execute("BEGIN IMMEDIATE").await.map(drop)
    }

    /// Begins a transaction that reads one state of the store.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), Error> {
        self.statement().execute("BEGIN").await.map(drop)
    }

    /// Commits and gives the connection back.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        self.statement().execute("COMMIT").await?;
        self.give_back();
        Ok(())
    }

    /// Rolls back and gives the connection back, unless it is in an unexpected state.
    pub(crate) async fn rollback(mut self) {
        if self.statement().execute("ROLLBACK").await.is_ok() {
            self.give_back();
        }
    }

    /// Lends it to the next one.
    pub(crate) fn give_back(mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = &self.connection {
            // Whoever waited for its statement has gone, and the next writer waits for its locks.
            connection.deadline.store(0, Ordering::Relaxed);
        }
    }
}

//! The embedded store: one connection that writes, several that cannot.
//!
//! Not sqlx's pool, for two reasons. After a full disk SQLite ends a transaction by itself, the
//! pool's count of open transactions is then wrong, and later commits are acknowledged that never
//! happen; here `BEGIN` and `COMMIT` are said in so many words, and a connection that does not
//! answer them as expected is thrown away. And a statement needs a time limit, which SQLite only
//! offers as a callback that belongs to one connection.
//!
//! Writers who wait for their turn share a commit. Whoever ends while others wait leaves the
//! transaction open for them, and is answered when it is committed: each write is a savepoint in it.
//! A durable commit waits for the disk, and so one wait serves many.
//!
//! A refusal waits too, for it may rest on what is not committed yet. If the commit is lost (a full disk)
//! all of its writes run again; one that has others in it goes on when whoever began it is called off. Work
//! on many rows and dry runs commit alone (`Company::None`). Price: a write may wait some 25 milliseconds
//! for others, and runs twice after a failure that was not its own.

use crate::error::{self, CONTENTION, Error, UNAVAILABLE};
use guanxi_kernel::Result;
use sqlx::{
    ConnectOptions as _, Connection as _, Executor as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The most writes that share a commit, and how long after the first of them began no more join.
const SHARED: (usize, Duration) = (64, Duration::from_millis(25));

/// Connections of one role, lent one by one, first come first served.
#[derive(Clone)]
pub(crate) struct Pool(Arc<Shared>);

struct Shared {
    options: SqliteConnectOptions,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
    /// Who waits for a connection just now.
    waiting: AtomicUsize,
    #[cfg(test)]
    commits: AtomicU64,
    wait: Duration,
    limit: Duration,
    born: Instant,
}

/// A connection, the moment after which its statements are interrupted, and the transaction that
/// writes, while one is open.
struct Connection {
    inner: SqliteConnection,
    deadline: Arc<AtomicU64>,
    group: Option<Group>,
}

/// The writes of an open transaction that have ended and wait for its commit. If it is dropped the
/// commit was never said: nothing was kept.
struct Group {
    since: Instant,
    members: Vec<oneshot::Sender<Fate>>,
    /// Whether somebody is in the queue who will commit at the latest.
    awaited: bool,
}

/// What became of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Lost,
    /// It was said, and nobody has heard the answer.
    Unknown,
}

/// Those who are to be told what became of a commit that was said; if nobody knows, that.
struct Told(Vec<oneshot::Sender<Fate>>);

impl Told {
    fn tell(&mut self, fate: Fate) {
        for member in self.0.drain(..) {
            // Whoever has gone meanwhile need not know.
            let _ = member.send(fate);
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.tell(Fate::Unknown);
    }
}

/// Whether a write may share its commit with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Company {
    /// It is short, and so are the others.
    Any,
    /// It is one of many rows, and nobody is to wait for it or it for them.
    None,
}

/// A lent connection. Unless [`Lease::give_back`] is called it is closed on drop: a statement that
/// still runs is interrupted, and SQLite rolls back whatever was open.
pub(crate) struct Lease {
    pool: Pool,
    connection: Option<Connection>,
    /// Whether what is written is a savepoint in the transaction of others.
    part: bool,
    company: Company,
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
        // A page of a list arrives without the reading thread waiting for room.
        .row_buffer_size(256)
        .pragma("temp_store", "memory")
}

/// The pages that all connections which read keep together, in KiB, those of reports apart: these keep half as
/// many besides. The system keeps the others.
const PAGES: usize = 65_536;

/// One of so many connections that read.
pub(crate) fn reading(file: &Path, readers: usize) -> SqliteConnectOptions {
    let pages = format!("-{}", PAGES / readers.max(1));
    // Whoever comes first to a new file may create it, and still cannot write a row.
    options(file).pragma("cache_size", pages).pragma("query_only", "on")
}

/// The one connection that writes keeps more pages, and lets more of them gather before they are
/// moved into the file: a bulk of records touches the same pages of its indexes again and again. Of what it
/// deletes nothing is left to be read from the file.
pub(crate) fn writing(file: &Path) -> SqliteConnectOptions {
    options(file)
        .pragma("cache_size", "-32768")
        .pragma("wal_autocheckpoint", "16000")
        .pragma("secure_delete", "on")
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
            waiting: AtomicUsize::new(0),
            #[cfg(test)]
            commits: AtomicU64::new(0),
            wait,
            limit,
            born: Instant::now(),
        }))
    }

    /// Waits for a connection.
    pub(crate) async fn lease(&self) -> Result<Lease, Error> {
        let waits = Waits::new(&self.0.waiting);
        let permit = self.0.permits.clone().acquire_owned();
        let permit = tokio::time::timeout(self.0.wait, permit)
            .await
            .map_err(|_| Error::PoolTimedOut)?
            .map_err(|_| Error::PoolClosed)?;
        drop(waits);
        let idle = self.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        Ok(self.lent(connection, permit))
    }

    fn lent(&self, connection: Connection, permit: OwnedSemaphorePermit) -> Lease {
        Lease {
            pool: self.clone(),
            connection: Some(connection),
            part: false,
            company: Company::Any,
            _permit: permit,
        }
    }

    /// Commits what was left open, once everybody has written who waits now.
    async fn settle(self) {
        let Ok(permit) = self.0.permits.clone().acquire_owned().await else { return };
        let Some(connection) = self.idle().pop() else { return };
        match self.lent(connection, permit).settled().await {
            Ok(lease) => lease.give_back(),
            Err(error) => tracing::warn!(%error, "a shared commit failed"),
        }
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
        Ok(Connection { inner, deadline, group: None })
    }

    /// How many connections wait for their next use.
    #[cfg(test)]
    pub(crate) fn idle_connections(&self) -> usize {
        self.idle().len()
    }

    /// How many transactions that wrote were committed.
    #[cfg(test)]
    pub(crate) fn commits(&self) -> u64 {
        self.0.commits.load(Ordering::Relaxed)
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
        let shared = self.pool.0.clone();
        let connection = self.connection();
        // The count of milliseconds is cut off, so one more: no statement is interrupted early.
        let limit = millis(limit.min(shared.limit));
        connection.deadline.store(shared.millis() + limit + 1, Ordering::Relaxed);
        &mut connection.inner
    }

    fn connection(&mut self) -> &mut Connection {
        match &mut self.connection {
            Some(connection) => connection,
            None => unreachable!("a lease has its connection until it is given back"),
        }
    }

    /// Begins a write: a transaction, or a part of the one that others have left open.
    pub(crate) async fn begin(mut self, company: Company) -> Result<Self, Error> {
        if company == Company::None {
            self = self.settled().await?;
        }
        self.company = company;
        if self.connection().group.is_some() {
            self.part = true;
            self.say("SAVEPOINT one_of_many").await?;
            return Ok(self);
        }
        self.say("BEGIN IMMEDIATE").await?;
        self.connection().group =
            Some(Group { since: Instant::now(), members: Vec::new(), awaited: false });
        Ok(self)
    }

    /// Begins a transaction that reads one state of the store.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), Error> {
        self.say("BEGIN").await
    }

    /// Keeps what was written: returns when it is committed, by this one or by another.
    ///
    /// # Errors
    /// What the store says to the commit; `contention` when another one has lost it for all,
    /// `store_unavailable` when the program ends before anybody knows.
    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.part {
            self.say("RELEASE one_of_many").await.map_err(error::problem)?;
        }
        self.end().await
    }

    /// Takes back what was written and gives the connection back, unless it is in an unexpected
    /// state. What was found may rest on what others have written and not committed yet, so it
    /// waits for them.
    ///
    /// # Errors
    /// As [`Lease::commit`], for those others.
    pub(crate) async fn rollback(mut self) -> Result<()> {
        if !self.part {
            if self.say("ROLLBACK").await.is_ok() {
                self.connection().group = None;
                self.give_back();
            }
            return Ok(());
        }
        // Where the store has ended the transaction by itself there is nothing to go back to. The
        // others are told as the connection is closed; this one knows already what it met.
        for statement in ["ROLLBACK TO one_of_many", "RELEASE one_of_many"] {
            if self.say(statement).await.is_err() {
                return Ok(());
            }
        }
        self.end().await
    }

    /// Leaves the transaction to whoever waits for the connection, or commits it.
    async fn end(mut self) -> Result<()> {
        let crowded = self.pool.0.waiting.load(Ordering::Relaxed) > 0;
        let joined = self.company == Company::Any && crowded;
        let group = self.connection().group.as_mut().filter(|group| joined && group.has_room());
        let Some(group) = group else {
            self.settled().await.map_err(error::problem)?.give_back();
            return Ok(());
        };
        let (told, kept) = oneshot::channel();
        group.members.push(told);
        let awaited = std::mem::replace(&mut group.awaited, true);
        let pool = self.pool.clone();
        self.give_back();
        if !awaited {
            tokio::spawn(pool.settle());
        }
        match kept.await.unwrap_or(Fate::Lost) {
            Fate::Kept => Ok(()),
            Fate::Lost => Err(CONTENTION.problem().because("the commit that it shared was lost")),
            Fate::Unknown => Err(UNAVAILABLE.problem().because("the program ended at the commit")),
        }
    }

    /// Commits the open transaction, if there is one, and tells everybody who waits for that. With
    /// others it goes on when whoever began it is called off: they would hear nothing, do their work
    /// again, and it would be there twice.
    async fn settled(mut self) -> Result<Self, Error> {
        let Some(group) = self.connection().group.take() else { return Ok(self) };
        if group.members.is_empty() {
            return self.committed().await;
        }
        let shared = u64::try_from(group.members.len()).unwrap_or(u64::MAX);
        let mut told = Told(group.members);
        let committing = tokio::spawn(async move {
            let done = self.committed().await;
            told.tell(if done.is_ok() { Fate::Kept } else { Fate::Lost });
            done
        });
        let lease = committing.await.unwrap_or(Err(Error::WorkerCrashed))?;
        metrics::counter!("guanxi_store_shared_commits_total").increment(shared);
        Ok(lease)
    }

    async fn committed(mut self) -> Result<Self, Error> {
        self.say("COMMIT").await?;
        #[cfg(test)]
        self.pool.0.commits.fetch_add(1, Ordering::Relaxed);
        Ok(self)
    }

    async fn say(&mut self, statement: &'static str) -> Result<(), Error> {
        self.statement().execute(statement).await.map(drop)
    }

    /// Lends it to the next one.
    pub(crate) fn give_back(mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
    }
}

impl Group {
    fn has_room(&self) -> bool {
        self.members.len() < SHARED.0 && self.since.elapsed() < SHARED.1
    }
}

/// Somebody who waits for a connection, for as long as it lives.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn new(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::Relaxed);
        Self(waiting)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
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

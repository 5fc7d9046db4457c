//! The handle: opens a store, runs work in it, ends what it began.
//!
//! Reports have connections of their own, half as many as other reads have. A report may add up millions of
//! rows, so its statements may take longer than those of a request, and that limit belongs to a connection: to
//! set it for each report would be one more way to PostgreSQL and back. And however many reports are asked for
//! at once, the other requests find their connections free, and what the reports hold in memory is bounded; one
//! that has waited too long for a connection is told to come again. Price: that many connections more for each
//! node, opened when they are needed; and while all of them are busy with slow reports, quick ones wait too.

mod options;
mod postgres;
mod replica;

pub use self::options::{Limits, Options};

use self::{
    postgres::{Pulse, begin_postgres, open_postgres},
    replica::Replica,
};
use crate::{
    custom,
    error::{self, CONTENTION, Error, UNAVAILABLE},
    migrate,
    sqlite::{self, Company, Pool},
    tx::{Link, Tx},
    vault::Vault,
};
use guanxi_kernel::{Result, TenantId};
use sqlx::{ConnectOptions as _, PgPool, postgres::PgConnectOptions};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// One store. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Engine>, Arc<custom::Cache>, Option<Arc<dyn Vault>>);

enum Engine {
    /// `moving`: whoever has the permit moves what the write-ahead file holds.
    Sqlite {
        read: Pool,
        reports: Pool,
        write: Pool,
        /// How many connections read, and how many read reports.
        sizes: (usize, usize),
        moving: Arc<Semaphore>,
    },
    Postgres {
        read: PgPool,
        reports: PgPool,
        write: PgPool,
        pulse: Arc<Pulse>,
        replica: Option<Replica>,
    },
}

/// What reads: statements of requests, or those of reports, which may take longer.
#[derive(Clone, Copy)]
enum Reads {
    Requests,
    Reports,
}

/// How a transaction begins on PostgreSQL, whether it shares its commit on SQLite, where there is one
/// writer, and whether it is kept.
#[derive(Clone, Copy)]
struct Mode {
    begin: &'static str,
    company: Company,
    keep: bool,
}

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
const LOCKED: &str = "BEGIN ISOLATION LEVEL READ COMMITTED";

impl Default for Mode {
    fn default() -> Self {
        let begin = "BEGIN ISOLATION LEVEL SERIALIZABLE";
        Self { begin, company: Company::Any, keep: false }
    }
}

/// How often a write is tried when others get in between: with the pauses between, about as long as
/// it would wait for a connection.
const TRIES: u32 = 20;
/// The longest pause before another try, in milliseconds, but for the spread.
const LONGEST_PAUSE: u64 = 128;

/// Different statements that a connection keeps prepared; the one used least recently goes first.
pub(crate) const PREPARED: usize = 256;

impl Db {
    /// Opens the store, without looking at its schema.
    ///
    /// # Errors
    /// When it cannot be reached or the address is not understood. A file is opened by its first
    /// use.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let engine = match sqlite_file(&options.url)? {
            Some(file) => open_sqlite(&file, options)?,
            None => open_postgres(options).await?,
        };
        Ok(Self(Arc::new(engine), Arc::default(), None))
    }

    /// The same store for work that seals secrets and reads them back.
    #[must_use]
    pub fn with_vault(self, vault: Arc<dyn Vault>) -> Self {
        Self(self.0, self.1, Some(vault))
    }

    /// Brings the schema up to date. Several nodes may do this at once.
    ///
    /// # Errors
    /// When the store is newer than this program, or a step fails.
    pub async fn migrate(&self) -> Result<(), Error> {
        // A step may take longer than a statement of a request, and so may waiting for another node.
        match &*self.0 {
            Engine::Sqlite { write, .. } => migrate::sqlite(write.apart().await?).await,
            Engine::Postgres { write, .. } => {
                let patient = [("statement_timeout", 0), ("lock_timeout", 0)];
                let connect = PgConnectOptions::clone(&write.connect_options()).options(patient);
                migrate::postgres(connect.connect().await?).await
            }
        }
    }

    /// The connections that write to PostgreSQL; none on SQLite.
    pub(crate) fn postgres(&self) -> Option<&PgPool> {
        match &*self.0 {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { write, .. } => Some(write),
        }
    }

    /// A connection to the embedded store beside its pools; none to PostgreSQL.
    pub(crate) async fn beside(&self) -> Result<Option<sqlx::SqliteConnection>, Error> {
        match &*self.0 {
            Engine::Sqlite { write, .. } => write.apart().await.map(Some),
            Engine::Postgres { .. } => Ok(None),
        }
    }

    /// The permit to move what the write-ahead file of the embedded store holds, unless somebody has it.
    pub(crate) fn may_move(&self) -> Option<OwnedSemaphorePermit> {
        match &*self.0 {
            Engine::Sqlite { moving, .. } => Arc::clone(moving).try_acquire_owned().ok(),
            Engine::Postgres { .. } => None,
        }
    }

    /// The name of the engine, for people.
    pub fn engine(&self) -> &'static str {
        match &*self.0 {
            Engine::Sqlite { .. } => "sqlite",
            Engine::Postgres { .. } => "postgresql",
        }
    }

    /// Runs `work`, which reads. Each statement sees what is committed when it starts.
    ///
    /// # Errors
    /// Those of `work`; a write is refused by the store.
    pub async fn read<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        self.read_as(Reads::Requests, tenant, work).await
    }

    async fn read_as<T>(
        &self,
        reads: Reads,
        tenant: TenantId,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mut tx = self.reading(reads, tenant).await?;
        let done = work(&mut tx).await;
        let lost = self.watch(&done);
        match tx.link {
            Link::SqliteRead(lease) if !lost => lease.give_back(),
            _ => {}
        }
        done
    }

    async fn reading(&self, reads: Reads, tenant: TenantId) -> Result<Tx> {
        let link = match (&*self.0, reads) {
            (Engine::Sqlite { read: pool, .. }, Reads::Requests)
            | (Engine::Sqlite { reports: pool, .. }, Reads::Reports) => {
                Link::SqliteRead(pool.lease().await.map_err(error::problem)?)
            }
            (Engine::Postgres { read: pool, .. }, Reads::Requests)
            | (Engine::Postgres { reports: pool, .. }, Reads::Reports) => {
                Link::PostgresRead(pool.acquire().await.map_err(error::unreached)?)
            }
        };
        Ok(Tx::new(tenant, link, self.1.clone(), self.2.clone()))
    }

    /// Runs `work`, which reads; all its statements see what is committed when the first starts.
    ///
    /// # Errors
    /// Those of `work`; a write is refused by the store.
    pub async fn snapshot<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFnOnce(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let begin = async || {
            Ok(match &*self.0 {
                Engine::Sqlite { read, .. } => {
                    let mut lease = read.lease().await?;
                    lease.begin_reading().await?;
                    Link::SqliteWrite(lease)
                }
                Engine::Postgres { write, pulse, .. } => {
                    Link::PostgresWrite(begin_postgres(write, pulse, SNAPSHOT).await?)
                }
            })
        };
        let link = begin().await.map_err(error::unreached)?;
        let mut tx = Tx::new(tenant, link, self.1.clone(), self.2.clone());
        let done = work(&mut tx).await;
        tx.rollback().await.and(done)
    }

    /// Runs `work` in one serializable transaction: kept if it succeeds, undone if it does not.
    ///
    /// When another transaction got in between, `work` runs again from the start, a few times; so
    /// it must not have effects outside the store.
    ///
    /// # Errors
    /// Those of `work`, or what the store says to the commit.
    pub async fn write<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        self.transaction(tenant, &work, Mode { keep: true, ..Mode::default() }).await
    }

    /// As [`Db::write`], for work on many rows: it commits by itself, and what others have written is
    /// committed before it begins. What it has written is moved into the file of the embedded store beside
    /// whoever writes next.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub async fn write_many<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mode = Mode { keep: true, company: Company::None, ..Mode::default() };
        let done = self.transaction(tenant, &work, mode).await?;
        self.move_log();
        Ok(done)
    }

    /// As [`Db::write`], but without the store's promise that no other transaction got in between:
    /// for work that locks the row it depends on, and would otherwise be in everybody's way.
    ///
    /// # Errors
    /// Those of `work`, or what the store says to the commit.
    pub async fn write_locked<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        self.transaction(tenant, &work, Mode { keep: true, begin: LOCKED, ..Mode::default() }).await
    }

    /// As [`Db::write`], but nothing is kept: what would happen, without it happening.
    ///
    /// # Errors
    /// Those of `work`.
    pub async fn rehearse<T>(
        &self,
        tenant: TenantId,
        work: impl AsyncFn(&mut Tx) -> Result<T>,
    ) -> Result<T> {
        let mode = Mode { company: Company::None, ..Mode::default() };
        self.transaction(tenant, &work, mode).await
    }

    async fn transaction<T>(
        &self,
        tenant: TenantId,
        work: &impl AsyncFn(&mut Tx) -> Result<T>,
        mode: Mode,
    ) -> Result<T> {
        let mut attempt = 1;
        loop {
            match self.attempt(tenant, work, mode).await {
                Err(problem) if problem.is(&CONTENTION) && attempt < TRIES => {
                    metrics::counter!("guanxi_store_retries_total").increment(1);
                    pause(attempt).await;
                    attempt += 1;
                }
                done => {
                    self.watch(&done);
                    return done;
                }
            }
        }
    }

    async fn attempt<T>(
        &self,
        tenant: TenantId,
        work: &impl AsyncFn(&mut Tx) -> Result<T>,
        mode: Mode,
    ) -> Result<T> {
        let mut tx = self.begin(tenant, mode).await.map_err(error::unreached)?;
        let done = work(&mut tx).await;
        match tx.verdict(done) {
            Ok(done) if mode.keep => tx.commit().await.map(|()| done),
            done => tx.rollback().await.and(done),
        }
    }

    async fn begin(&self, tenant: TenantId, mode: Mode) -> Result<Tx, Error> {
        let made = |link| Tx::new(tenant, link, self.1.clone(), self.2.clone());
        Ok(match &*self.0 {
            Engine::Sqlite { write, .. } => {
                made(Link::SqliteWrite(write.lease().await?.begin(mode.company).await?))
            }
            Engine::Postgres { write, read, pulse, .. } => {
                let begun = begin_postgres(write, pulse, mode.begin).await?;
                made(Link::PostgresWrite(begun)).beside(read)
            }
        })
    }

    /// Whether the store was lost; if so, other connections are looked at before they are used.
    fn watch<T>(&self, done: &Result<T>) -> bool {
        let lost = done.as_ref().is_err_and(|problem| problem.is(&UNAVAILABLE));
        if let (true, Engine::Postgres { pulse, .. }) = (lost, &*self.0) {
            pulse.lost();
        }
        lost
    }

    /// Waits for running work and closes the connections.
    pub async fn close(&self) {
        match &*self.0 {
            Engine::Sqlite { read, reports, write, sizes, moving } => {
                // Whoever moves the log has done so, and nobody begins to.
                drop(moving.acquire().await);
                moving.close();
                read.close(sizes.0).await;
                reports.close(sizes.1).await;
                write.close(1).await;
            }
            Engine::Postgres { read, reports, write, replica, .. } => {
                if let Some(replica) = replica {
                    replica.close().await;
                }
                read.close().await;
                reports.close().await;
                write.close().await;
            }
        }
    }
}

impl Tx {
    /// What becomes of the transaction. A failed statement undoes all of it, whether or not `work`
    /// has passed the failure on, and what got in between is worth another try.
    fn verdict<T>(&self, done: Result<T>) -> Result<T> {
        match self.failed {
            Some(code) if done.is_ok() || code == &CONTENTION => {
                Err(code.problem().because("a statement of the transaction failed"))
            }
            _ => done,
        }
    }

    async fn commit(self) -> Result<()> {
        match self.link {
            Link::SqliteWrite(lease) => lease.commit().await,
            Link::PostgresWrite(transaction) => transaction.commit().await.map_err(error::problem),
            Link::SqliteRead(_) | Link::PostgresRead(_) => Ok(()),
        }
    }

    async fn rollback(self) -> Result<()> {
        match self.link {
            Link::SqliteWrite(lease) => lease.rollback().await,
            Link::PostgresWrite(transaction) => {
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "rollback failed; the connection is dropped");
                }
                Ok(())
            }
            Link::SqliteRead(_) | Link::PostgresRead(_) => Ok(()),
        }
    }
}

/// The file that a `sqlite:` address names, `None` for PostgreSQL; a bare path is one too.
pub(crate) fn sqlite_file(url: &str) -> Result<Option<PathBuf>, Error> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return Ok(None);
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    let path = path.strip_prefix("//").unwrap_or(path);
    // In memory every connection would have a store of its own.
    if path.is_empty() || path.starts_with(":memory:") || path.contains("://") || path.contains('?')
    {
        return Err(Error::Configuration("the store is sqlite:PATH or postgres://…".into()));
    }
    Ok(Some(PathBuf::from(path)))
}

fn open_sqlite(file: &Path, options: &Options) -> Result<Engine, Error> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let limits = options.limits;
    let sizes = (options.readers, options.reporters());
    let read = sqlite::reading(file, options.readers);
    let write = sqlite::writing(file);
    Ok(Engine::Sqlite {
        read: Pool::new(read.clone(), sizes.0, limits.acquire, limits.read),
        reports: Pool::new(read, sizes.1, limits.acquire, limits.report),
        write: Pool::new(write, 1, limits.acquire, limits.write),
        sizes,
        moving: Arc::new(Semaphore::new(1)),
    })
}

/// Waits a little longer after each try, and not as long as the others do.
async fn pause(attempt: u32) {
    let spread = u64::from(std::process::id()) ^ u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let pause = (1 << attempt.min(16)).min(LONGEST_PAUSE);
    let millis = pause + spread % pause;
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

#[cfg(test)]
mod tests;

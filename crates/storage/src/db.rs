//! The handle: opens a store, runs work in it, ends what it began.

use crate::{
    error::{self, CONTENTION, Error, UNAVAILABLE},
    migrate,
    sqlite::{self, Pool},
    tx::{Link, Tx},
};
use guanxi_kernel::{Result, TenantId};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{path::PathBuf, str::FromStr as _, sync::Arc, time::Duration};

/// Where the store is and how much of it is used.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
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
    /// For one statement of a write.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { acquire: seconds(5), read: seconds(5), write: seconds(10) }
    }
}

impl Options {
    /// The usual sizes for the store at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), readers: 16, writers: 16, limits: Limits::default() }
    }
}

/// One store. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Engine>);

enum Engine {
    Sqlite { read: Pool, write: Pool, readers: usize },
    Postgres { read: PgPool, write: PgPool },
}

/// How often a write is tried when others get in between.
const TRIES: u32 = 6;

impl Db {
    /// Opens the store, without looking at its schema.
    ///
    /// # Errors
    /// When it cannot be reached or the address is not understood.
    pub async fn open(options: &Options) -> Result<Self, Error> {
        let engine = if let Some(file) = sqlite_file(&options.url) {
            open_sqlite(file, options)?
        } else {
            open_postgres(options).await?
        };
        Ok(Self(Arc::new(engine)))
    }

    /// Brings the schema up to date. Several nodes may do this at once.
    ///
    /// # Errors
    /// When the store is newer than this program, or a step fails.
    pub async fn migrate(&self) -> Result<(), Error> {
        match &*self.0 {
            Engine::Sqlite { write, .. } => {
                let mut lease = write.lease().await?;
                let done = migrate::sqlite(&mut lease).await;
                lease.give_back();
                done
            }
            Engine::Postgres { write, .. } => migrate::postgres(&mut *write.acquire().await?).await,
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
        let link = match &*self.0 {
            Engine::Sqlite { read, .. } => Link::Sqlite(read.lease().await.map_err(error::problem)?),
            Engine::Postgres { read, .. } => {
                Link::PostgresRead(read.acquire().await.map_err(error::problem)?)
            }
        };
        let mut tx = Tx { tenant, link };
        let done = work(&mut tx).await;
        if let Link::Sqlite(lease) = tx.link {
            lease.give_back();
        }
        done
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
        for attempt in 1.. {
            let done = self.write_once(tenant, &work, true).await;
            match done {
                Err(problem) if problem.is(&CONTENTION) && attempt < TRIES => {
                    metrics::counter!("guanxi_store_retries_total").increment(1);
                    pause(attempt).await;
                }
                done => return done,
            }
        }
        Err(UNAVAILABLE.problem())
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
        self.write_once(tenant, &work, false).await
    }

    async fn write_once<T>(
        &self,
        tenant: TenantId,
        work: &impl AsyncFn(&mut Tx) -> Result<T>,
        keep: bool,
    ) -> Result<T> {
        let mut tx = self.begin(tenant).await.map_err(error::problem)?;
        let done = work(&mut tx).await;
        match done {
            Ok(done) if keep => tx.commit().await.map(|()| done).map_err(error::problem),
            done => {
                tx.rollback().await;
                done
            }
        }
    }

    async fn begin(&self, tenant: TenantId) -> Result<Tx, Error> {
        let link = match &*self.0 {
            Engine::Sqlite { write, .. } => {
                let mut lease = write.lease().await?;
                lease.begin("BEGIN IMMEDIATE").await?;
                Link::Sqlite(lease)
            }
            Engine::Postgres { write, .. } => {
                Link::PostgresWrite(write.begin_with("BEGIN ISOLATION LEVEL SERIALIZABLE").await?)
            }
        };
        Ok(Tx { tenant, link })
    }

    /// Waits for running work and closes the connections.
    pub async fn close(&self) {
        match &*self.0 {
            Engine::Sqlite { read, write, readers } => {
                read.close(*readers).await;
                write.close(1).await;
            }
            Engine::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

impl Tx {
    async fn commit(self) -> Result<(), Error> {
        match self.link {
            Link::Sqlite(lease) => lease.commit().await,
            Link::PostgresWrite(transaction) => transaction.commit().await,
            Link::PostgresRead(_) => Ok(()),
        }
    }

    async fn rollback(self) {
        match self.link {
            Link::Sqlite(lease) => lease.rollback().await,
            Link::PostgresWrite(transaction) => {
                if let Err(error) = transaction.rollback().await {
                    tracing::debug!(%error, "rollback failed; the connection is dropped");
                }
            }
            Link::PostgresRead(_) => {}
        }
    }
}

/// The file that a `sqlite:` address names; a bare path is one too.
fn sqlite_file(url: &str) -> Option<PathBuf> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return None;
    }
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
}

fn open_sqlite(file: PathBuf, options: &Options) -> Result<Engine, Error> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let limits = options.limits;
    let write = sqlite::options(&file);
    // A reader may come first to a new file, so it may create it; it still cannot write a row.
    let read = write.clone().pragma("query_only", "on");
    Ok(Engine::Sqlite {
        read: Pool::new(read, options.readers, limits.acquire, limits.read),
        write: Pool::new(write, 1, limits.acquire, limits.write),
        readers: options.readers,
    })
}

async fn open_postgres(options: &Options) -> Result<Engine, Error> {
    let limits = options.limits;
    let millis = |time: Duration| time.as_millis().to_string();
    let connect = PgConnectOptions::from_str(&options.url)?.application_name("guanxi").options([
        ("lock_timeout", "5000"),
        ("idle_in_transaction_session_timeout", "10000"),
        ("timezone", "UTC"),
    ]);
    let read = connect.clone().options([
        ("default_transaction_read_only", "on"),
        ("statement_timeout", millis(limits.read).as_str()),
    ]);
    let write = connect.options([("statement_timeout", millis(limits.write).as_str())]);
    // No ping before each use: it halves the speed of small reads. A connection that has died
    // answers its next request with 503 and is replaced.
    let pool = |size: usize| {
        PgPoolOptions::new()
            .max_connections(u32::try_from(size).unwrap_or(u32::MAX))
            .acquire_timeout(limits.acquire)
            .test_before_acquire(false)
    };
    Ok(Engine::Postgres {
        read: pool(options.readers).connect_with(read).await?,
        write: pool(options.writers).connect_with(write).await?,
    })
}

/// Waits a little longer after each try, and not as long as the others do.
async fn pause(attempt: u32) {
    let spread = u64::from(std::process::id()) ^ u64::from(uuid::Uuid::new_v4().as_bytes()[0]);
    let millis = (1 << attempt) + spread % (1 << attempt);
    tokio::time::sleep(Duration::from_millis(millis)).await;
}

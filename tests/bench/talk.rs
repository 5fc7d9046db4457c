//! Conversations with a store, with connections opened the way the program opens them, but without
//! anything of the program in between.

use crate::{
    Outcome,
    store::{Engine, Store},
};
use guanxi_customers::parties::Party;
use guanxi_storage::{Cells, Record as _};
use sea_query::{Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{
    ConnectOptions as _, Connection, Executor as _, PgConnection, Row as _, SqliteConnection,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::{
    collections::BTreeSet,
    path::Path,
    str::FromStr as _,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// Connections of each of the program's pools, unless the operator says otherwise.
const SIZE: usize = 16;

/// Statements that each connection keeps prepared, and the pages that all which read a file of SQLite keep
/// together, in KiB: as in the program.
const PREPARED: usize = 256;
const PAGES: usize = 65_536;

const NEXT_EVENT_SQLITE: &str = "SELECT COALESCE(MAX(seq), 0) FROM events WHERE tenant_id = $1";
const NEXT_EVENT_POSTGRES: &str =
    "SELECT nextval('event_seq'), CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)
     FROM generate_series(1, $2) WHERE CAST($1 AS UUID) IS NOT NULL";

/// Connections to one store.
#[derive(Debug)]
pub(crate) enum Pools {
    Sqlite { read: Pool<SqliteConnection>, write: Pool<SqliteConnection> },
    Postgres { read: Pool<PgConnection>, write: Pool<PgConnection> },
}

/// Open connections, lent one by one. Not sqlx's pool, which asks a connection whether it lives
/// each time that it comes back: a ceiling must not pay for that.
#[derive(Debug)]
pub(crate) struct Pool<C>(Arc<Lent<C>>);

#[derive(Debug)]
struct Lent<C> {
    idle: Mutex<Vec<C>>,
    permits: Arc<Semaphore>,
}

/// A lent connection, which goes back when it is dropped.
struct Lease<C> {
    connection: Option<C>,
    pool: Arc<Lent<C>>,
    _permit: OwnedSemaphorePermit,
}

impl<C> Pool<C> {
    fn new(connections: Vec<C>) -> Self {
        let permits = Arc::new(Semaphore::new(connections.len()));
        Self(Arc::new(Lent { idle: Mutex::new(connections), permits }))
    }

    async fn lease(&self) -> sqlx::Result<Lease<C>> {
        let permit = self.0.permits.clone().acquire_owned().await;
        let permit = permit.map_err(|_| sqlx::Error::PoolClosed)?;
        let connection = self.0.idle().pop();
        Ok(Lease { connection, pool: self.0.clone(), _permit: permit })
    }
}

impl<C> Lent<C> {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<C>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C: Connection> Pool<C> {
    async fn close(&self) {
        self.0.permits.close();
        let idle = std::mem::take(&mut *self.0.idle());
        for connection in idle {
            // Nothing is left to be done about one that does not close; it ends with the process.
            let _ = connection.close().await;
        }
    }
}

impl<C> Lease<C> {
    fn get(&mut self) -> sqlx::Result<&mut C> {
        self.connection.as_mut().ok_or(sqlx::Error::PoolClosed)
    }
}

impl<C> Drop for Lease<C> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.idle().push(connection);
        }
    }
}

/// In whose name statements run.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(crate) struct Who {
    pub(crate) tenant_id: Uuid,
    pub(crate) user_id: Uuid,
    /// The session.
    pub(crate) id: Uuid,
}

impl Pools {
    pub(crate) async fn open(store: &Store) -> Outcome<Self> {
        match store.engine {
            Engine::Sqlite => open_sqlite(store).await,
            Engine::Postgres => open_postgres(store).await,
        }
    }

    /// The last one who signed in.
    pub(crate) async fn last_session(&self) -> sqlx::Result<Who> {
        let text = "SELECT tenant_id, user_id, id FROM sessions ORDER BY created_at DESC LIMIT 1";
        match self {
            Self::Sqlite { read, .. } => {
                sqlx::query_as(text).fetch_one(read.lease().await?.get()?).await
            }
            Self::Postgres { read, .. } => {
                sqlx::query_as(text).fetch_one(read.lease().await?.get()?).await
            }
        }
    }

    /// The ids of all parties, in their order.
    pub(crate) async fn parties(&self, tenant: Uuid) -> sqlx::Result<Vec<Uuid>> {
        let text = "SELECT id FROM parties WHERE tenant_id = $1 ORDER BY id";
        match self {
            Self::Sqlite { read, .. } => {
                sqlx::query_scalar(text).bind(tenant).fetch_all(read.lease().await?.get()?).await
            }
            Self::Postgres { read, .. } => {
                sqlx::query_scalar(text).bind(tenant).fetch_all(read.lease().await?.get()?).await
            }
        }
    }

    /// What the store is and how safely it writes, in its own words.
    pub(crate) async fn describe(&self) -> sqlx::Result<String> {
        match self {
            Self::Sqlite { write, .. } => {
                let mut lease = write.lease().await?;
                let write = lease.get()?;
                let version: String =
                    sqlx::query_scalar("SELECT sqlite_version()").fetch_one(&mut *write).await?;
                let journal: String =
                    sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *write).await?;
                let synchronous: i64 =
                    sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *write).await?;
                Ok(format!("SQLite {version}, journal_mode {journal}, synchronous {synchronous}"))
            }
            Self::Postgres { write, .. } => {
                let text = "SELECT 'PostgreSQL ' || current_setting('server_version')
                    || ', fsync ' || current_setting('fsync')
                    || ', synchronous_commit ' || current_setting('synchronous_commit')
                    || ', full_page_writes ' || current_setting('full_page_writes')
                    || ', shared_buffers ' || current_setting('shared_buffers')";
                sqlx::query_scalar(text).fetch_one(write.lease().await?.get()?).await
            }
        }
    }

    /// Begins to read, statement by statement.
    pub(crate) async fn reading(&self, tenant: Uuid) -> sqlx::Result<Talk> {
        let link = match self {
            Self::Sqlite { read, .. } => Link::Sqlite(read.lease().await?),
            Self::Postgres { read, .. } => Link::Postgres(read.lease().await?),
        };
        Ok(Talk { link, tenant, said: Vec::new() })
    }

    /// Begins a transaction as the program does.
    pub(crate) async fn writing(&self, tenant: Uuid) -> sqlx::Result<Talk> {
        let (link, begin) = match self {
            Self::Sqlite { write, .. } => (Link::Sqlite(write.lease().await?), "BEGIN IMMEDIATE"),
            Self::Postgres { write, .. } => {
                (Link::Postgres(write.lease().await?), "BEGIN ISOLATION LEVEL SERIALIZABLE")
            }
        };
        let mut talk = Talk { link, tenant, said: Vec::new() };
        talk.say(begin).await?;
        Ok(talk)
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

/// What the program says when it opens a file, but for how long it waits for another writer: in what is
/// measured here the other one is the program, and that it got in between would end the measurement.
fn sqlite(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(120))
        .statement_cache_capacity(PREPARED)
        .row_buffer_size(256)
        .pragma("temp_store", "memory")
}

/// The same of the connection that writes.
pub(crate) fn sqlite_writing(file: &Path) -> SqliteConnectOptions {
    sqlite(file)
        .pragma("cache_size", "-32768")
        .pragma("wal_autocheckpoint", "16000")
        .pragma("secure_delete", "on")
}

async fn open_sqlite(store: &Store) -> Outcome<Pools> {
    let file = Path::new(store.path());
    let pages = format!("-{}", PAGES / SIZE);
    let read = sqlite(file).pragma("cache_size", pages).pragma("query_only", "on");
    let write = sqlite_writing(file);
    let mut readers = Vec::new();
    for _ in 0..SIZE {
        readers.push(read.connect().await?);
    }
    Ok(Pools::Sqlite { read: Pool::new(readers), write: Pool::new(vec![write.connect().await?]) })
}

async fn open_postgres(store: &Store) -> Outcome<Pools> {
    let connect = PgConnectOptions::from_str(&store.url)?;
    let connect = connect.statement_cache_capacity(PREPARED);
    let connect = connect.options([("lock_timeout", "5000"), ("timezone", "UTC")]);
    let read = connect.clone().options([("default_transaction_read_only", "on")]);
    let (mut readers, mut writers) = (Vec::new(), Vec::new());
    for _ in 0..SIZE {
        readers.push(read.connect().await?);
        writers.push(connect.connect().await?);
    }
    Ok(Pools::Postgres { read: Pool::new(readers), write: Pool::new(writers) })
}

/// Whether another transaction made this one fail, so that it may succeed the next time.
pub(crate) fn got_in_between(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    matches!(code.as_deref(), Some("40001" | "40P01"))
}

/// A conversation with the store, and what was said in it.
pub(crate) struct Talk {
    link: Link,
    tenant: Uuid,
    said: Vec<&'static str>,
}

enum Link {
    Sqlite(Lease<SqliteConnection>),
    Postgres(Lease<PgConnection>),
}

/// The same call on whichever store it is.
macro_rules! on_either {
    ($talk:expr, |$connection:ident| $call:expr) => {
        match &mut $talk.link {
            Link::Sqlite(lease) => {
                let $connection = lease.get()?;
                $call
            }
            Link::Postgres(lease) => {
                let $connection = lease.get()?;
                $call
            }
        }
    };
}

impl Talk {
    /// Puts the tenant before the values, as the program does.
    fn begin(&mut self, text: &'static str, mut values: Vec<Value>) -> SqlxValues {
        self.said.push(text);
        values.insert(0, self.tenant.into());
        SqlxValues(Values(values))
    }

    pub(crate) async fn run(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> sqlx::Result<u64> {
        let values = self.begin(text, values);
        on_either!(self, |connection| {
            sqlx::query_with(text, values)
                .execute(connection)
                .await
                .map(|done| done.rows_affected())
        })
    }

    /// Fetches all rows, undecoded; how many.
    pub(crate) async fn rows(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> sqlx::Result<usize> {
        let values = self.begin(text, values);
        on_either!(self, |connection| {
            sqlx::query_with(text, values).fetch_all(connection).await.map(|rows| rows.len())
        })
    }

    /// Fetches rows of parties, undecoded but for their tiers; which there are.
    pub(crate) async fn tiers(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> sqlx::Result<BTreeSet<String>> {
        let values = self.begin(text, values);
        let found: Vec<Option<String>> = on_either!(self, |connection| {
            let rows = sqlx::query_with(text, values).fetch_all(connection).await?;
            rows.iter().map(|row| row.try_get("tier")).collect::<sqlx::Result<_>>()
        })?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The number of a document, which is the second column.
    pub(crate) async fn doc(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> sqlx::Result<i64> {
        let values = self.begin(text, values);
        let (_, doc): (Uuid, i64) = on_either!(self, |connection| {
            sqlx::query_as_with(text, values).fetch_one(connection).await
        })?;
        Ok(doc)
    }

    pub(crate) async fn party(
        &mut self,
        text: &'static str,
        values: Vec<Value>,
    ) -> sqlx::Result<Option<Party>> {
        let values = self.begin(text, values);
        on_either!(self, |connection| {
            let row = sqlx::query_with(text, values).fetch_optional(connection).await?;
            row.map(|row| Party::read(&mut Cells::from(&row))).transpose()
        })
    }

    pub(crate) async fn next_event(&mut self) -> sqlx::Result<(i64, i64)> {
        match &self.link {
            Link::Sqlite(_) => {
                let values = self.begin(NEXT_EVENT_SQLITE, Vec::new());
                let last: (i64,) = on_either!(self, |connection| {
                    sqlx::query_as_with(NEXT_EVENT_SQLITE, values).fetch_one(connection).await
                })?;
                Ok((last.0 + 1, last.0 + 1))
            }
            Link::Postgres(_) => {
                let values = self.begin(NEXT_EVENT_POSTGRES, vec![1_i64.into()]);
                on_either!(self, |connection| {
                    sqlx::query_as_with(NEXT_EVENT_POSTGRES, values).fetch_one(connection).await
                })
            }
        }
    }

    /// Ends what only read.
    pub(crate) fn end(self) -> Vec<&'static str> {
        self.said
    }

    pub(crate) async fn commit(mut self) -> sqlx::Result<Vec<&'static str>> {
        self.say("COMMIT").await?;
        Ok(self.said)
    }

    pub(crate) async fn rollback(mut self) -> sqlx::Result<()> {
        self.say("ROLLBACK").await
    }

    /// Says what begins or ends a transaction.
    async fn say(&mut self, text: &'static str) -> sqlx::Result<()> {
        on_either!(self, |connection| connection.execute(text).await.map(drop))
    }
}

//! What use cases work in: one connection, one tenant, and, for writes, one transaction.
//!
//! While the store works on one of many statements the next is put together (`Tx::execute_each`): in an
//! import the thread of the store and that of the program waited for each other in turn, half of the time
//! each. The order of statements stays as it was. Price: what such statements need must be looked up before
//! the first of them.
//!
//! What talks to a store is compiled once, here: a statement's rows come as they are on its store, and only
//! reading them as a type is code of that type. Each of a thousand types had the drivers' machinery of both
//! stores before, a large part of the program. Price: one allocation for each statement, and the rows of it are
//! in memory twice for a moment.

use crate::{
    bulk::is_of_store,
    custom,
    error::{self, BROKEN_REFERENCE, Error},
    record::{Cells, Record},
    sql::Sql,
    sqlite::Lease,
    vault::{Sealer, Vault},
};
use futures_util::{TryStreamExt as _, future::join};
use guanxi_kernel::{Code, Result, TenantId, problem::DUPLICATE};
use sqlx::{
    FromRow, PgConnection, PgPool, Postgres, Transaction, pool::PoolConnection, postgres::PgRow,
    sqlite::SqliteRow,
};
use std::{collections::BTreeSet, pin::Pin, sync::Arc};
use uuid::Uuid;

/// A conversation with the store in the name of one tenant.
///
/// Made by [`Db::read`](crate::Db::read) and [`Db::write`](crate::Db::write), which also end it.
pub struct Tx {
    tenant: TenantId,
    pub(crate) link: Link,
    /// What the first failed statement of a transaction met. Nothing more can be done in it then,
    /// whatever becomes of the failure: PostgreSQL refuses, and SQLite may have rolled back and
    /// would keep the next statement alone.
    pub(crate) failed: Option<&'static Code>,
    /// What was found true and cannot have changed since, because nothing was written.
    facts: BTreeSet<(&'static str, Uuid)>,
    /// The fields of tenants that this node keeps.
    pub(crate) kept: Arc<custom::Cache>,
    /// Those of this tenant, once they have been looked at.
    pub(crate) definitions: Option<Arc<custom::Definitions>>,
    /// Who seals secrets.
    vault: Option<Arc<dyn Vault>>,
    /// Where to look at what need not be part of the transaction; none where everything is.
    beside: Option<PgPool>,
}

pub(crate) enum Link {
    SqliteRead(Lease),
    SqliteWrite(Lease),
    /// Statements one by one, on a connection that cannot write.
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

/// What talks to the store until it has answered.
type Talking<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// What a statement has found, as its store gives it.
enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

/// One row, as its store gives it.
enum Found {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl From<Vec<SqliteRow>> for Rows {
    fn from(rows: Vec<SqliteRow>) -> Self {
        Self::Sqlite(rows)
    }
}

impl From<Vec<PgRow>> for Rows {
    fn from(rows: Vec<PgRow>) -> Self {
        Self::Postgres(rows)
    }
}

impl From<SqliteRow> for Found {
    fn from(row: SqliteRow) -> Self {
        Self::Sqlite(row)
    }
}

impl From<PgRow> for Found {
    fn from(row: PgRow) -> Self {
        Self::Postgres(row)
    }
}

impl Rows {
    fn read<T: Row>(&self) -> Result<Vec<T>, Error> {
        match self {
            Self::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Self::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        }
    }
}

impl Found {
    fn read<T: Row>(&self) -> Result<T, Error> {
        match self {
            Self::Sqlite(row) => T::from_row(row),
            Self::Postgres(row) => T::from_row(row),
        }
    }
}

/// Readable from a row of either store by column names; deriving [`sqlx::FromRow`] is enough.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

type Rendered = (sqlx::SqlStr, sea_query_sqlx::SqlxValues);

/// The same call on whichever store it is: the only branch that statements need.
macro_rules! on_either {
    ($tx:expr, $rendered:expr, |$text:ident, $args:ident, $conn:ident| $call:expr) => {{
        let tx: &mut Tx = $tx;
        tx.still_good()?;
        let ($text, $args) = $rendered;
        let done: Result<_, Error> = match &mut tx.link {
            Link::SqliteRead(lease) | Link::SqliteWrite(lease) => {
                let $conn = lease.statement();
                $call
            }
            Link::PostgresRead(connection) => {
                let $conn: &mut PgConnection = &mut **connection;
                $call
            }
            Link::PostgresWrite(transaction) => {
                let $conn: &mut PgConnection = &mut **transaction;
                $call
            }
        };
        tx.note(done)
    }};
}

impl Tx {
    pub(crate) fn new(
        tenant: TenantId,
        link: Link,
        kept: Arc<custom::Cache>,
        vault: Option<Arc<dyn Vault>>,
    ) -> Self {
        let (failed, facts, definitions) = (None, BTreeSet::new(), None);
        Self { tenant, link, failed, facts, kept, definitions, vault, beside: None }
    }

    /// The same, which looks at other things by these connections.
    pub(crate) fn beside(self, pool: &PgPool) -> Self {
        Self { beside: Some(pool.clone()), ..self }
    }

    /// Reads what need not be part of the transaction, because it only serves as advice: what is
    /// committed, without what the transaction itself has written. Within it, PostgreSQL would hold
    /// everything that was looked at against what others write at the same time and refuse one of
    /// them, and a search looks at a large part of an index. On SQLite, where one writes at a time, it
    /// is the transaction that reads. The fields of the tenant are those of the transaction, which
    /// will want them anyhow.
    ///
    /// # Errors
    /// Those of `work`; `unavailable` when no connection is free in time.
    pub async fn aside<T>(&mut self, work: impl AsyncFnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let Some(pool) = self.beside.clone() else { return work(self).await };
        let definitions = custom::definitions(self).await?;
        let connection = pool.acquire().await.map_err(error::unreached)?;
        let link = Link::PostgresRead(connection);
        let mut tx = Self::new(self.tenant, link, self.kept.clone(), self.vault.clone());
        tx.definitions = Some(definitions);
        work(&mut tx).await
    }

    /// Seals secrets of the tenant and reads them back.
    pub fn sealer(&self) -> Sealer {
        Sealer::new(self.tenant, self.vault.clone())
    }

    /// The tenant in whose name every statement runs.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Runs a statement for its effect; how many rows it touched.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64> {
        let rendered = sql.render(self.tenant.uuid(), self.is_sqlite());
        self.run(rendered).await
    }

    /// Runs statements one after the other for their effect. Each is put together while the store
    /// works on the one before.
    ///
    /// # Errors
    /// As [`Tx::execute`], of the first that fails.
    pub async fn execute_each(&mut self, mut statements: impl Iterator<Item = Sql>) -> Result<()> {
        let mut ready = statements.next();
        while let Some(sql) = ready {
            let (done, following) = join(self.execute(sql), async { statements.next() }).await;
            done?;
            ready = following;
        }
        Ok(())
    }

    /// Runs a statement on one of the few tables that are looked at across tenants, for its effect.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn execute_untenanted(&mut self, sql: Sql) -> Result<u64> {
        let rendered = sql.render_untenanted(self.is_sqlite());
        self.run(rendered).await
    }

    /// The rows of a statement.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let rendered = sql.render(self.tenant.uuid(), self.is_sqlite());
        self.all_rendered(rendered).await
    }

    /// Gives the rows of a statement to `take`, one after the other as they come, until it refuses one: for
    /// statements of more rows than should be in memory at once. The time in `take` counts for the statement.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them; the refusal of `take`, which ends the statement and not the transaction.
    pub async fn each<T: Row>(
        &mut self,
        sql: Sql,
        mut take: impl FnMut(T) -> Result<()> + Send,
    ) -> Result<()> {
        let rendered = sql.render(self.tenant.uuid(), self.is_sqlite());
        let mut taken = Ok(());
        let mut read = |row: Found| {
            taken = take(row.read()?);
            Ok(taken.is_ok())
        };
        self.stream(rendered, &mut read).await?;
        taken
    }

    /// The row of a statement, if there is one.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn optional<T: Row>(&mut self, sql: Sql) -> Result<Option<T>> {
        let rendered = sql.render(self.tenant.uuid(), self.is_sqlite());
        self.optional_rendered(rendered).await
    }

    /// The row of a statement on one of the few tables that are above tenants; `$1` is the first
    /// value given.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn optional_untenanted<T: Row>(&mut self, sql: Sql) -> Result<Option<T>> {
        let rendered = sql.render_untenanted(self.is_sqlite());
        self.optional_rendered(rendered).await
    }

    /// Rows of a statement on one of the few tables that are above tenants.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn all_untenanted<T: Row>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let rendered = sql.render_untenanted(self.is_sqlite());
        self.all_rendered(rendered).await
    }

    async fn all_rendered<T: Row>(&mut self, rendered: Rendered) -> Result<Vec<T>> {
        let rows = self.rows(rendered).await?;
        self.note(rows.read())
    }

    async fn optional_rendered<T: Row>(&mut self, rendered: Rendered) -> Result<Option<T>> {
        let found = self.first(rendered).await?;
        self.note(found.map(|row| row.read()).transpose())
    }

    fn run(&mut self, rendered: Rendered) -> Talking<'_, u64> {
        Box::pin(async move {
            self.facts.clear();
            on_either!(self, rendered, |text, args, conn| {
                sqlx::query_with(text, args).execute(conn).await.map(|done| done.rows_affected())
            })
        })
    }

    fn rows(&mut self, rendered: Rendered) -> Talking<'_, Rows> {
        Box::pin(async move {
            on_either!(self, rendered, |text, args, conn| {
                sqlx::query_with(text, args).fetch_all(conn).await.map(Rows::from)
            })
        })
    }

    fn first(&mut self, rendered: Rendered) -> Talking<'_, Option<Found>> {
        Box::pin(async move {
            on_either!(self, rendered, |text, args, conn| {
                let found = sqlx::query_with(text, args).fetch_optional(conn).await;
                found.map(|row| row.map(Found::from))
            })
        })
    }

    /// Gives each row to `take` as it comes, until that wants no more.
    fn stream<'a>(
        &'a mut self,
        rendered: Rendered,
        take: &'a mut (dyn FnMut(Found) -> Result<bool, Error> + Send),
    ) -> Talking<'a, ()> {
        Box::pin(async move {
            on_either!(self, rendered, |text, args, conn| {
                let mut rows = sqlx::query_with(text, args).fetch(conn);
                loop {
                    match rows.try_next().await {
                        Ok(Some(row)) => match take(row.into()) {
                            Ok(true) => {}
                            Ok(false) => break Ok(()),
                            Err(error) => break Err(error),
                        },
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            })
        })
    }

    /// The records of a statement that selects exactly the columns of `T`, then `extra` more, which
    /// `finish` reads.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub(crate) async fn records<T: Record, U>(
        &mut self,
        sql: Sql,
        finish: impl Fn(T, &mut Cells<'_>) -> Result<U, Error>,
    ) -> Result<Vec<U>> {
        self.cells(sql, |cells| {
            let record = T::read(cells)?;
            finish(record, cells)
        })
        .await
    }

    /// The rows of a statement, each read cell by cell.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn cells<U>(
        &mut self,
        sql: Sql,
        read: impl Fn(&mut Cells<'_>) -> Result<U, Error>,
    ) -> Result<Vec<U>> {
        let rows = self.rows(sql.render(self.tenant.uuid(), self.is_sqlite())).await?;
        let read = |mut cells: Cells<'_>| read(&mut cells);
        let all = match &rows {
            Rows::Sqlite(rows) => rows.iter().map(|row| read(row.into())).collect(),
            Rows::Postgres(rows) => rows.iter().map(|row| read(row.into())).collect(),
        };
        self.note(all)
    }

    /// Whether `fact` was found true of that record, and nothing was written since.
    pub fn knows(&self, fact: &'static str, of: Uuid) -> bool {
        self.facts.contains(&(fact, of))
    }

    /// Remembers that `fact` is true of that record, until something is written.
    pub fn learn(&mut self, fact: &'static str, of: Uuid) {
        self.facts.insert((fact, of));
    }

    /// Whether the statement finds a row; it selects one `BIGINT`.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn exists(&mut self, sql: Sql) -> Result<bool> {
        Ok(self.optional::<(i64,)>(sql).await?.is_some())
    }

    /// Begins a part of the transaction that can be taken back without the rest; [`Tx::end_part`]
    /// ends it.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn begin_part(&mut self) -> Result<()> {
        self.execute_untenanted(Sql::new("SAVEPOINT part")).await.map(drop)
    }

    /// Ends the part: what it wrote stays if it succeeded, and is taken back if the rules refused it.
    ///
    /// # Errors
    /// The refusal of the store that ended the whole transaction.
    pub async fn end_part<T>(&mut self, done: Result<T>) -> Result<Result<T>> {
        if let Err(problem) = done {
            // A key that somebody else holds, or a record that is gone, is all that a store may refuse
            // and go on.
            let goes_on =
                self.failed.is_none_or(|code| code == &DUPLICATE || code == &BROKEN_REFERENCE);
            if !goes_on || is_of_store(&problem) {
                return Err(problem);
            }
            self.failed = None;
            self.definitions = None;
            self.execute_untenanted(Sql::new("ROLLBACK TO SAVEPOINT part")).await?;
            self.release_part().await?;
            return Ok(Err(problem));
        }
        self.release_part().await?;
        Ok(done)
    }

    async fn release_part(&mut self) -> Result<()> {
        self.execute_untenanted(Sql::new("RELEASE SAVEPOINT part")).await.map(drop)
    }

    /// The next sequence numbers of the event table, each with the number of this transaction.
    ///
    /// On PostgreSQL sequence numbers are drawn before the commit, so a reader that wants the
    /// order of commits needs both; on SQLite one writer makes them the same order.
    pub(crate) async fn next_events(&mut self, count: usize) -> Result<Vec<(i64, i64)>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match &self.link {
            Link::SqliteRead(_) | Link::SqliteWrite(_) => {
                let last =
                    Sql::new("SELECT COALESCE(MAX(seq), 0) FROM events WHERE tenant_id = $1");
                let last: Option<(i64,)> = self.optional(last).await?;
                let first = last.map_or(1, |(last,)| last + 1);
                Ok((first..first + count).map(|seq| (seq, first)).collect())
            }
            // The tenant is bound to every statement; naming it keeps its type known.
            Link::PostgresRead(_) | Link::PostgresWrite(_) => {
                let mut numbers = Sql::new(
                    "SELECT nextval('event_seq'), CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT)
                     FROM generate_series(1, ",
                );
                numbers.bind(count).push(") WHERE CAST($1 AS UUID) IS NOT NULL");
                self.all(numbers).await
            }
        }
    }

    /// An expression for the number below which every transaction has ended, seen from the
    /// statement it stands in: what such a transaction wrote is all there, and nothing will be added.
    pub(crate) fn all_ended_below(&self) -> &'static str {
        match &self.link {
            // One writer: who can see an event can see all before it.
            Link::SqliteRead(_) | Link::SqliteWrite(_) => "9223372036854775807",
            Link::PostgresRead(_) | Link::PostgresWrite(_) => {
                "CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS TEXT) AS BIGINT)"
            }
        }
    }

    /// Whether this is the embedded store.
    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(&self.link, Link::SqliteRead(_) | Link::SqliteWrite(_))
    }

    /// What makes a `SELECT` keep the rows it finds from others until the transaction ends; SQLite's
    /// one writer needs nothing.
    pub fn for_update(&self) -> &'static str {
        match &self.link {
            Link::SqliteRead(_) | Link::SqliteWrite(_) => "",
            Link::PostgresRead(_) | Link::PostgresWrite(_) => " FOR UPDATE",
        }
    }

    /// The same, but passes over the rows that somebody else keeps: for work that several nodes
    /// share out among themselves.
    pub fn for_update_of_free_rows(&self) -> &'static str {
        match &self.link {
            Link::SqliteRead(_) | Link::SqliteWrite(_) => "",
            Link::PostgresRead(_) | Link::PostgresWrite(_) => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// What behind a column of text orders it by its bytes, whatever the language of the server may be; SQLite
    /// always does.
    pub fn byte_by_byte(&self) -> &'static str {
        match &self.link {
            Link::SqliteRead(_) | Link::SqliteWrite(_) => "",
            Link::PostgresRead(_) | Link::PostgresWrite(_) => " COLLATE \"C\"",
        }
    }

    /// Adds the number of whole days from one column of dates to another.
    pub fn days_between(&self, sql: &mut Sql, from: &'static str, to: &'static str) {
        if self.is_sqlite() {
            sql.push("CAST(julianday(")
                .push(to)
                .push(") - julianday(")
                .push(from)
                .push(") AS BIGINT)");
        } else {
            sql.push("CAST(").push(to).push(" - ").push(from).push(" AS BIGINT)");
        }
    }

    /// Adds the number of seconds from one instant to another, each cut to whole ones.
    pub fn seconds_between(&self, sql: &mut Sql, from: &'static str, to: &'static str) {
        let (before, after) = if self.is_sqlite() {
            ("unixepoch(", ")")
        } else {
            ("CAST(FLOOR(EXTRACT(EPOCH FROM ", ")) AS BIGINT)")
        };
        sql.push("(").push(before).push(to).push(after).push(" - ");
        sql.push(before).push(from).push(after).push(")");
    }

    fn still_good(&self) -> Result<()> {
        let refuse = |code: &'static Code| {
            code.problem().because("an earlier statement of the transaction failed")
        };
        self.failed.map_or(Ok(()), |code| Err(refuse(code)))
    }

    fn note<T>(&mut self, done: Result<T, Error>) -> Result<T> {
        let done = done.map_err(error::problem);
        if let (Err(problem), Link::SqliteWrite(_) | Link::PostgresWrite(_)) = (&done, &self.link) {
            self.failed = Some(problem.code());
        }
        done
    }
}

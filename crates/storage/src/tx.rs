//! What use cases work in: one connection, one tenant, and, for writes, one transaction.

use crate::{
    error::{self, Error},
    record::{Cells, Record},
    sql::Sql,
    sqlite::Lease,
};
use guanxi_kernel::{Result, TenantId};
use sqlx::{FromRow, PgConnection, Postgres, Transaction, pool::PoolConnection, postgres::PgRow, sqlite::SqliteRow};

/// A conversation with the store in the name of one tenant.
///
/// Made by [`Db::read`](crate::Db::read) and [`Db::write`](crate::Db::write), which also end it.
pub struct Tx {
    pub(crate) tenant: TenantId,
    pub(crate) link: Link,
}

pub(crate) enum Link {
    Sqlite(Lease),
    /// Statements one by one, on a connection that cannot write.
    PostgresRead(PoolConnection<Postgres>),
    PostgresWrite(Transaction<'static, Postgres>),
}

/// Readable from a row of either store by column names; deriving [`sqlx::FromRow`] is enough.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}

/// The same call on whichever store it is: the only branch that statements need.
macro_rules! on_either {
    ($tx:expr, $rendered:expr, |$text:ident, $args:ident, $conn:ident| $call:expr) => {{
        let ($text, $args) = $rendered;
        match &mut $tx.link {
            Link::Sqlite(lease) => {
                let $conn = &mut **lease;
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
        }
    }};
}

impl Tx {
    /// The tenant in whose name every statement runs.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// Runs a statement for its effect; how many rows it touched.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn execute(&mut self, sql: Sql) -> Result<u64> {
        let rendered = sql.render(self.tenant.uuid());
        let done: Result<u64, Error> = on_either!(self, rendered, |text, args, conn| {
            sqlx::query_with(text, args).execute(conn).await.map(|done| done.rows_affected())
        });
        done.map_err(error::problem)
    }

    /// The rows of a statement.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn all<T: Row>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let rendered = sql.render(self.tenant.uuid());
        let rows: Result<Vec<T>, Error> =
            on_either!(self, rendered, |text, args, conn| sqlx::query_as_with(text, args).fetch_all(conn).await);
        rows.map_err(error::problem)
    }

    /// The row of a statement, if there is one.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn optional<T: Row>(&mut self, sql: Sql) -> Result<Option<T>> {
        let rendered = sql.render(self.tenant.uuid());
        self.optional_rendered(rendered).await
    }

    /// The row of a statement on one of the few tables that are above tenants; `$1` is the first
    /// value given.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn optional_untenanted<T: Row>(&mut self, sql: Sql) -> Result<Option<T>> {
        let rendered = sql.render_untenanted();
        self.optional_rendered(rendered).await
    }

    /// Rows of a statement on one of the few tables that are above tenants.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn all_untenanted<T: Row>(&mut self, sql: Sql) -> Result<Vec<T>> {
        let rendered = sql.render_untenanted();
        let rows: Result<Vec<T>, Error> =
            on_either!(self, rendered, |text, args, conn| sqlx::query_as_with(text, args).fetch_all(conn).await);
        rows.map_err(error::problem)
    }

    async fn optional_rendered<T: Row>(
        &mut self,
        rendered: (sqlx::SqlStr, sea_query_sqlx::SqlxValues),
    ) -> Result<Option<T>> {
        let row: Result<Option<T>, Error> =
            on_either!(self, rendered, |text, args, conn| sqlx::query_as_with(text, args).fetch_optional(conn).await);
        row.map_err(error::problem)
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
        let rendered = sql.render(self.tenant.uuid());
        let read = |mut cells: Cells<'_>| {
            let record = T::read(&mut cells)?;
            finish(record, &mut cells)
        };
        let rows: Result<Vec<U>, Error> = async {
            on_either!(self, rendered, |text, args, conn| {
                let rows = sqlx::query_with(text, args).fetch_all(conn).await?;
                rows.iter().map(|row| read(row.into())).collect()
            })
        }
        .await;
        rows.map_err(error::problem)
    }

    /// Whether the statement finds a row.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    pub async fn exists(&mut self, sql: Sql) -> Result<bool> {
        Ok(self.optional::<(i64,)>(sql).await?.is_some())
    }

    /// The next sequence number of the event table, and the number of this transaction.
    ///
    /// On PostgreSQL sequence numbers are drawn before the commit, so a reader that wants the
    /// order of commits needs both; on SQLite one writer makes them the same.
    pub(crate) async fn next_event(&mut self) -> Result<(i64, i64)> {
        let sql = match &self.link {
            Link::Sqlite(_) => Sql::new(
                "SELECT COALESCE(MAX(seq), 0) + 1, COALESCE(MAX(seq), 0) + 1 FROM events WHERE tenant_id = $1",
            ),
            // The tenant is bound to every statement; naming it keeps its type known.
            _ => Sql::new(
                "SELECT nextval('event_seq'), CAST(CAST(pg_current_xact_id() AS TEXT) AS BIGINT) WHERE CAST($1 AS UUID) IS NOT NULL",
            ),
        };
        let next = self.optional(sql).await?;
        next.ok_or_else(|| error::corrupt("the event sequence gave no number"))
    }
}

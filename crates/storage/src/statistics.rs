//! What the planner of PostgreSQL knows of the tables.
//!
//! Every statement asks for a tenant, and to a planner that has never looked at a table, that alone
//! narrows it to a handful of rows: any index that begins with the tenant then seems as good as the
//! one meant, also for the checks of foreign keys, and each row that an import adds takes longer than
//! the one before. PostgreSQL looks at tables by itself once a minute; work that fills one within a
//! minute asks for it. SQLite goes by the shape of an index, not by how full it is.
//!
//! A job asks after its first step and whenever twice as much is done. Price: a look at the catalogue each
//! time.

use crate::{Db, Error};
use sqlx::{AssertSqlSafe, PgPool};

impl Db {
    /// Lets the planner look at the tables that have grown by half since it last did. A few
    /// milliseconds where none has; on SQLite there is nothing to do. A failure is logged and no
    /// more, since the answers are the same without.
    pub async fn refresh_statistics(&self) {
        let Some(pool) = self.postgres() else { return };
        if let Err(error) = look(pool).await {
            tracing::warn!(%error, "the planner could not be shown what a table holds");
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "names of tables, quoted by the store itself")]
async fn look(pool: &PgPool) -> Result<(), Error> {
    let mut connection = pool.acquire().await?;
    let grown: Vec<String> = sqlx::query_scalar(
        "SELECT quote_ident(c.relname) FROM pg_class c
         WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
           AND pg_relation_size(c.oid) >
               current_setting('block_size')::bigint * GREATEST(c.relpages * 1.5, 1)
         ORDER BY c.relname",
    )
    .fetch_all(&mut *connection)
    .await?;
    // Each apart, so that a table which takes too long is not in the way of the others; one that
    // another node looks at already is left to it.
    for table in grown {
        let sql = AssertSqlSafe(format!("ANALYZE (SKIP_LOCKED) {table}"));
        sqlx::raw_sql(sql).execute(&mut *connection).await?;
    }
    Ok(())
}

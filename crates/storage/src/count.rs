//! How many records a list has, for those who ask: `count=exact` or `count=estimated`.
//!
//! Counting reads every record that fits, so it is bounded: an exact count in time, an estimate in
//! records too. An estimate is a number that there are at least.

use crate::{
    Kind, Sql, Tx,
    error::{self, STATEMENT_TIMEOUT},
    list::ListQuery,
    scope,
    tx::Link,
};
use guanxi_derive::boxed;
use guanxi_kernel::{Ctx, Reach, Result};
use sea_query_sqlx::SqlxValues;
use sqlx::{Connection as _, PgConnection, SqlStr};
use std::time::Duration;

guanxi_kernel::words! {
    /// How far a total can be relied on.
    pub enum Counting {
        /// So many, at that moment.
        Exact = "exact" ("Exact", "精确"),
        /// At least so many.
        Estimated = "estimated" ("Estimated", "估计"),
    }
}

/// An estimate counts no further.
pub const MOST_COUNTED: i64 = 10_000;
/// Longest statement of an exact count.
const EXACT: Duration = Duration::from_secs(2);
/// Longest statement of an estimate.
const ESTIMATE: Duration = Duration::from_secs(1);

/// How many records the pages of a list hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    /// So many, or at least so many.
    pub total: i64,
    /// Which of the two.
    pub kind: Counting,
}

/// Counts the records of a list as far as the query wants to know. `page` is what was found of it:
/// so many records, and whether more follow.
pub(crate) async fn total(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    reach: &Reach,
    query: &ListQuery,
    page: (usize, bool),
) -> Result<Option<Total>> {
    let Some(wanted) = query.count else { return Ok(None) };
    let (seen, more) = (i64::try_from(page.0).unwrap_or(i64::MAX), page.1);
    let exact = |total| Some(Total { total, kind: Counting::Exact });
    if query.is_first() && !more {
        return Ok(exact(seen));
    }
    let statement = |most: Option<i64>| {
        let mut sql = Sql::new("SELECT COUNT(*) FROM (SELECT 1 FROM ");
        sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
        scope::within(&mut sql, kind, reach, ctx.actor.user);
        query.narrow(&mut sql, kind);
        if let Some(most) = most {
            sql.push(" LIMIT ").bind(most);
        }
        sql.push(") counted");
        sql
    };
    if wanted == Counting::Exact
        && let Some(total) = tx.number_within(statement(None), EXACT).await?
    {
        return Ok(exact(total));
    }
    let counted = tx.number_within(statement(Some(MOST_COUNTED + 1)), ESTIMATE).await?;
    Ok(Some(estimate(counted, seen + i64::from(more))))
}

/// What a bounded count says, `None` if it ended too late, of a list with `least` records or more.
fn estimate(counted: Option<i64>, least: i64) -> Total {
    match counted {
        Some(total) if total <= MOST_COUNTED => Total { total, kind: Counting::Exact },
        Some(_) => Total { total: MOST_COUNTED, kind: Counting::Estimated },
        None => Total { total: least, kind: Counting::Estimated },
    }
}

impl Tx {
    /// The one number that a statement selects; `None` if it takes longer than `limit`, in a read.
    /// In a write the usual limit of statements holds, because a failed statement ends the write.
    ///
    /// # Errors
    /// As [`error::problem`] sorts them.
    #[boxed]
    pub async fn number_within(&mut self, sql: Sql, limit: Duration) -> Result<Option<i64>> {
        let tenant = self.tenant().uuid();
        let found: Result<(i64,), _> = match &mut self.link {
            Link::SqliteRead(lease) => {
                let (text, values) = sql.render(tenant, true);
                let connection = lease.statement_within(limit);
                sqlx::query_as_with(text, values).fetch_one(connection).await
            }
            Link::PostgresRead(connection) => {
                postgres_within(connection, sql.render(tenant, false), limit).await
            }
            Link::SqliteWrite(_) | Link::PostgresWrite(_) => {
                return Ok(self.optional::<(i64,)>(sql).await?.map(|(number,)| number));
            }
        };
        match found.map_err(error::problem) {
            Ok((number,)) => Ok(Some(number)),
            Err(problem) if problem.is(&STATEMENT_TIMEOUT) => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}

/// A transaction of its own, whose end takes the limit with it, whoever is not there any more.
async fn postgres_within(
    connection: &mut PgConnection,
    (text, values): (SqlStr, SqlxValues),
    limit: Duration,
) -> Result<(i64,), error::Error> {
    const LIMIT: &str = "SELECT set_config('statement_timeout', \
         CAST(LEAST(NULLIF(CAST(setting AS BIGINT), 0), $1) AS TEXT), TRUE) \
         FROM pg_settings WHERE name = 'statement_timeout'";
    let mut transaction = connection.begin().await?;
    let millis = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    sqlx::query(LIMIT).bind(millis).execute(&mut *transaction).await?;
    let found = sqlx::query_as_with(text, values).fetch_one(&mut *transaction).await;
    transaction.rollback().await?;
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_never_more_than_there_is() {
        let said = |counted, least| {
            let total = estimate(counted, least);
            (total.total, total.kind)
        };
        assert_eq!(said(Some(0), 0), (0, Counting::Exact));
        assert_eq!(said(Some(10_000), 51), (10_000, Counting::Exact));
        assert_eq!(said(Some(10_001), 51), (10_000, Counting::Estimated));
        assert_eq!(said(None, 51), (51, Counting::Estimated));
    }
}

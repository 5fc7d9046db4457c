//! What differs from tier to tier by their service policies.

use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx};

/// The different values in a column of the policies, at most as many as such a number of days has.
pub(super) async fn intervals(tx: &mut Tx, column: &'static str) -> Result<Vec<i64>> {
    let mut sql = Sql::new("SELECT DISTINCT s.");
    sql.push(column)
        .push(" FROM service_policies s WHERE s.tenant_id = $1 AND s.deleted_at IS NULL");
    Ok(tx.all::<(i64,)>(sql).await?.into_iter().map(|row| row.0).collect())
}

/// Adds the instant that goes with the value of a column: stores differ in how they reckon with days,
/// and a day of the tenant is not always 24 hours long.
pub(super) fn instant(
    sql: &mut Sql,
    column: &'static str,
    instants: &[(i64, DateTime<Utc>)],
    otherwise: DateTime<Utc>,
) {
    if instants.is_empty() {
        sql.bind(otherwise);
        return;
    }
    sql.push("(CASE ").push(column);
    for (days, at) in instants {
        sql.push(" WHEN ").bind(*days).push(" THEN ").bind(*at);
    }
    sql.push(" ELSE ").bind(otherwise).push(" END)");
}

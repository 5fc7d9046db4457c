//! Numbers by name, in a table that is there anyway: what concurrent writers fight over.

use super::instant;
use guanxi_kernel::Result;
use guanxi_storage::{Tx, sql};

/// Makes a number.
pub(super) async fn make(tx: &mut Tx, name: &str, value: i64) -> Result<()> {
    let insert = sql!(
        "INSERT INTO login_failures (tenant_id, account, failures, last_at) VALUES ($1, $2, $3, $4)",
        name,
        value,
        instant(0)
    );
    tx.execute(insert).await.map(drop)
}

/// Reads a number.
pub(super) async fn read(tx: &mut Tx, name: &str) -> Result<Option<i64>> {
    let select =
        sql!("SELECT failures FROM login_failures WHERE tenant_id = $1 AND account = $2", name);
    Ok(tx.optional::<(i64,)>(select).await?.map(|row| row.0))
}

/// Sets a number.
pub(super) async fn set(tx: &mut Tx, name: &str, value: i64) -> Result<()> {
    let update = sql!(
        "UPDATE login_failures SET failures = $3 WHERE tenant_id = $1 AND account = $2",
        name,
        value
    );
    tx.execute(update).await.map(drop)
}

/// The sum of all numbers.
pub(super) async fn sum(tx: &mut Tx) -> Result<i64> {
    let select = sql!(
        "SELECT CAST(COALESCE(SUM(failures), 0) AS BIGINT) FROM login_failures WHERE tenant_id = $1"
    );
    Ok(tx.optional::<(i64,)>(select).await?.map_or(0, |row| row.0))
}

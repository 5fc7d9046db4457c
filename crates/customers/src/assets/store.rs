//! Assets, the log of their readings and their insurances in the store. Nothing is decided here.

use super::{AssetId, readings::Told};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Line, Result, Text, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Serial numbers that one statement asks for.
const AT_ONCE: usize = 500;

/// Whether another live asset has that serial number.
pub(super) async fn has_serial(tx: &mut Tx, serial: &Line<60>, but: AssetId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM assets WHERE tenant_id = $1 AND serial = $2 AND id <> $3
             AND deleted_at IS NULL",
        serial.clone(),
        but
    );
    tx.exists(sql).await
}

/// Which of these serial numbers live assets have.
pub(super) async fn taken_serials(
    tx: &mut Tx,
    serials: &BTreeSet<Line<60>>,
) -> Result<BTreeSet<Line<60>>> {
    let mut taken = BTreeSet::new();
    for some in serials.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(tx, "SELECT serial FROM assets WHERE tenant_id = ");
        sql.bind_tenant().push(" AND serial IN ");
        sql.bind_all(some.iter().map(|serial| (*serial).clone())).push(" AND deleted_at IS NULL");
        taken.extend(tx.all::<(Line<60>,)>(sql).await?.into_iter().map(|(serial,)| serial));
    }
    Ok(taken)
}

/// A row of the log.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct ReadingRow {
    pub(super) read_on: NaiveDate,
    pub(super) value: i64,
    pub(super) correction: bool,
    pub(super) note: Option<Text<1000>>,
    pub(super) recorded_by: UserId,
    pub(super) recorded_at: DateTime<Utc>,
}

impl ReadingRow {
    pub(super) fn told(&self) -> Told {
        Told { read_on: self.read_on, value: self.value, correction: self.correction }
    }
}

/// The readings of an asset in the order in which they were told.
pub(super) async fn readings(tx: &mut Tx, asset: Uuid) -> Result<Vec<ReadingRow>> {
    let sql = sql!(
        "SELECT read_on, value, correction, note, recorded_by, recorded_at FROM asset_readings
         WHERE tenant_id = $1 AND asset_id = $2 ORDER BY number",
        asset
    );
    tx.all(sql).await
}

/// Adds a reading to the log.
pub(super) async fn add_reading(
    tx: &mut Tx,
    asset: AssetId,
    number: i64,
    row: &ReadingRow,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO asset_readings (tenant_id, asset_id, number, read_on, value, correction, note,
             recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        asset,
        number,
        row.read_on,
        row.value,
        row.correction,
        row.note.clone(),
        row.recorded_by,
        row.recorded_at
    );
    tx.execute(sql).await.map(drop)
}

/// The last two terms of insurance of an asset, the last one first: their numbers and last days.
pub(super) async fn insurances(tx: &mut Tx, asset: AssetId) -> Result<Vec<(i64, NaiveDate)>> {
    let sql = sql!(
        "SELECT number, insured_until FROM asset_insurances WHERE tenant_id = $1 AND asset_id = $2
         ORDER BY number DESC LIMIT 2",
        asset
    );
    tx.all(sql).await
}

/// Adds a term.
pub(super) async fn add_insurance(
    tx: &mut Tx,
    asset: AssetId,
    number: i64,
    until: NaiveDate,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "INSERT INTO asset_insurances (tenant_id, asset_id, number, insured_until, noted_at)
         VALUES ($1, $2, $3, $4, $5)",
        asset,
        number,
        until,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// A term is renewed.
pub(super) async fn renew_insurance(
    tx: &mut Tx,
    asset: AssetId,
    number: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = sql!(
        "UPDATE asset_insurances SET renewed_at = $4
         WHERE tenant_id = $1 AND asset_id = $2 AND number = $3",
        asset,
        number,
        now
    );
    tx.execute(sql).await.map(drop)
}

/// A term ends on that day, and is not renewed.
pub(super) async fn correct_insurance(
    tx: &mut Tx,
    asset: AssetId,
    number: i64,
    until: NaiveDate,
) -> Result<()> {
    let sql = sql!(
        "UPDATE asset_insurances SET insured_until = $4, renewed_at = NULL
         WHERE tenant_id = $1 AND asset_id = $2 AND number = $3",
        asset,
        number,
        until
    );
    tx.execute(sql).await.map(drop)
}

/// There was no such term.
pub(super) async fn forget_insurance(tx: &mut Tx, asset: AssetId, number: i64) -> Result<()> {
    let sql = sql!(
        "DELETE FROM asset_insurances WHERE tenant_id = $1 AND asset_id = $2 AND number = $3",
        asset,
        number
    );
    tx.execute(sql).await.map(drop)
}

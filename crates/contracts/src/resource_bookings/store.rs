//! Bookings in the store. Nothing is decided here.

use super::model::{ResourceBooking, ResourceBookingId};
use crate::contracts::ContractId;
use chrono::NaiveDate;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};

/// How many live bookings a contract has besides one.
pub(super) async fn others(
    tx: &mut Tx,
    contract: ContractId,
    but: ResourceBookingId,
) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM resource_bookings
         WHERE tenant_id = $1 AND contract_id = $2 AND deleted_at IS NULL AND id <> $3",
        contract,
        but
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Keeps the days on which a booking takes its resource, instead of those of before.
pub(super) async fn keep_days(tx: &mut Tx, of: &ResourceBooking, days: &[NaiveDate]) -> Result<()> {
    let clear = sql!(
        "DELETE FROM resource_booking_days WHERE tenant_id = $1 AND booking_id = $2",
        of.meta.id
    );
    tx.execute(clear).await?;
    let mut values = Sql::new(
        "INSERT INTO resource_booking_days (tenant_id, booking_id, day, bookable_resource_id, minutes) VALUES ",
    );
    for (at, day) in days.iter().enumerate() {
        values.push(if at == 0 { "($1, " } else { ", ($1, " });
        values.bind(of.meta.id).push(", ").bind(*day).push(", ");
        values.bind(of.input.bookable_resource_id).push(", ");
        values.bind(of.input.minutes_per_day).push(")");
    }
    match days.is_empty() {
        true => Ok(()),
        false => tx.execute(values).await.map(drop),
    }
}

/// The bookings of a contract with days from that one on.
pub(super) async fn to_come(
    tx: &mut Tx,
    contract: ContractId,
    from: NaiveDate,
) -> Result<Vec<ResourceBookingId>> {
    let sql = sql!(
        "SELECT DISTINCT b.id FROM resource_bookings b
         JOIN resource_booking_days d ON d.tenant_id = b.tenant_id AND d.booking_id = b.id AND d.day >= $3
         WHERE b.tenant_id = $1 AND b.contract_id = $2 ORDER BY b.id",
        contract,
        from
    );
    Ok(tx.all::<(ResourceBookingId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Takes the days of all bookings of a contract from that one on away.
pub(super) async fn free(tx: &mut Tx, contract: ContractId, from: NaiveDate) -> Result<()> {
    let sql = sql!(
        "DELETE FROM resource_booking_days WHERE tenant_id = $1 AND day >= $3 AND booking_id IN
             (SELECT b.id FROM resource_bookings b WHERE b.tenant_id = $1 AND b.contract_id = $2)",
        contract,
        from
    );
    tx.execute(sql).await.map(drop)
}

/// How many days the bookings of a contract still have, and their minutes.
pub(super) async fn left(
    tx: &mut Tx,
    contract: ContractId,
) -> Result<Vec<(ResourceBookingId, i64, i64)>> {
    let sql = sql!(
        "SELECT d.booking_id, COUNT(*), CAST(SUM(d.minutes) AS BIGINT) FROM resource_bookings b
         JOIN resource_booking_days d ON d.tenant_id = b.tenant_id AND d.booking_id = b.id
         WHERE b.tenant_id = $1 AND b.contract_id = $2 GROUP BY d.booking_id",
        contract
    );
    tx.all(sql).await
}

//! What is taken of resources, in the store. Nothing is decided here.

use super::model::BookableResourceId;
use crate::resource_bookings::ResourceBookingId;
use chrono::NaiveDate;
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whether another live resource is that user.
pub(super) async fn has_user(tx: &mut Tx, user: UserId, of: BookableResourceId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM bookable_resources
         WHERE tenant_id = $1 AND deleted_at IS NULL AND user_id = $2 AND id <> $3 LIMIT 1",
        user,
        of
    );
    tx.exists(sql).await
}

/// Keeps a resource from others until the transaction ends, so that bookings of it come one after the other.
pub(crate) async fn lock(tx: &mut Tx, id: BookableResourceId) -> Result<()> {
    let mut sql = Sql::new("SELECT id FROM bookable_resources WHERE tenant_id = $1 AND id = ");
    sql.bind(id).push(tx.for_update());
    tx.optional::<(Uuid,)>(sql).await.map(drop)
}

/// The minutes of a resource that are taken on the days from the one to the other, by all bookings but one.
pub(crate) async fn booked(
    tx: &mut Tx,
    id: BookableResourceId,
    (from, until): (NaiveDate, NaiveDate),
    but: ResourceBookingId,
) -> Result<BTreeMap<NaiveDate, i64>> {
    let sql = sql!(
        "SELECT day, CAST(SUM(minutes) AS BIGINT) FROM resource_booking_days
         WHERE tenant_id = $1 AND bookable_resource_id = $2 AND day >= $3 AND day <= $4 AND booking_id <> $5
         GROUP BY day",
        id,
        from,
        until,
        but
    );
    Ok(tx.all::<(NaiveDate, i64)>(sql).await?.into_iter().collect())
}

/// The first day from that one on of which more is taken than so many minutes, and how much.
pub(super) async fn first_above(
    tx: &mut Tx,
    id: BookableResourceId,
    from: NaiveDate,
    minutes: i64,
) -> Result<Option<(NaiveDate, i64)>> {
    let sql = sql!(
        "SELECT day, CAST(SUM(minutes) AS BIGINT) FROM resource_booking_days
         WHERE tenant_id = $1 AND bookable_resource_id = $2 AND day >= $3
         GROUP BY day HAVING SUM(minutes) > $4 ORDER BY day LIMIT 1",
        id,
        from,
        minutes
    );
    tx.optional(sql).await
}

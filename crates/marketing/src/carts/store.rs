//! Carts in the store. Nothing is decided here.

use super::CartId;
use crate::source_codes::SourceCodeId;
use chrono::{DateTime, Utc};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::{Line, Result, UserId};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The carts of a shop that have one of these names.
pub(super) async fn named(
    tx: &mut Tx,
    source: &Line<60>,
    references: impl Iterator<Item = Line<100>>,
) -> Result<BTreeMap<String, CartId>> {
    let mut sql = Sql::new("SELECT reference, id FROM carts WHERE tenant_id = $1 AND source = ");
    sql.bind(source.clone()).push(" AND reference IN ").bind_all(references);
    Ok(tx.all::<(String, CartId)>(sql).await?.into_iter().collect())
}

/// The carts that are to be looked at now, so many at most.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT id, created_by FROM carts WHERE tenant_id = $1 AND look_at <= $2
         ORDER BY look_at LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// A cart is looked at again then.
pub(super) async fn look_at(tx: &mut Tx, id: CartId, at: DateTime<Utc>) -> Result<()> {
    let sql = sql!("UPDATE carts SET look_at = $3 WHERE tenant_id = $1 AND id = $2", id, at);
    tx.execute(sql).await.map(drop)
}

/// The phone numbers of a contact, if there is one, and of its party, each list as it is kept; whether it is that of
/// the contact.
pub(super) async fn phones(
    tx: &mut Tx,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Vec<(bool, String)>> {
    let sql = sql!(
        "SELECT CAST(0 AS BIGINT) AS place, CAST(phones AS TEXT) FROM contacts
         WHERE tenant_id = $1 AND id = $3 AND deleted_at IS NULL
         UNION ALL SELECT CAST(1 AS BIGINT) AS place, CAST(phones AS TEXT) FROM parties
         WHERE tenant_id = $1 AND id = $2 AND deleted_at IS NULL
         ORDER BY place",
        party,
        contact
    );
    let rows = tx.all::<(i64, String)>(sql).await?.into_iter();
    Ok(rows.map(|(place, phones)| (place == 0, phones)).collect())
}

/// How many carts were begun by a source code, and how many of these were left by an instant, whether or not somebody
/// has looked at them.
pub(super) async fn of_code(
    tx: &mut Tx,
    code: SourceCodeId,
    now: DateTime<Utc>,
) -> Result<(i64, i64)> {
    let sql = sql!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN COALESCE(abandoned_at, abandons_at) <= $3
             THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM carts WHERE tenant_id = $1 AND source_code_id = $2 AND deleted_at IS NULL
             AND started_at <= $3",
        code,
        now
    );
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

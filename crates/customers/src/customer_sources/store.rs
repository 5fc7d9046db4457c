//! Customer sources in the store. Nothing is decided here.

use super::CustomerSourceId;
use crate::parties::PartyId;
use guanxi_bulk::collection_channels::BaseSource;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;

/// Parties that one statement asks for.
const AT_ONCE: usize = 200;

/// Whether the party is from that source by another record.
pub(super) async fn others(
    tx: &mut Tx,
    party: PartyId,
    source: BaseSource,
    but: CustomerSourceId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM customer_sources WHERE tenant_id = $1 AND party_id = $2
             AND base_source = $3 AND id <> $4 AND deleted_at IS NULL",
        party,
        source,
        but
    );
    tx.exists(sql).await
}

/// The live parties among these that are not in the base from that source.
pub(super) async fn without(
    tx: &mut Tx,
    parties: &BTreeSet<PartyId>,
    source: BaseSource,
) -> Result<Vec<PartyId>> {
    let parties: Vec<PartyId> = parties.iter().copied().collect();
    let mut found = Vec::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND NOT EXISTS (SELECT 1 FROM customer_sources s WHERE s.tenant_id = $1
                     AND s.party_id = t.id AND s.deleted_at IS NULL AND s.base_source = ",
        );
        sql.bind(source).push(") AND t.id IN ").bind_all(some.iter().copied());
        sql.push(" ORDER BY t.id");
        found.extend(tx.all::<(PartyId,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// What stands in the way of two parties becoming one.
pub(super) async fn in_the_way(
    tx: &mut Tx,
    ours: PartyId,
    theirs: PartyId,
) -> Result<Vec<CustomerSourceId>> {
    let sql = sql!(
        "SELECT s.id FROM customer_sources s WHERE s.tenant_id = $1 AND s.deleted_at IS NULL
             AND ((s.party_id = $2 AND s.referring_party_id = $3)
                 OR (s.party_id = $3 AND (s.referring_party_id = $2 OR EXISTS (
                     SELECT 1 FROM customer_sources o WHERE o.tenant_id = $1 AND o.party_id = $2
                         AND o.base_source = s.base_source AND o.deleted_at IS NULL
                         AND (o.referring_party_id IS NULL OR o.referring_party_id <> $3)))))
         ORDER BY s.id",
        ours,
        theirs
    );
    Ok(tx.all::<(CustomerSourceId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

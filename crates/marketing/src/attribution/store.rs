//! Touches of many people in the store. Nothing is decided here.

use super::model::TouchPoint;
use crate::{media::MediumId, source_codes::SourceCodeId};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// Parties, and source codes, that one statement asks for.
const AT_ONCE: usize = 500;

/// The touches of each party.
pub type Touched = BTreeMap<PartyId, Vec<TouchPoint>>;

/// By which source codes these parties were reached or have answered, and when for the first time. What was sent
/// counts unless it came back.
///
/// # Errors
/// Those of the store.
pub async fn touches_of(tx: &mut Tx, parties: &[PartyId]) -> Result<Touched> {
    type Row = (PartyId, SourceCodeId, MediumId, DateTime<Utc>);
    let mut found = Touched::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT x.party_id, x.source_code_id, s.medium_id, MIN(x.touched_at) FROM (
                 SELECT t.party_id, t.source_code_id, t.occurred_at AS touched_at FROM touches t
                 WHERE t.tenant_id = $1 AND t.source_code_id IS NOT NULL
                     AND t.kind IN ('sent', 'delivered', 'opened', 'clicked', 'visited', 'cart_created')
                     AND NOT (t.kind = 'sent' AND EXISTS (SELECT 1 FROM touches b
                         WHERE b.tenant_id = t.tenant_id AND b.source_code_id = t.source_code_id
                             AND b.kind = 'bounced' AND b.recipient = t.recipient))
                     AND t.party_id IN ",
        );
        sql.bind_all(some.iter().copied()).push(
            " UNION ALL SELECT r.party_id, r.source_code_id, r.responded_at FROM responses r
                 WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.source_code_id IS NOT NULL
                     AND r.party_id IN ",
        );
        sql.bind_all(some.iter().copied()).push(
            ") x JOIN source_codes s ON s.tenant_id = $1 AND s.id = x.source_code_id
             GROUP BY x.party_id, x.source_code_id, s.medium_id",
        );
        for (party, source_code_id, medium_id, touched_at) in tx.all::<Row>(sql).await? {
            let point = TouchPoint { touched_at, source_code_id, medium_id };
            found.entry(party).or_default().push(point);
        }
    }
    Ok(found)
}

/// The media of these source codes, of deleted ones too.
///
/// # Errors
/// Those of the store.
pub async fn media_of_codes(
    tx: &mut Tx,
    ids: &BTreeSet<SourceCodeId>,
) -> Result<BTreeMap<SourceCodeId, MediumId>> {
    let ids: Vec<SourceCodeId> = ids.iter().copied().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql =
            Sql::new("SELECT id, medium_id FROM source_codes WHERE tenant_id = $1 AND id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(SourceCodeId, MediumId)>(sql).await?);
    }
    Ok(found)
}

/// What source codes and their media are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Called {
    pub(super) code: String,
    pub(super) medium: String,
    pub(super) medium_name: String,
}

/// What these source codes and their media are called.
///
/// # Errors
/// Those of the store.
pub(super) async fn called(
    tx: &mut Tx,
    ids: &BTreeSet<SourceCodeId>,
) -> Result<BTreeMap<SourceCodeId, Called>> {
    let ids: Vec<SourceCodeId> = ids.iter().copied().collect();
    let mut found = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT c.id, c.code, m.code, m.name FROM source_codes c
             JOIN media m ON m.tenant_id = c.tenant_id AND m.id = c.medium_id
             WHERE c.tenant_id = $1 AND c.id IN ",
        );
        sql.bind_all(some.iter().copied());
        for (id, code, medium, medium_name) in
            tx.all::<(SourceCodeId, String, String, String)>(sql).await?
        {
            found.insert(id, Called { code, medium, medium_name });
        }
    }
    Ok(found)
}

//! Touches of many people in the store. Nothing is decided here.

use super::model::{Reached, TouchPoint};
use crate::{media::MediumId, source_codes::SourceCodeId};
use chrono::{DateTime, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx};
use std::collections::{BTreeMap, BTreeSet};

/// Parties, and source codes, that one statement asks for.
const AT_ONCE: usize = 500;

/// Instants that one statement asks for, each by two parts of it: SQLite takes 500 parts.
const INSTANTS_AT_ONCE: usize = 100;

/// The touches of each party.
pub(super) type Touched = BTreeMap<PartyId, Vec<Reached>>;

/// Which events `t` touch somebody. What was sent counts unless it came back.
const TOUCHES: &str = "t.tenant_id = $1 AND t.source_code_id IS NOT NULL
     AND t.kind IN ('sent', 'delivered', 'opened', 'clicked', 'visited', 'cart_created')
     AND NOT (t.kind = 'sent' AND EXISTS (SELECT 1 FROM touches b
         WHERE b.tenant_id = t.tenant_id AND b.source_code_id = t.source_code_id
             AND b.kind = 'bounced' AND b.recipient = t.recipient))";

/// Which answers `r` do.
const ANSWERS: &str = "r.tenant_id = $1 AND r.deleted_at IS NULL AND r.source_code_id IS NOT NULL";

/// By which source codes these parties were reached or have answered, and when for the first and the last time.
pub(super) async fn touches_of(tx: &mut Tx, parties: &[PartyId]) -> Result<Touched> {
    type Row = (PartyId, SourceCodeId, MediumId, DateTime<Utc>, DateTime<Utc>);
    let mut found = Touched::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT x.party_id, x.source_code_id, s.medium_id, MIN(x.touched_at), MAX(x.touched_at) FROM (
                 SELECT t.party_id, t.source_code_id, t.occurred_at AS touched_at FROM touches t WHERE ",
        );
        sql.push(TOUCHES).push(" AND t.party_id IN ").bind_all(some.iter().copied()).push(
            " UNION ALL SELECT r.party_id, r.source_code_id, r.responded_at FROM responses r WHERE ",
        );
        sql.push(ANSWERS).push(" AND r.party_id IN ").bind_all(some.iter().copied()).push(
            ") x JOIN source_codes s ON s.tenant_id = $1 AND s.id = x.source_code_id
             GROUP BY x.party_id, x.source_code_id, s.medium_id",
        );
        for (party, source_code_id, medium_id, touched_at, last_at) in tx.all::<Row>(sql).await? {
            let first = TouchPoint { touched_at, source_code_id, medium_id };
            found.entry(party).or_default().push(Reached { first, last_at });
        }
    }
    Ok(found)
}

/// The last touch of a party up to an instant, by the place of the question.
pub(super) async fn last_touches(
    tx: &mut Tx,
    of: &[(usize, PartyId, DateTime<Utc>)],
) -> Result<BTreeMap<usize, TouchPoint>> {
    type Row = (i64, SourceCodeId, MediumId, DateTime<Utc>);
    let mut found = BTreeMap::<usize, TouchPoint>::new();
    for some in of.chunks(INSTANTS_AT_ONCE) {
        let mut sql =
            Sql::new("SELECT x.place, x.source_code_id, s.medium_id, x.touched_at FROM (");
        for (at, (_, party, until)) in (0_i64..).zip(some) {
            sql.push(if at == 0 {
                "SELECT * FROM (SELECT CAST("
            } else {
                " UNION ALL SELECT * FROM (SELECT CAST("
            });
            sql.bind(at).push(
                " AS BIGINT) AS place, t.source_code_id, t.occurred_at AS touched_at FROM touches t WHERE ",
            );
            sql.push(TOUCHES).push(" AND t.party_id = ").bind(*party);
            sql.push(" AND t.occurred_at <= ").bind(*until).push(
                " ORDER BY t.occurred_at DESC, t.source_code_id DESC LIMIT 1) l
                 UNION ALL SELECT * FROM (SELECT CAST(",
            );
            sql.bind(at).push(
                " AS BIGINT) AS place, r.source_code_id, r.responded_at AS touched_at FROM responses r WHERE ",
            );
            sql.push(ANSWERS).push(" AND r.party_id = ").bind(*party);
            sql.push(" AND r.responded_at <= ").bind(*until);
            sql.push(" ORDER BY r.responded_at DESC, r.source_code_id DESC LIMIT 1) l");
        }
        sql.push(") x JOIN source_codes s ON s.tenant_id = $1 AND s.id = x.source_code_id");
        for (at, source_code_id, medium_id, touched_at) in tx.all::<Row>(sql).await? {
            let asked = usize::try_from(at).ok().and_then(|at| some.get(at));
            let Some((place, ..)) = asked else { continue };
            let point = TouchPoint { touched_at, source_code_id, medium_id };
            let last = found.entry(*place).or_insert(point);
            if (last.touched_at, last.source_code_id) < (touched_at, source_code_id) {
                *last = point;
            }
        }
    }
    Ok(found)
}

/// The media of these source codes, of deleted ones too.
pub(super) async fn media_of_codes(
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

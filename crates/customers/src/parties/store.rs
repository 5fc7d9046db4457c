//! Parties in the store. Nothing is decided here.

use super::PartyId;
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, text::fold};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::{BTreeMap, BTreeSet};

/// `parent` and the parties above it, nearest first, `most` at most.
pub(super) async fn above(tx: &mut Tx, parent: PartyId, most: usize) -> Result<Vec<PartyId>> {
    let sql = sql!(
        "WITH RECURSIVE above (id, parent_id, level) AS (
             SELECT p.id, p.parent_id, CAST(1 AS BIGINT) FROM parties p
             WHERE p.tenant_id = $1 AND p.id = $2
             UNION ALL
             SELECT p.id, p.parent_id, a.level + 1 FROM above a
             JOIN parties p ON p.tenant_id = $1 AND p.id = a.parent_id
             WHERE a.level < $3)
         SELECT id FROM above ORDER BY level",
        parent,
        i64::try_from(most).unwrap_or(i64::MAX)
    );
    let rows = tx.all::<(PartyId,)>(sql).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Whether a live party other than `except` has the code.
pub(super) async fn has_code(tx: &mut Tx, code: &Line<40>, except: PartyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM parties
         WHERE tenant_id = $1 AND code = $2 AND id <> $3 AND deleted_at IS NULL LIMIT 1",
        code.clone(),
        except
    );
    tx.exists(sql).await
}

/// Which of these codes live parties have.
pub(super) async fn taken_codes(
    tx: &mut Tx,
    codes: &BTreeSet<Line<40>>,
) -> Result<BTreeSet<Line<40>>> {
    const AT_ONCE: usize = 200;
    let mut taken = BTreeSet::new();
    for some in codes.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT code FROM parties WHERE tenant_id = $1 AND code IN ");
        sql.bind_all(some.iter().map(|code| (*code).clone())).push(" AND deleted_at IS NULL");
        taken.extend(tx.all::<(Line<40>,)>(sql).await?.into_iter().map(|(code,)| code));
    }
    Ok(taken)
}

/// Whether live parties name this one as the party above them.
pub(super) async fn has_subsidiaries(tx: &mut Tx, id: PartyId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM parties
         WHERE tenant_id = $1 AND parent_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// Which of these live parties name as the party above them.
pub(super) async fn with_subsidiaries(tx: &mut Tx, ids: &[PartyId]) -> Result<BTreeSet<PartyId>> {
    const AT_ONCE: usize = 500;
    let mut found = BTreeSet::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(tx, "SELECT DISTINCT parent_id FROM parties WHERE tenant_id = ");
        sql.bind_tenant().push(" AND parent_id IN ").bind_all(some.iter().copied());
        sql.push(" AND deleted_at IS NULL");
        found.extend(tx.all::<(PartyId,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// Competitors with one sort key that are looked at: it is the beginning of a name, however long that is.
const SAME_KEY: i64 = 200;

/// Adds that the party `t` is a live competitor.
const IS_COMPETITOR: &str = " AND t.deleted_at IS NULL AND EXISTS (SELECT 1 FROM record_terms x
         WHERE x.tenant_id = $1 AND x.kind = 'party' AND x.field = 'role' AND x.term = 'competitor'
             AND x.record_id = t.id)";

/// Whether a live competitor other than `except` has the folded name `name`, whose sort key is `key`.
pub(super) async fn has_competitor(
    tx: &mut Tx,
    key: &str,
    name: &str,
    except: PartyId,
) -> Result<bool> {
    let mut sql =
        Sql::new("SELECT t.name FROM parties t WHERE t.tenant_id = $1 AND t.name_folded = ");
    sql.bind(key).push(" AND t.id <> ").bind(except).push(IS_COMPETITOR);
    sql.push(" LIMIT ").bind(SAME_KEY);
    Ok(tx.all::<(String,)>(sql).await?.iter().any(|(other,)| fold(other) == name))
}

/// The folded names of live competitors whose sort keys are among these.
pub(super) async fn taken_by_competitors(
    tx: &mut Tx,
    keys: &BTreeSet<String>,
) -> Result<BTreeSet<String>> {
    const AT_ONCE: usize = 200;
    let mut taken = BTreeSet::new();
    for some in keys.iter().collect::<Vec<_>>().chunks(AT_ONCE) {
        let mut sql =
            Sql::new("SELECT t.name FROM parties t WHERE t.tenant_id = $1 AND t.name_folded IN ");
        sql.bind_all(some.iter().map(|key| key.as_str())).push(IS_COMPETITOR);
        taken.extend(tx.all::<(String,)>(sql).await?.into_iter().map(|(name,)| fold(&name)));
    }
    Ok(taken)
}

/// Which of these parties live opportunities name as a competitor, or as who has won instead. The table of
/// opportunities stands to the right and is named as data, as measures do.
pub(super) async fn competing(tx: &mut Tx, ids: &[PartyId]) -> Result<BTreeSet<PartyId>> {
    const AT_ONCE: usize = 200;
    let mut found = BTreeSet::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT DISTINCT x.term FROM record_terms x
             JOIN opportunities o ON o.tenant_id = x.tenant_id AND o.id = x.record_id
                 AND o.deleted_at IS NULL
             WHERE x.tenant_id = $1 AND x.kind = 'opportunity'
                 AND x.field IN ('competitor_id', 'winner_competitor_id') AND x.term IN ",
        );
        sql.bind_all(some.iter().map(ToString::to_string));
        let named = tx.all::<(String,)>(sql).await?;
        found.extend(named.iter().filter_map(|(id,)| id.parse::<PartyId>().ok()));
    }
    Ok(found)
}

/// When the last activity about each of these parties began that was done by then, whoever did it.
pub(super) async fn last_contacts(
    tx: &mut Tx,
    parties: &[PartyId],
    by: DateTime<Utc>,
) -> Result<BTreeMap<PartyId, DateTime<Utc>>> {
    const AT_ONCE: usize = 200;
    let mut found = BTreeMap::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT t.id, (SELECT a.starts_at FROM activities a WHERE a.tenant_id = $1
                 AND a.party_id = t.id AND a.status = 'done' AND a.deleted_at IS NULL
                 AND a.starts_at <= ",
        );
        sql.bind(by).push(
            " ORDER BY a.starts_at DESC LIMIT 1) FROM parties t WHERE t.tenant_id = $1 AND t.id IN ",
        );
        sql.bind_all(some.iter().copied());
        let rows = tx.all::<(PartyId, Option<DateTime<Utc>>)>(sql).await?;
        found.extend(rows.into_iter().filter_map(|(id, last)| Some((id, last?))));
    }
    Ok(found)
}

/// Whether `one` stands anywhere below `other`.
pub(crate) async fn is_below(tx: &mut Tx, one: PartyId, other: PartyId) -> Result<bool> {
    Ok(above(tx, one, crate::rules::MAX_LEVELS + 1).await?.iter().skip(1).any(|id| *id == other))
}

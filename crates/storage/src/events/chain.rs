//! The order of all events of a tenant, and a chain of digests over it.
//!
//! Writers record events without waiting for each other, so on PostgreSQL their numbers do not
//! tell the order of commits. Whoever wants to read that order first *seals* what has been committed
//! since: each event gets the next position and the digest of itself and of the one before. Only
//! events of transactions below the oldest one that is still running are sealed; so nothing can
//! ever come in before a sealed event, and whoever has read up to a position has missed nothing.
//!
//! The digest covers everything an event says. To alter, remove or reorder a sealed event, all
//! digests after it would have to be made anew, and the last one is known to whoever noted it.
//!
//! An event that was [forgotten](super::forgetting) keeps its digest of before, so the links behind it
//! stay as they are. What it was cannot be checked any more; that it has been as it is since, can.
//!
//! So writers pay nothing for the chain, and a cursor is a position. Price: on PostgreSQL the feed and all
//! that reads the chain lag behind the oldest write transaction of the server.

use crate::{Db, Sql, Tx, sql};
use chrono::{DateTime, SecondsFormat, Utc};
use guanxi_kernel::{Result, TenantId, canonical};
use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// Events that one transaction seals, so that no writer waits long.
const AT_ONCE: i64 = 500;
/// What other writers get between two steps: another process asks SQLite for its turn only now and
/// then, and would not get one for as long as a backlog lasts.
const PAUSE: Duration = Duration::from_millis(10);
/// Events that one statement of a verification reads.
const CHUNK: i64 = 1_000;

/// The last sealed event of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Head {
    /// Its position; 0 before the first one.
    pub position: i64,
    txid: i64,
    seq: i64,
    /// The digest up to it, in hex; empty before the first one.
    pub hash: String,
}

/// What the digest covers.
#[derive(sqlx::FromRow)]
struct Sealed {
    seq: i64,
    txid: i64,
    occurred_at: DateTime<Utc>,
    user_id: Uuid,
    api_key_id: Option<Uuid>,
    request_id: String,
    source: String,
    subject_type: String,
    subject_id: Uuid,
    kind: String,
    version: i64,
    changed: String,
    holders_before: Option<sqlx::types::Json<Json>>,
    holders_after: Option<sqlx::types::Json<Json>>,
    before: Option<sqlx::types::Json<Json>>,
    after: sqlx::types::Json<Json>,
    salt: Option<Uuid>,
}

const SEALED: &str =
    "e.seq, e.txid, e.occurred_at, e.user_id, e.api_key_id, e.request_id, e.source,
    e.subject_type, e.subject_id, e.kind, e.version, e.changed, e.holders_before, e.holders_after,
    e.before, e.after, e.salt";

impl Sealed {
    /// SHA-256 over the digest before and the event in its one spelling, in hex.
    fn digest(&self, tenant: TenantId, position: i64, previous: &str) -> String {
        let mut event = json!({
            "tenant_id": tenant, "position": position,
            "occurred_at": self.occurred_at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "user_id": self.user_id, "api_key_id": self.api_key_id,
            "request_id": self.request_id, "source": self.source,
            "subject_type": self.subject_type, "subject_id": self.subject_id,
            "kind": self.kind, "version": self.version, "changed": self.changed,
            "holders_before": self.holders_before.as_ref().map(|json| &json.0),
            "holders_after": self.holders_after.as_ref().map(|json| &json.0),
            "before": self.before.as_ref().map(|json| &json.0), "after": self.after.0,
        });
        // Older events have none, nor those that were forgotten.
        if let Some(salt) = self.salt {
            event["salt"] = json!(salt);
        }
        let mut digest = Sha256::new();
        digest.update(previous);
        digest.update(canonical(&event));
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Seals what has been committed, and says how far that goes.
///
/// # Errors
/// Those of the store.
pub async fn seal(db: &Db, tenant: TenantId) -> Result<Head> {
    loop {
        let head = db.read(tenant, async |tx| head(tx).await).await?;
        let more = db.read(tenant, async |tx| {
            let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM events e WHERE ");
            unsealed(tx, &mut sql, &head);
            sql.push(" LIMIT 1");
            tx.exists(sql).await
        });
        if !more.await? {
            return Ok(head);
        }
        if db.write_locked(tenant, async |tx| extend(tx).await).await? {
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Seals what has been committed in every tenant; how many had something to seal.
///
/// # Errors
/// Those of the store.
pub async fn seal_everywhere(db: &Db) -> Result<usize> {
    let nobody = TenantId::from(Uuid::nil());
    let behind = Sql::new(
        "SELECT t.id FROM tenants t
         LEFT JOIN event_heads h ON h.tenant_id = t.id
         WHERE EXISTS (SELECT 1 FROM events e WHERE e.tenant_id = t.id
             AND (e.txid, e.seq) > (COALESCE(h.txid, 0), COALESCE(h.seq, 0)))",
    );
    let behind = db.read(nobody, async |tx| tx.all_untenanted::<(Uuid,)>(behind).await).await?;
    for (tenant,) in &behind {
        seal(db, TenantId::from(*tenant)).await?;
    }
    Ok(behind.len())
}

/// The end of the chain.
///
/// # Errors
/// Those of the store.
pub async fn head(tx: &mut Tx) -> Result<Head> {
    let found = tx.optional(crate::sql!(
        "SELECT position, txid, seq, hash FROM event_heads WHERE tenant_id = $1"
    ));
    Ok(found.await?.unwrap_or(Head { position: 0, txid: 0, seq: 0, hash: String::new() }))
}

/// Adds the condition of events that are committed and come after `head`.
fn unsealed(tx: &Tx, sql: &mut Sql, head: &Head) {
    sql.push("e.tenant_id = $1 AND (e.txid, e.seq) > (").bind(head.txid).push(", ");
    sql.bind(head.seq).push(") AND e.txid < ").push(tx.all_ended_below());
}

/// Lets nobody else extend the chain until the transaction ends.
pub(super) async fn lock(tx: &mut Tx) -> Result<()> {
    tx.execute(crate::sql!(
        "INSERT INTO event_heads (tenant_id, position, txid, seq, hash) VALUES ($1, 0, 0, 0, '')
         ON CONFLICT (tenant_id) DO NOTHING"
    ))
    .await?;
    let mut lock = Sql::new("SELECT position FROM event_heads WHERE tenant_id = $1");
    lock.push(tx.for_update());
    tx.exists(lock).await.map(drop)
}

/// Notes that an event says less than when it was sealed: from now on it is held against what it says
/// now. The digest of that; none if it is not sealed yet, for then nothing was promised of it.
pub(super) async fn settle_for(tx: &mut Tx, seq: i64) -> Result<Option<String>> {
    let mut sql = Sql::new("SELECT c.position, c.hash, c.forgotten, ");
    sql.push(SEALED).push(
        " FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
         WHERE c.tenant_id = $1 AND c.seq = ",
    );
    sql.bind(seq);
    let Some(link) = tx.optional::<Link>(sql).await? else { return Ok(None) };
    let digest = link.event.digest(tx.tenant(), link.position, &link.hash);
    let note = crate::sql!(
        "UPDATE event_chain SET forgotten = $2 WHERE tenant_id = $1 AND seq = $3",
        digest.clone(),
        seq
    );
    tx.execute(note).await?;
    Ok(Some(digest))
}

/// Seals some more; whether there may be others.
async fn extend(tx: &mut Tx) -> Result<bool> {
    lock(tx).await?;
    // Read again: another node may have extended the chain while this one waited for the lock.
    let mut head = head(tx).await?;
    let mut sql = Sql::new("SELECT ");
    sql.push(SEALED).push(" FROM events e WHERE ");
    unsealed(tx, &mut sql, &head);
    sql.push(" ORDER BY e.txid, e.seq LIMIT ").bind(AT_ONCE);
    let events: Vec<Sealed> = tx.all(sql).await?;
    if events.is_empty() {
        return Ok(false);
    }
    for events in events.chunks(sql::rows_at_once(3)) {
        let mut links =
            Sql::of_rows(tx, "INSERT INTO event_chain (tenant_id, position, seq, hash) VALUES ");
        for (at, event) in events.iter().enumerate() {
            let position = head.position + 1;
            let hash = event.digest(tx.tenant(), position, &head.hash);
            head = Head { position, txid: event.txid, seq: event.seq, hash };
            links.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            links
                .bind(position)
                .push(", ")
                .bind(event.seq)
                .push(", ")
                .bind(head.hash.clone())
                .push(")");
        }
        tx.execute(links).await?;
    }
    let moved = crate::sql!(
        "UPDATE event_heads SET position = $2, txid = $3, seq = $4, hash = $5 WHERE tenant_id = $1",
        head.position,
        head.txid,
        head.seq,
        head.hash
    );
    tx.execute(moved).await?;
    Ok(i64::try_from(events.len()).is_ok_and(|sealed| sealed == AT_ONCE))
}

guanxi_kernel::words! {
    /// How a link of the chain is broken.
    pub enum Break {
        /// The event says something else than when it was sealed, or is another one.
        Altered = "altered" ("Altered", "被修改"),
        /// A position is missing: an event was removed.
        Missing = "missing" ("Missing", "缺失"),
        /// An event has come in before the end of the chain.
        Inserted = "inserted" ("Inserted", "被插入"),
        /// The end of the chain is not where it was.
        Truncated = "truncated" ("Truncated", "被截断"),
    }
}

/// The first broken link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Broken {
    /// Its position.
    pub position: i64,
    /// How it is broken.
    pub how: Break,
}

/// What a verification has found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Verification {
    /// Events whose digests were made again.
    pub checked: i64,
    /// Those among them that were forgotten, for the sake of a person who was erased: of these is
    /// known only that they are as they were left then.
    pub forgotten: i64,
    /// The position up to which everything is as it was sealed.
    pub position: i64,
    /// The digest there, in hex: who notes it can tell later that nothing before it was altered.
    pub hash: String,
    /// The end of the chain.
    pub head: i64,
    /// The first broken link, if there is one.
    #[schema(required)]
    pub broken: Option<Broken>,
}

#[derive(sqlx::FromRow)]
struct Link {
    position: i64,
    hash: String,
    /// See [`settle_for`].
    forgotten: Option<String>,
    #[sqlx(flatten)]
    event: Sealed,
}

impl Link {
    /// Its digest, if the event says what it is known to have said last.
    fn holds(&self, tenant: TenantId, position: i64, previous: &str) -> Option<&str> {
        let (before, expected) = match &self.forgotten {
            Some(left) => (self.hash.as_str(), left),
            None => (previous, &self.hash),
        };
        (self.event.digest(tenant, position, before) == *expected).then_some(self.hash.as_str())
    }
}

/// Makes the digests of up to `most` events again, beginning behind the position `after`, whose own
/// digest is taken as given.
///
/// # Errors
/// Those of the store.
pub async fn verify(tx: &mut Tx, after: i64, most: i64) -> Result<Verification> {
    let head = head(tx).await?;
    let from = match after {
        0 => Some(String::new()),
        _ => hash_at(tx, after).await?,
    };
    let mut found = Verification {
        checked: 0,
        forgotten: 0,
        position: after,
        hash: from.clone().unwrap_or_default(),
        head: head.position,
        broken: None,
    };
    let broken = |position, how| Some(Broken { position, how });
    if from.is_none() {
        found.broken = broken(after, Break::Missing);
        return Ok(found);
    }
    let end = head.position.min(after.saturating_add(most));
    while found.position < end && found.broken.is_none() {
        let links = links(tx, found.position, CHUNK.min(end - found.position)).await?;
        if links.is_empty() {
            found.broken = broken(found.position + 1, Break::Missing);
        }
        for link in links {
            let expected = found.position + 1;
            if link.position != expected {
                found.broken = broken(expected, Break::Missing);
                break;
            }
            let Some(hash) = link.holds(tx.tenant(), expected, &found.hash) else {
                found.broken = broken(expected, Break::Altered);
                break;
            };
            let hash = hash.to_owned();
            found.checked += 1;
            found.forgotten += i64::from(link.forgotten.is_some());
            found.position = expected;
            found.hash = hash;
        }
    }
    if found.broken.is_none() && found.position == head.position {
        found.broken = check_end(tx, &head, &found.hash).await?;
    }
    Ok(found)
}

async fn hash_at(tx: &mut Tx, position: i64) -> Result<Option<String>> {
    let sql = crate::sql!(
        "SELECT hash FROM event_chain WHERE tenant_id = $1 AND position = $2",
        position
    );
    Ok(tx.optional::<(String,)>(sql).await?.map(|(hash,)| hash))
}

async fn links(tx: &mut Tx, after: i64, most: i64) -> Result<Vec<Link>> {
    let mut sql = Sql::new("SELECT c.position, c.hash, c.forgotten, ");
    sql.push(SEALED).push(
        " FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
         WHERE c.tenant_id = $1 AND c.position > ",
    );
    sql.bind(after).push(" ORDER BY c.position LIMIT ").bind(most);
    tx.all(sql).await
}

/// The end must be the last link, and no event before it may be outside of the chain.
async fn check_end(tx: &mut Tx, head: &Head, hash: &str) -> Result<Option<Broken>> {
    let beyond = crate::sql!(
        "SELECT CAST(1 AS BIGINT) FROM event_chain WHERE tenant_id = $1 AND position > $2",
        head.position
    );
    if head.hash != hash || tx.exists(beyond).await? {
        return Ok(Some(Broken { position: head.position, how: Break::Truncated }));
    }
    // The LIMIT keeps PostgreSQL from joining instead, which takes seconds for ten thousand events where it has no
    // statistics, as behind a fail-over.
    let outside = crate::sql!(
        "SELECT e.seq FROM events e WHERE e.tenant_id = $1 AND (e.txid, e.seq) <= ($2, $3)
             AND (SELECT c.seq FROM event_chain c WHERE c.tenant_id = $1 AND c.seq = e.seq LIMIT 1) IS NULL
         ORDER BY e.txid, e.seq LIMIT 1",
        head.txid,
        head.seq
    );
    let outside = tx.optional::<(i64,)>(outside).await?;
    Ok(outside.map(|_| Broken { position: head.position, how: Break::Inserted }))
}

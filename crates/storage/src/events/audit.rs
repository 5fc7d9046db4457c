//! All events of a tenant, in the order of their commits, to auditors.

use crate::{Sql, Tx, cursor};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden};
use serde::Serialize;
use serde_json::Value as Json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The name of the right to read all events.
pub const EVENTS: &str = "events";

/// An event with everything it says.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditEvent {
    /// Its place in the order of commits, from 1 without gaps.
    pub position: i64,
    /// The digest of the chain up to it, SHA-256 in hex.
    pub hash: String,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// What happened, e.g. `party.created`.
    pub kind: String,
    /// The kind of record it happened to, e.g. `party`.
    pub subject_type: String,
    /// The record it happened to.
    pub subject_id: Uuid,
    /// The version of the record that it made.
    pub version: i64,
    /// The user who did it.
    pub user_id: UserId,
    /// The key that the user's program used.
    #[schema(required)]
    pub api_key_id: Option<Uuid>,
    /// The request that did it.
    pub request_id: String,
    /// Through what it came, e.g. `api` or `import:` with the id of the import.
    pub source: String,
    /// The names of the changed members.
    pub changed: Vec<String>,
    /// The record before; `null` if it is new.
    #[schema(required, value_type = Option<Object>)]
    pub before: Option<Json>,
    /// The record after.
    #[schema(value_type = Object)]
    pub after: Json,
}

/// Which events are wanted.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Only what happened to records of these kinds, e.g. `party`.
    pub subject_types: Vec<String>,
    /// Only what happened to this record.
    pub subject_id: Option<Uuid>,
    /// Only events of these kinds, e.g. `party.updated`.
    pub kinds: Vec<String>,
    /// Only what this user did.
    pub user_id: Option<UserId>,
    /// Only what this request did.
    pub request_id: Option<String>,
    /// At or after.
    pub after: Option<DateTime<Utc>>,
    /// Before.
    pub before: Option<DateTime<Utc>>,
    /// Oldest first instead of newest first.
    pub ascending: bool,
    /// Items on the page.
    pub limit: u64,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    hash: String,
    occurred_at: DateTime<Utc>,
    kind: String,
    subject_type: String,
    subject_id: Uuid,
    version: i64,
    user_id: Uuid,
    api_key_id: Option<Uuid>,
    request_id: String,
    source: String,
    changed: String,
    before: Option<sqlx::types::Json<Json>>,
    after: sqlx::types::Json<Json>,
}

/// A page of the sealed events, and the cursor of the next one.
///
/// # Errors
/// `forbidden` without the right to read all events; `bad_cursor`.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &AuditQuery,
) -> Result<(Vec<AuditEvent>, Option<String>)> {
    require(ctx)?;
    let fingerprint = fingerprint(ctx, query);
    let mut sql = Sql::new(
        "SELECT c.position, c.hash, e.occurred_at, e.kind, e.subject_type, e.subject_id, e.version,
             e.user_id, e.api_key_id, e.request_id, e.source, e.changed, e.before, e.after
         FROM event_chain c JOIN events e ON e.tenant_id = c.tenant_id AND e.seq = c.seq
         WHERE c.tenant_id = $1",
    );
    narrow(&mut sql, query);
    if let Some(cursor) = &query.cursor {
        let last: i64 = cursor::open(&ctx.settings.seal, &fingerprint, cursor)?;
        sql.push(if query.ascending { " AND c.position > " } else { " AND c.position < " });
        sql.bind(last);
    }
    sql.push(if query.ascending {
        " ORDER BY c.position LIMIT "
    } else {
        " ORDER BY c.position DESC LIMIT "
    });
    sql.bind(i64::try_from(query.limit + 1).unwrap_or(i64::MAX));
    let mut rows: Vec<Row> = tx.all(sql).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| cursor::seal(&ctx.settings.seal, &fingerprint, &row.position));
    Ok((rows.into_iter().map(AuditEvent::from).collect(), next))
}

/// Refuses a caller who may not read all events.
///
/// # Errors
/// `forbidden`.
pub fn require(ctx: &Ctx) -> Result<()> {
    // Events show every record as it was, whoever it belongs to.
    if ctx.reach(EVENTS, Action::Read).all { Ok(()) } else { Err(forbidden(EVENTS, Action::Read)) }
}

fn narrow(sql: &mut Sql, query: &AuditQuery) {
    for (column, wanted) in [("e.subject_type", &query.subject_types), ("e.kind", &query.kinds)] {
        if !wanted.is_empty() {
            sql.push(" AND ").push(column).push(" IN ").bind_all(wanted.iter().cloned());
        }
    }
    if let Some(subject) = query.subject_id {
        sql.push(" AND e.subject_id = ").bind(subject);
    }
    if let Some(user) = query.user_id {
        sql.push(" AND e.user_id = ").bind(user);
    }
    if let Some(request) = &query.request_id {
        sql.push(" AND e.request_id = ").bind(request.clone());
    }
    if let Some(after) = query.after {
        sql.push(" AND e.occurred_at >= ").bind(after);
    }
    if let Some(before) = query.before {
        sql.push(" AND e.occurred_at < ").bind(before);
    }
}

fn fingerprint(ctx: &Ctx, query: &AuditQuery) -> String {
    let unpaged = AuditQuery { cursor: None, limit: 0, ..query.clone() };
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    cursor::fingerprint(&["events", &tenant, &principal, &format!("{unpaged:?}")])
}

impl From<Row> for AuditEvent {
    fn from(row: Row) -> Self {
        let changed = row.changed.split(',').filter(|name| !name.is_empty());
        Self {
            position: row.position,
            hash: row.hash,
            occurred_at: row.occurred_at,
            kind: row.kind,
            subject_type: row.subject_type,
            subject_id: row.subject_id,
            version: row.version,
            user_id: row.user_id.into(),
            api_key_id: row.api_key_id,
            request_id: row.request_id,
            source: row.source,
            changed: changed.map(str::to_owned).collect(),
            before: row.before.map(|json| json.0),
            after: row.after.0,
        }
    }
}

//! The timeline of a record: the events that concern it, as far as the caller may see their subjects.

use crate::{Kind, Sql, Tx, cursor, custom, resource::shown, scope};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, UserId};
use serde::Serialize;
use serde_json::{Map, Value as Json};
use utoipa::ToSchema;
use uuid::Uuid;

/// An event as the timeline of a record shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimelineItem {
    /// Its place in the order of events.
    pub sequence: i64,
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
    pub api_key_id: Option<Uuid>,
    /// The request that did it.
    pub request_id: String,
    /// Through what it came, e.g. `api` or `import:` with the id of the import.
    pub source: String,
    /// Each changed member of the record with its old and its new value; for a new record only new ones.
    pub changes: Vec<Change>,
}

/// A changed member of a record.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Change {
    /// The member.
    pub field: String,
    /// Its value before, `null` if it had none.
    pub from: Json,
    /// Its value after, `null` if it has none.
    pub to: Json,
}

/// Which part of a timeline is wanted.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Only what happened to records of these kinds, e.g. `activity`.
    pub subject_types: Vec<String>,
    /// Only events of these kinds, e.g. `party.updated`.
    pub kinds: Vec<String>,
    /// Only what changed this member of the record itself.
    pub field: Option<String>,
    /// Only what this user did.
    pub user_id: Option<UserId>,
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
struct EventRow {
    seq: i64,
    occurred_at: DateTime<Utc>,
    kind: String,
    subject_type: String,
    subject_id: Uuid,
    version: i64,
    user_id: Uuid,
    api_key_id: Option<Uuid>,
    request_id: String,
    source: String,
    before: Option<sqlx::types::Json<Json>>,
    after: sqlx::types::Json<Json>,
}

/// The events that concern `record`, as far as the caller may see their subjects, and the cursor of
/// the next page. The caller must have been allowed to see the record.
///
/// # Errors
/// `bad_cursor`.
pub async fn timeline(
    tx: &mut Tx,
    ctx: &Ctx,
    kinds: &[&'static Kind],
    record: Uuid,
    query: &TimelineQuery,
) -> Result<(Vec<TimelineItem>, Option<String>)> {
    let mut sql = Sql::new(
        "SELECT e.seq, e.occurred_at, e.kind, e.subject_type, e.subject_id, e.version, e.user_id,
             e.api_key_id, e.request_id, e.source, e.before, e.after
         FROM event_links l JOIN events e ON e.tenant_id = l.tenant_id AND e.seq = l.seq
         WHERE l.tenant_id = $1 AND l.record_id = ",
    );
    sql.bind(record);
    visible_subjects(&mut sql, ctx, kinds);
    for (column, wanted) in [("e.subject_type", &query.subject_types), ("e.kind", &query.kinds)] {
        if !wanted.is_empty() {
            sql.push(" AND ").push(column).push(" IN ").bind_all(wanted.iter().cloned());
        }
    }
    if let Some(field) = &query.field {
        sql.push(" AND e.subject_id = l.record_id AND e.changed LIKE ");
        // A name holds nothing that `LIKE` reads as anything else but `_`, which fits itself.
        sql.bind(match field.as_str() {
            super::CUSTOM => format!("%,{}%", custom::PREFIX),
            field => format!("%,{field},%"),
        });
    }
    if let Some(user) = query.user_id {
        sql.push(" AND e.user_id = ").bind(user);
    }
    if let Some(after) = query.after {
        sql.push(" AND e.occurred_at >= ").bind(after);
    }
    if let Some(before) = query.before {
        sql.push(" AND e.occurred_at < ").bind(before);
    }
    let fingerprint = fingerprint(ctx, record, query);
    if let Some(cursor) = &query.cursor {
        let last: i64 = cursor::open(&ctx.settings.seal, &fingerprint, cursor)?;
        sql.push(if query.ascending { " AND l.seq > " } else { " AND l.seq < " }).bind(last);
    }
    sql.push(if query.ascending {
        " ORDER BY l.seq LIMIT "
    } else {
        " ORDER BY l.seq DESC LIMIT "
    });
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    sql.bind(i64::try_from(query.limit + 1).unwrap_or(i64::MAX));
    let mut rows: Vec<EventRow> = tx.all(sql).await?;
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|row| cursor::seal(&ctx.settings.seal, &fingerprint, &row.seq));
    for row in &mut rows {
        let Some(kind) = kinds.iter().find(|kind| kind.name == row.subject_type) else { continue };
        let documents = row.before.iter_mut().chain([&mut row.after]).map(|json| &mut json.0);
        shown(tx, ctx, kind, documents).await?;
    }
    Ok((rows.into_iter().map(TimelineItem::from).collect(), next))
}

/// Only events whose subject the caller may read, each kind by its own right.
fn visible_subjects(sql: &mut Sql, ctx: &Ctx, kinds: &[&'static Kind]) {
    sql.push(" AND (FALSE");
    for kind in kinds {
        if kind.with_parent {
            // Whoever sees this timeline sees what the event concerns.
            sql.push(" OR e.subject_type = ").bind(kind.name);
            continue;
        }
        let reach = ctx.reach(kind.plural, Action::Read);
        if reach.is_nothing() {
            continue;
        }
        sql.push(" OR (e.subject_type = ").bind(kind.name);
        if !reach.all {
            sql.push(" AND EXISTS (SELECT 1 FROM ").push(kind.table);
            sql.push(" t WHERE t.tenant_id = $1 AND t.id = e.subject_id AND ");
            scope::within(sql, kind, &reach, ctx.actor.user);
            sql.push(")");
        }
        sql.push(")");
    }
    sql.push(")");
}

fn fingerprint(ctx: &Ctx, record: Uuid, query: &TimelineQuery) -> String {
    let unpaged = TimelineQuery { cursor: None, limit: 0, ..query.clone() };
    let parts = [
        ctx.tenant.to_string(),
        ctx.actor.principal().to_string(),
        record.to_string(),
        format!("{unpaged:?}"),
    ];
    cursor::fingerprint(&parts.each_ref().map(String::as_str))
}

impl From<EventRow> for TimelineItem {
    fn from(row: EventRow) -> Self {
        Self {
            sequence: row.seq,
            occurred_at: row.occurred_at,
            kind: row.kind,
            subject_type: row.subject_type,
            subject_id: row.subject_id,
            version: row.version,
            user_id: row.user_id.into(),
            api_key_id: row.api_key_id,
            request_id: row.request_id,
            source: row.source,
            changes: changes(row.before.map(|json| json.0), row.after.0),
        }
    }
}

/// The members that differ, in the order of their names. What changes with every write is left out.
fn changes(before: Option<Json>, after: Json) -> Vec<Change> {
    let object = |json: Option<Json>| match json {
        Some(Json::Object(members)) => members,
        _ => Map::new(),
    };
    let (mut before, after) = (object(before), object(Some(after)));
    let mut changes = Vec::new();
    for (field, to) in after {
        let from = before.remove(&field).unwrap_or_default();
        if field == super::CUSTOM {
            for name in super::differing(Some(&from), Some(&to)) {
                let of = |custom: &Json| custom.get(&name).cloned().unwrap_or_default();
                let field = format!("{}{name}", custom::PREFIX);
                changes.push(Change { field, from: of(&from), to: of(&to) });
            }
        } else if from != to {
            changes.push(Change { field, from, to });
        }
    }
    let gone = before.into_iter().filter(|(_, from)| !from.is_null());
    changes.extend(gone.map(|(field, from)| Change { field, from, to: Json::Null }));
    changes.retain(|change| !super::CLOCKWORK.contains(&change.field.as_str()));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_are_the_members_that_differ() {
        let before = json!({ "name": "a", "tier": "key", "version": 1 });
        let after = json!({ "name": "b", "tier": "key", "note": "x", "version": 2 });
        let found = changes(Some(before), after);
        let expected = [("name", json!("a"), json!("b")), ("note", Json::Null, json!("x"))];
        let expected = expected.map(|(field, from, to)| Change { field: field.into(), from, to });
        assert_eq!(found, expected);
    }
}

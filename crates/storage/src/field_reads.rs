//! Who was shown which fields that a company watches (`watched_fields` of its preferences), record by record.
//!
//! A read changes nothing: it is no event, and no copy has to hear of it. So it stands in a log of its own,
//! written before the answer goes out, by whatever way it goes: whoever's rights let a watched value through has
//! read it. Exports are not noted here, since each is a record whose event says who wanted what; nor are the
//! events that auditors read, nor what changes a record, which is an event. Price: whoever reads a watched field
//! waits for a write, and cannot read it while nothing can be written.

use crate::{Kind, Sql, Tx, cursor, sql::rows_at_once};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Ctx, Id, Result, UserId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Names a read.
pub type FieldReadId = Id<FieldRead>;

/// Somebody was shown watched fields of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldRead {
    /// The read.
    pub id: FieldReadId,
    /// When it was.
    pub read_at: DateTime<Utc>,
    /// Who it was.
    pub user_id: UserId,
    /// The key that the user's program used.
    #[schema(required)]
    pub api_key_id: Option<Uuid>,
    /// The request that asked for it.
    pub request_id: String,
    /// The resource, e.g. `contacts`.
    pub resource: String,
    /// The record.
    pub record_id: Uuid,
    /// The watched fields among those that were shown.
    pub fields: Vec<String>,
}

/// Which reads are wanted.
#[derive(Debug, Clone, Default)]
pub struct FieldReadsQuery {
    /// Only those of this record.
    pub record_id: Option<Uuid>,
    /// Only those by this user.
    pub user_id: Option<UserId>,
    /// Only those at this instant or later.
    pub after: Option<DateTime<Utc>>,
    /// Only those before this instant.
    pub before: Option<DateTime<Utc>>,
    /// Items on the page.
    pub limit: u64,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// Records of a resource that a caller is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The resource.
    pub kind: &'static Kind,
    /// Their members that are shown; all when `None`.
    pub members: Option<Vec<String>>,
    /// The records.
    pub records: Vec<Uuid>,
}

/// That a record was shown with watched fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    resource: &'static str,
    record: Uuid,
    fields: String,
}

/// Whether the company watches anything.
pub fn watches(ctx: &Ctx) -> bool {
    !ctx.settings.preferences.watched_fields.is_empty()
}

/// What is to be noted of records that the caller is shown.
pub fn notes(ctx: &Ctx, shown: &[Shown]) -> Vec<Note> {
    let mut notes = Vec::new();
    for some in shown {
        let fields = watched(ctx, some.kind, some.members.as_deref()).join(",");
        if !fields.is_empty() {
            let resource = some.kind.plural;
            let note = |record: &Uuid| Note { resource, record: *record, fields: fields.clone() };
            notes.extend(some.records.iter().map(note));
        }
    }
    // A page of the feed can bring a record twice.
    notes.sort_unstable();
    notes.dedup();
    notes
}

/// The watched fields of a resource that the caller sees, of those that are shown; all are when `None`.
fn watched<'a>(ctx: &'a Ctx, kind: &Kind, shown: Option<&[String]>) -> Vec<&'a str> {
    let watched = &ctx.settings.preferences.watched_fields;
    let of_kind =
        watched.iter().filter_map(|path| path.strip_prefix(kind.plural)?.strip_prefix('.'));
    let of_kind: Vec<&str> = of_kind.collect();
    if of_kind.is_empty() {
        return of_kind;
    }
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    let is_shown = |field: &str| {
        !hidden.contains(field)
            && shown.is_none_or(|shown| {
                shown.iter().any(|one| within(one, field) || within(field, one))
            })
    };
    of_kind.into_iter().filter(|field| is_shown(field)).collect()
}

/// Whether one path is the other or below it.
fn within(path: &str, above: &str) -> bool {
    path.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Values of a read.
const VALUES: usize = 9;

/// Keeps what the caller is shown.
///
/// # Errors
/// Those of the store.
pub async fn note(tx: &mut Tx, ctx: &Ctx, notes: &[Note]) -> Result<()> {
    for some in notes.chunks(rows_at_once(VALUES)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO field_reads (tenant_id, id, read_at, user_id, api_key_id, request_id, resource,
                 record_id, fields) VALUES ",
        );
        for (at, note) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(FieldReadId::new(ctx.now)).push(", ").bind(ctx.now);
            sql.push(", ").bind(ctx.actor.user).push(", ").bind(ctx.actor.api_key);
            sql.push(", ").bind(ctx.request_id.to_string()).push(", ").bind(note.resource);
            sql.push(", ").bind(note.record).push(", ").bind(note.fields.clone()).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

type Row = (FieldReadId, DateTime<Utc>, UserId, Option<Uuid>, String, String, Uuid, String);

fn read(row: Row) -> FieldRead {
    let (id, read_at, user_id, api_key_id, request_id, resource, record_id, fields) = row;
    let fields = fields.split(',').map(str::to_owned).collect();
    FieldRead { id, read_at, user_id, api_key_id, request_id, resource, record_id, fields }
}

/// A page of the log, the latest reads first, and the cursor of the next one. Whoever asks has the right to all
/// events.
///
/// # Errors
/// `bad_cursor`.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &FieldReadsQuery,
) -> Result<(Vec<FieldRead>, Option<String>)> {
    let fingerprint = fingerprint(ctx, query);
    let mut sql = Sql::new(
        "SELECT id, read_at, user_id, api_key_id, request_id, resource, record_id, fields
         FROM field_reads WHERE tenant_id = $1",
    );
    if let Some(record) = query.record_id {
        sql.push(" AND record_id = ").bind(record);
    }
    if let Some(user) = query.user_id {
        sql.push(" AND user_id = ").bind(user);
    }
    if let Some(after) = query.after {
        sql.push(" AND read_at >= ").bind(after);
    }
    if let Some(before) = query.before {
        sql.push(" AND read_at < ").bind(before);
    }
    if let Some(cursor) = &query.cursor {
        let last: Uuid = cursor::open(&ctx.settings.seal, &fingerprint, cursor)?;
        sql.push(" AND id < ").bind(last);
    }
    sql.push(" ORDER BY id DESC LIMIT ");
    sql.bind(i64::try_from(query.limit + 1).unwrap_or(i64::MAX));
    let mut rows: Vec<Row> = tx.all(sql).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more).map(|row| row.0.uuid());
    let next = last.map(|last| cursor::seal(&ctx.settings.seal, &fingerprint, &last));
    Ok((rows.into_iter().map(read).collect(), next))
}

/// Forgets a bounded number of reads before then, the oldest first; how many.
///
/// # Errors
/// Those of the store.
pub async fn forget(tx: &mut Tx, before: DateTime<Utc>, most: i64) -> Result<u64> {
    let delete = crate::sql!(
        "DELETE FROM field_reads WHERE tenant_id = $1 AND id IN (
             SELECT id FROM field_reads
             WHERE tenant_id = $1 AND read_at < $2 ORDER BY read_at LIMIT $3)",
        before,
        most
    );
    tx.execute(delete).await
}

fn fingerprint(ctx: &Ctx, query: &FieldReadsQuery) -> String {
    let unpaged = FieldReadsQuery { cursor: None, limit: 0, ..query.clone() };
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    cursor::fingerprint(&["field-reads", &tenant, &principal, &format!("{unpaged:?}")])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z_05_a_part_of_a_watched_field_is_of_it_and_so_is_the_whole() {
        assert!(within("phones", "phones") && within("custom.id_number", "custom"));
        assert!(!within("phones_of", "phones") && !within("phones", "phones.number"));
    }
}

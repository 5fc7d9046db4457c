//! What has been deleted, across kinds, newest first: one row for each deleted record, kept by the
//! saves that delete and restore.

use crate::{
    Kind, Meta, Resource, Sql, Tx, cursor,
    error::BAD_CURSOR,
    resource::{document, reach_of},
    scope,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Action, Ctx, Result, UserId, actor::forbidden};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Rows that are looked at for a page at most, so that whoever may see few of them does not wait.
const LOOKED_AT: usize = 2_000;
/// Rows that one statement reads.
const AT_ONCE: usize = 200;

/// A deleted record.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Deleted {
    /// What it is, in the singular.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The record.
    pub id: Uuid,
    /// What it was called.
    #[schema(required)]
    pub title: Option<String>,
    /// When it was deleted.
    pub deleted_at: DateTime<Utc>,
    /// The user who deleted it.
    pub deleted_by: UserId,
    /// The path that a `POST` restores it by.
    pub restore: String,
}

/// A page of what has been deleted.
#[derive(Debug)]
pub struct Page {
    /// The records that the caller may see and restore.
    pub data: Vec<Deleted>,
    /// The cursor of the next page, if there may be more.
    pub next: Option<String>,
}

/// Refuses a caller who could not restore anything of these kinds.
///
/// # Errors
/// `forbidden`.
pub fn require(ctx: &Ctx, kinds: &[&'static Kind]) -> Result<()> {
    match kinds.iter().any(|kind| may(ctx, kind)) {
        true => Ok(()),
        false => Err(forbidden("trash", Action::Delete)),
    }
}

fn may(ctx: &Ctx, kind: &'static Kind) -> bool {
    !ctx.reach(kind.plural, Action::Read).is_nothing()
        && !reach_of(ctx, kind, Action::Delete).is_nothing()
}

#[derive(sqlx::FromRow)]
struct Row {
    kind: String,
    record_id: Uuid,
    deleted_at: DateTime<Utc>,
    deleted_by: UserId,
}

/// A page of the deleted records of these kinds that the caller may see and restore, the newest
/// first.
///
/// A page may hold fewer than `limit` and be followed by another.
///
/// # Errors
/// `bad_cursor`; those of the store.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    kinds: &[&'static Kind],
    limit: u64,
    cursor: Option<&str>,
) -> Result<Page> {
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    let mut parts = vec!["trash", tenant.as_str(), principal.as_str()];
    parts.extend(kinds.iter().map(|kind| kind.name));
    let fingerprint = cursor::fingerprint(&parts);
    let mut after: Option<(DateTime<Utc>, Uuid)> = None;
    if let Some(cursor) = cursor {
        let (at, id): (i64, Uuid) = cursor::open(&ctx.settings.seal, &fingerprint, cursor)?;
        let at = DateTime::from_timestamp_micros(at).ok_or_else(|| BAD_CURSOR.problem())?;
        after = Some((at, id));
    }
    let kinds: Vec<&'static Kind> = kinds.iter().copied().filter(|kind| may(ctx, kind)).collect();
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (mut data, mut looked_at) = (Vec::new(), 0);
    while !kinds.is_empty() {
        let rows: Vec<Row> = tx.all(newest(&kinds, after)).await?;
        let ended = rows.len() < AT_ONCE;
        let mut found = of_rows(tx, ctx, &kinds, &rows).await?;
        for row in rows {
            // One more than asked for has been found: the last one is where the next page begins.
            let one = (row.kind, row.record_id);
            if data.len() == limit && found.contains_key(&one) {
                return Ok(Page { data, next: next(ctx, &fingerprint, after) });
            }
            after = Some((row.deleted_at, row.record_id));
            data.extend(found.remove(&one));
            looked_at += 1;
        }
        if ended {
            break;
        }
        if looked_at >= LOOKED_AT {
            return Ok(Page { data, next: next(ctx, &fingerprint, after) });
        }
    }
    Ok(Page { data, next: None })
}

fn next(ctx: &Ctx, fingerprint: &str, after: Option<(DateTime<Utc>, Uuid)>) -> Option<String> {
    let after = after.map(|(at, id)| (at.timestamp_micros(), id));
    after.map(|after| cursor::seal(&ctx.settings.seal, fingerprint, &after))
}

/// The newest rows of each kind, in one order.
fn newest(kinds: &[&'static Kind], after: Option<(DateTime<Utc>, Uuid)>) -> Sql {
    let at_once = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
    let mut sql = Sql::new("SELECT kind, record_id, deleted_at, deleted_by FROM (");
    for (at, kind) in kinds.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.push(
            "SELECT * FROM (SELECT kind, record_id, deleted_at, deleted_by FROM trash
             WHERE tenant_id = $1 AND kind = ",
        );
        sql.bind(kind.name);
        if let Some((at, id)) = after {
            sql.push(" AND (deleted_at, record_id) < (").bind(at).push(", ").bind(id).push(")");
        }
        sql.push(" ORDER BY deleted_at DESC, record_id DESC LIMIT ").bind(at_once).push(") k");
    }
    sql.push(") d ORDER BY deleted_at DESC, record_id DESC LIMIT ").bind(at_once);
    sql
}

/// The records of these rows that the caller may see and restore.
async fn of_rows(
    tx: &mut Tx,
    ctx: &Ctx,
    kinds: &[&'static Kind],
    rows: &[Row],
) -> Result<BTreeMap<(String, Uuid), Deleted>> {
    let mut found = BTreeMap::new();
    for kind in kinds {
        let own: Vec<&Row> = rows.iter().filter(|row| row.kind == kind.name).collect();
        let ids: Vec<Uuid> = own.iter().map(|row| row.record_id).collect();
        let records: BTreeMap<Uuid, Json> =
            (kind.load_deleted)(tx, ctx, &ids).await?.into_iter().collect();
        for row in own {
            let Some(record) = records.get(&row.record_id) else { continue };
            let deleted = Deleted {
                kind: kind.name,
                id: row.record_id,
                title: title(record),
                deleted_at: row.deleted_at,
                deleted_by: row.deleted_by,
                restore: format!("/v1/{}/{}/restore", kind.path, row.record_id),
            };
            found.insert((row.kind.clone(), row.record_id), deleted);
        }
    }
    Ok(found)
}

/// Members by which people know a record, the first that is there.
pub(crate) const TITLES: [&str; 6] = ["name", "subject", "title", "file_name", "number", "code"];

/// What a record is called.
pub(crate) fn title(record: &Json) -> Option<String> {
    titled(record).map(|(_, title)| title.to_owned())
}

/// The same, with the member that says so.
pub(crate) fn titled(record: &Json) -> Option<(&'static str, &str)> {
    TITLES.iter().find_map(|member| Some((*member, record[*member].as_str()?)))
}

/// Loads deleted records as [`Kind::load_deleted`](crate::Kind::load_deleted) says.
pub(crate) async fn load<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Json)>> {
    let kind = R::kind();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT ");
    sql.push(kind.shape.columns).push(" FROM ").push(kind.table);
    sql.push(" t WHERE t.tenant_id = $1 AND t.id IN ").bind_all(ids.iter().copied());
    sql.push(" AND t.deleted_at IS NOT NULL AND ");
    scope::within(&mut sql, kind, &ctx.reach(kind.plural, Action::Read), ctx.actor.user);
    sql.push(" AND ");
    let deletes = reach_of(ctx, kind, Action::Delete);
    scope::within_to(&mut sql, kind, Action::Delete, &deletes, ctx.actor.user);
    tx.records(sql, |record: R, _| Ok((record.meta().id.uuid(), document(&record)))).await
}

/// Forgets a deleted record that comes back by other ways than being restored.
///
/// # Errors
/// Those of the store.
pub async fn forget(tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<()> {
    let delete = crate::sql!(
        "DELETE FROM trash WHERE tenant_id = $1 AND kind = $2 AND record_id = $3",
        kind.name,
        id
    );
    tx.execute(delete).await.map(drop)
}

/// Keeps the row of a record that was saved.
pub(crate) async fn keep<K>(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    before: &Meta<K>,
    after: &Meta<K>,
) -> Result<()> {
    keep_all(tx, ctx, kind, &[(before, after)]).await
}

/// Keeps the rows of records that were saved, each before and after.
pub(crate) async fn keep_all<K>(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    saved: &[(&Meta<K>, &Meta<K>)],
) -> Result<()> {
    let mut gone: Vec<(Uuid, DateTime<Utc>)> = Vec::new();
    for (before, after) in saved {
        match (before.deleted_at, after.deleted_at) {
            (None, Some(at)) => gone.push((after.id.uuid(), at)),
            (Some(_), None) => forget(tx, kind, after.id.uuid()).await?,
            _ => {}
        }
    }
    for batch in gone.chunks(AT_ONCE) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO trash (tenant_id, kind, record_id, deleted_at, deleted_by) VALUES ",
        );
        for (place, (id, at)) in batch.iter().enumerate() {
            sql.push(if place == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(kind.name).push(", ").bind(*id).push(", ").bind(*at).push(", ");
            sql.bind(ctx.actor.user).push(")");
        }
        sql.push(" ON CONFLICT DO NOTHING");
        tx.execute(sql).await?;
    }
    Ok(())
}

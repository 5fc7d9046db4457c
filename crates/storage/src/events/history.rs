//! A record as it was, and where each of its values came from.

use crate::{Kind, Sql, Tx, custom::PREFIX, resource::shown};
use chrono::{DateTime, Utc};
use guanxi_derive::boxed;
use guanxi_kernel::{Ctx, Result, UserId, problem::NOT_FOUND};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Changes of one record that are looked at for the origin of its values.
const LOOKED_AT: i64 = 10_000;

/// The record as it was at that instant: the last version made at or before it. The caller must
/// have been allowed to see the record.
///
/// # Errors
/// `not_found` if it did not exist then, or was deleted.
pub async fn as_of(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    id: Uuid,
    at: DateTime<Utc>,
) -> Result<Json> {
    let sql = crate::sql!(
        "SELECT after FROM events WHERE tenant_id = $1 AND subject_id = $2 AND subject_type = $3
             AND occurred_at <= $4
         ORDER BY version DESC, seq DESC LIMIT 1",
        id,
        kind.name,
        at
    );
    let found: Option<(sqlx::types::Json<Json>,)> = tx.optional(sql).await?;
    let then = found.map(|(document,)| document.0).filter(|then| then["deleted_at"].is_null());
    let mut then = then.ok_or_else(|| NOT_FOUND.problem())?;
    shown(tx, ctx, kind, std::iter::once(&mut then)).await?;
    Ok(then)
}

/// The record as its last event tells of it, deleted or not; `None` if it has none.
///
/// # Errors
/// Those of the store.
#[boxed]
pub(crate) async fn latest(tx: &mut Tx, kind: &Kind, id: Uuid) -> Result<Option<Json>> {
    let sql = crate::sql!(
        "SELECT after FROM events WHERE tenant_id = $1 AND subject_id = $2 AND subject_type = $3
         ORDER BY version DESC, seq DESC LIMIT 1",
        id,
        kind.name
    );
    let found: Option<(sqlx::types::Json<Json>,)> = tx.optional(sql).await?;
    Ok(found.map(|(document,)| document.0))
}

/// Records as they were at that instant; those that were not there yet are left out. The caller must
/// have been allowed to see each.
///
/// # Errors
/// Those of the store.
pub async fn all_as_of(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    ids: &[Uuid],
    at: DateTime<Utc>,
) -> Result<Vec<(Uuid, Json)>> {
    let mut sql = crate::sql!(
        "SELECT e.subject_id, e.after FROM events e
         WHERE e.tenant_id = $1 AND e.subject_type = $2 AND e.version = (
             SELECT MAX(l.version) FROM events l WHERE l.tenant_id = $1
                 AND l.subject_id = e.subject_id AND l.subject_type = $2 AND l.occurred_at <= $3)
             AND e.subject_id IN ",
        kind.name,
        at
    );
    sql.bind_all(ids.iter().copied());
    let found: Vec<(Uuid, sqlx::types::Json<Json>)> = tx.all(sql).await?;
    let mut found: Vec<_> = found.into_iter().map(|(id, document)| (id, document.0)).collect();
    shown(tx, ctx, kind, found.iter_mut().map(|(_, document)| document)).await?;
    Ok(found)
}

/// Records of `kind` that were attached to that one at that instant, as they were then; those with an
/// id before `before`, in the descending order of ids. The ids of all that were looked at come with
/// them, `most` at most: the last of them is where to go on.
///
/// The caller must be allowed to see what they were attached to.
///
/// # Errors
/// Those of the store.
pub async fn attached_as_of(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    (parent, id): (&Kind, Uuid),
    at: DateTime<Utc>,
    (before, most): (Option<Uuid>, i64),
) -> Result<(Vec<(Uuid, Json)>, Vec<Uuid>)> {
    let mut sql = Sql::new(
        "SELECT DISTINCT e.subject_id FROM event_links l
         JOIN events e ON e.tenant_id = l.tenant_id AND e.seq = l.seq
         WHERE l.tenant_id = $1 AND l.record_id = ",
    );
    sql.bind(id).push(" AND e.subject_type = ").bind(kind.name);
    sql.push(" AND e.occurred_at <= ").bind(at);
    if let Some(before) = before {
        sql.push(" AND e.subject_id < ").bind(before);
    }
    sql.push(" ORDER BY e.subject_id DESC LIMIT ").bind(most);
    let ids: Vec<Uuid> = tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect();
    if ids.is_empty() {
        return Ok((Vec::new(), ids));
    }
    let mut then = all_as_of(tx, ctx, kind, &ids, at).await?;
    then.retain(|(_, then)| {
        let of = |member: &str| then[member].as_str();
        let there = then["deleted_at"].is_null();
        there && of("parent_type") == Some(parent.name) && of("parent_id") == Some(&*id.to_string())
    });
    then.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    Ok((then, ids))
}

/// Where a value of a record came from.
#[derive(Debug, Serialize, ToSchema)]
pub struct Origin {
    /// The member.
    pub field: String,
    /// Its value.
    pub value: Json,
    /// When it was written.
    pub set_at: DateTime<Utc>,
    /// The version of the record that it came with.
    pub version: i64,
    /// The user who wrote it.
    pub user_id: UserId,
    /// The key that the user's program used.
    #[schema(required)]
    pub api_key_id: Option<Uuid>,
    /// The request that wrote it.
    pub request_id: String,
    /// Through what it came, e.g. `api` or `import:` with the id of the import.
    pub source: String,
}

#[derive(sqlx::FromRow)]
struct Written {
    version: i64,
    occurred_at: DateTime<Utc>,
    user_id: Uuid,
    api_key_id: Option<Uuid>,
    request_id: String,
    source: String,
    changed: String,
}

/// The origin of every value that `record` has, in the order of the names. The caller must have
/// been allowed to see it as it is given.
///
/// # Errors
/// Those of the store.
pub async fn provenance(tx: &mut Tx, kind: &Kind, id: Uuid, record: &Json) -> Result<Vec<Origin>> {
    let mut sql = Sql::new(
        "SELECT version, occurred_at, user_id, api_key_id, request_id, source, changed
         FROM events WHERE tenant_id = $1 AND subject_id = ",
    );
    sql.bind(id).push(" AND subject_type = ").bind(kind.name);
    sql.push(" ORDER BY version DESC, seq DESC LIMIT ").bind(LOOKED_AT);
    let writes: Vec<Written> = tx.all(sql).await?;
    let mut last: BTreeMap<&str, &Written> = BTreeMap::new();
    for write in &writes {
        for field in write.changed.split(',').filter(|field| !field.is_empty()) {
            last.entry(field).or_insert(write);
        }
    }
    let fields = kind.shape.fields.iter().filter(|field| !field.hidden);
    let origin = |name: &str, value: &Json| {
        let write = last.get(name)?;
        Some(Origin {
            field: name.to_owned(),
            value: value.clone(),
            set_at: write.occurred_at,
            version: write.version,
            user_id: write.user_id.into(),
            api_key_id: write.api_key_id,
            request_id: write.request_id.clone(),
            source: write.source.clone(),
        })
    };
    let own = fields.filter_map(|field| {
        let value = record.get(field.name).filter(|value| !value.is_null())?;
        origin(field.name, value)
    });
    let custom = record["custom"].as_object().into_iter().flatten();
    let custom = custom.filter_map(|(name, value)| origin(&format!("{PREFIX}{name}"), value));
    let mut origins: Vec<Origin> = own.chain(custom).collect();
    origins.sort_by(|one, other| one.field.cmp(&other.field));
    Ok(origins)
}

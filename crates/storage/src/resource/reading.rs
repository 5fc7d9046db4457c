//! Single records and known ones: as they are shown, as rules of other records need them, as copies
//! of them are kept elsewhere, and by their names.

use super::{
    rights::{Rights, reach_of},
    showing::{Shown, document, show, shown},
};
use crate::{
    Cells, Field, Kind, Resource, Sql, Tx, attached, custom::Definition, error::MERGED_INTO, scope,
};
use chrono::{DateTime, Utc};
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Ctx, Problem, Reach, Result, problem::NOT_FOUND};
use serde_json::{
    Value as Json,
    value::{RawValue, to_raw_value},
};
use std::{collections::BTreeSet, iter};
use uuid::Uuid;

/// One record that the caller may see.
///
/// # Errors
/// `forbidden` without the right to read the resource; `not_found` outside its reach; `merged_into`
/// if it has become part of another one.
#[boxed]
pub async fn get<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<R>> {
    let (record, rights) = match find::<R>(tx, ctx, id, false).await {
        Err(problem) if problem.is(&NOT_FOUND) => {
            return Err(merged_into::<R>(tx, ctx, id).await?.unwrap_or(problem));
        }
        found => found?,
    };
    show(tx, ctx, record, rights).await
}

/// What to say of a record that is gone, if what it has become part of is there for the caller.
async fn merged_into<R: Resource>(tx: &mut Tx, ctx: &Ctx, gone: Uuid) -> Result<Option<Problem>> {
    /// Merges that follow each other at most.
    const MOST: usize = 20;
    let mut id = gone;
    for _ in 0..MOST {
        let Some(survivor) = R::survivor(tx, id).await? else { return Ok(None) };
        match find::<R>(tx, ctx, survivor, false).await {
            Ok(_) => return Ok(Some(MERGED_INTO.with("survivor_id", survivor.to_string()))),
            Err(problem) if problem.is(&NOT_FOUND) => id = survivor,
            Err(problem) => return Err(problem),
        }
    }
    Ok(None)
}

/// The same, also if it is deleted.
///
/// # Errors
/// As [`get`].
pub async fn get_even_deleted<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<R>> {
    let (record, rights) = find::<R>(tx, ctx, id, true).await?;
    show(tx, ctx, record, rights).await
}

/// Loads a record that the caller may see and holds it to a rule of another record.
///
/// # Errors
/// `not_found`, `forbidden`.
#[boxed]
pub async fn load<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<R> {
    find::<R>(tx, ctx, id, false).await.map(|(record, _)| record)
}

/// Loads the records of these ids that the caller may see, as JSON, for `expand`.
///
/// # Errors
/// Those of the store.
#[boxed]
pub async fn load_json<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
) -> Result<Vec<(Uuid, Json)>> {
    let read = |record: R| (record.meta().id.uuid(), document(&record));
    let mut records = readable(tx, ctx, ids, read).await?;
    shown(tx, ctx, R::kind(), records.iter_mut().map(|(_, record)| record)).await?;
    Ok(records)
}

/// A record as a copy of it is kept elsewhere.
#[derive(Debug, Clone)]
pub struct Copy {
    /// The record.
    pub id: Uuid,
    /// Its version, if the caller may see that.
    pub version: Option<i64>,
    /// When it was last changed, if the caller may see that.
    pub updated_at: Option<DateTime<Utc>>,
    /// The JSON of it, without what the caller may not see.
    pub body: Box<RawValue>,
}

/// Copies of the records of these ids that the caller may see.
///
/// # Errors
/// Those of the store.
#[boxed]
pub async fn copies<R: Resource>(tx: &mut Tx, ctx: &Ctx, ids: &[Uuid]) -> Result<Vec<Copy>> {
    let kind = R::kind();
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    let seen = |name: &str| !hidden.contains(name);
    let mut copies = Vec::with_capacity(ids.len());
    for record in readable(tx, ctx, ids, |record: R| record).await? {
        let meta = record.meta();
        let body = if hidden.is_empty() && meta.extra.custom.is_empty() {
            to_raw_value(&record)
        } else {
            let mut body = document(&record);
            shown(tx, ctx, kind, iter::once(&mut body)).await?;
            to_raw_value(&body)
        };
        copies.push(Copy {
            id: meta.id.uuid(),
            version: seen("version").then_some(meta.version),
            updated_at: seen("updated_at").then_some(meta.updated_at),
            body: body.unwrap_or_default(),
        });
    }
    Ok(copies)
}

/// The records of these ids that the caller may see.
async fn readable<R: Resource, T>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
    read: impl Fn(R) -> T,
) -> Result<Vec<T>> {
    let kind = R::kind();
    let none = !kind.with_parent && ctx.reach(kind.plural, Action::Read).is_nothing();
    if none || ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new("SELECT ");
    sql.push(kind.shape.columns)
        .push(" FROM ")
        .push(kind.table)
        .push(" t WHERE t.tenant_id = $1 AND t.id IN ");
    sql.bind_all(ids.iter().copied()).push(" AND t.deleted_at IS NULL AND ");
    attached::readable(&mut sql, ctx, kind);
    tx.records(sql, |record: R, _: &mut Cells<'_>| Ok(read(record))).await
}

/// The live records that have one of these texts in a field that lists can be narrowed by, each with
/// the text; directory data for everybody, anything else for those who may read it.
///
/// # Errors
/// Those of the store.
pub async fn named_by(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    field: &Field,
    texts: &BTreeSet<String>,
) -> Result<Vec<(Uuid, String)>> {
    let mut sql = Sql::new("SELECT t.id, ");
    match field.terms {
        Some(index) => {
            sql.push("x.term FROM record_terms x JOIN ").push(kind.table);
            sql.push(" t ON t.tenant_id = x.tenant_id AND t.id = x.record_id WHERE x.tenant_id = $1 AND x.kind = ");
            sql.bind(kind.name).push(" AND x.field = ").bind(index.parameter);
            sql.push(" AND x.term IN ").bind_all(texts.iter().cloned());
        }
        None => {
            let column = field.columns[0];
            sql.push("t.").push(column).push(" FROM ").push(kind.table);
            sql.push(" t WHERE t.tenant_id = $1 AND ");
            if let Some(key) = field.sort.filter(|key| *key != column) {
                let keys = texts.iter().map(|text| guanxi_kernel::text::sort_key(text));
                sql.push("t.").push(key).push(" IN ").bind_all(keys).push(" AND ");
            }
            sql.push("t.").push(column).push(" IN ").bind_all(texts.iter().cloned());
        }
    }
    alive_for(&mut sql, ctx, kind);
    tx.all(sql).await
}

/// The same by a field of the tenant; each with the term that it has.
///
/// # Errors
/// Those of the store.
pub async fn named_by_custom(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    field: &Definition,
    terms: &BTreeSet<String>,
) -> Result<Vec<(Uuid, String)>> {
    let mut sql = Sql::new("SELECT t.id, x.term FROM custom_terms x JOIN ");
    sql.push(kind.table).push(" t ON t.tenant_id = x.tenant_id AND t.id = x.record_id ");
    sql.push("WHERE x.tenant_id = $1 AND x.resource = ").bind(kind.plural);
    sql.push(" AND x.field = ").bind(field.name.clone());
    sql.push(" AND x.term IN ").bind_all(terms.iter().cloned());
    alive_for(&mut sql, ctx, kind);
    tx.all(sql).await
}

/// Narrows a statement to live records: directory data for everybody, anything else for those who
/// may read it.
fn alive_for(sql: &mut Sql, ctx: &Ctx, kind: &'static Kind) {
    sql.push(" AND t.deleted_at IS NULL AND ");
    let reach = match kind.visibility {
        crate::Visibility::Tenant => Reach::all(),
        _ => ctx.reach(kind.plural, Action::Read),
    };
    scope::within(sql, kind, &reach, ctx.actor.user);
}

/// Whether a live record of `kind` with that id may be named by the caller: directory data by
/// everybody, anything else by those who may read it.
///
/// # Errors
/// Those of the store.
#[boxed]
pub async fn visible(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<bool> {
    let reach = match kind.visibility {
        crate::Visibility::Tenant => Reach::all(),
        _ => ctx.reach(kind.plural, Action::Read),
    };
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    sql.push(kind.table)
        .push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id = ")
        .bind(id);
    sql.push(" AND ");
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    tx.exists(sql).await
}

/// A right on the records that are read: the same for all of them, or a column of the query.
enum Known {
    Fixed(bool),
    Column,
}

pub(super) struct KnownRights {
    update: Known,
    delete: Known,
}

impl KnownRights {
    pub(super) fn read(&self, cells: &mut Cells<'_>) -> Result<Rights, crate::Error> {
        let mut one = |known: &Known| match known {
            Known::Fixed(answer) => Ok(*answer),
            // A record without an owner is nobody's own: SQL answers NULL.
            Known::Column => cells.next::<Option<bool>>().map(Option::unwrap_or_default),
        };
        Ok(Rights { update: one(&self.update)?, delete: one(&self.delete)? })
    }
}

/// `SELECT` the record and the rights that depend on it; more columns may follow.
pub(super) fn select(ctx: &Ctx, kind: &'static Kind) -> (Sql, KnownRights) {
    let mut sql = Sql::new("SELECT ");
    sql.push(kind.shape.columns);
    let mut right = |action| {
        let reach = reach_of(ctx, kind, action);
        if reach.all || reach.is_nothing() {
            return Known::Fixed(reach.all);
        }
        sql.push(", (");
        scope::within_to(&mut sql, kind, action, &reach, ctx.actor.user);
        sql.push(")");
        Known::Column
    };
    let known = KnownRights { update: right(Action::Update), delete: right(Action::Delete) };
    (sql, known)
}

/// Adds the table, up to the condition that the caller adds.
pub(super) fn from(sql: &mut Sql, kind: &'static Kind) {
    sql.push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
}

#[boxed]
pub(super) async fn find<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    deleted_too: bool,
) -> Result<(R, Rights)> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, Action::Read)?;
    let (mut sql, known) = select(ctx, kind);
    from(&mut sql, kind);
    sql.push("t.id = ").bind(id).push(" AND ");
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    if !deleted_too {
        sql.push(" AND t.deleted_at IS NULL");
    }
    let found = tx.records(sql, |record: R, cells| Ok((record, known.read(cells)?))).await?;
    found.into_iter().next().ok_or_else(|| NOT_FOUND.problem())
}

/// The live records of these ids that the caller may see, each with whether it may be deleted too.
#[boxed]
pub(crate) async fn find_deletable<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
) -> Result<Vec<(R, bool)>> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, Action::Read)?;
    let (mut sql, known) = select(ctx, kind);
    from(&mut sql, kind);
    sql.push("t.id IN ").bind_all(ids.iter().copied()).push(" AND ");
    scope::within(&mut sql, kind, &reach, ctx.actor.user);
    sql.push(" AND t.deleted_at IS NULL");
    tx.records(sql, |record: R, cells| Ok((record, known.read(cells)?.delete))).await
}

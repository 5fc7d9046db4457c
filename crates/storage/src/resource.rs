//! The use cases that every resource shares: get, list, create, update, delete, restore.
//!
//! Each requires the right, loads what it changes, lets the resource decide
//! ([`Resource::settle`]), saves under the version that was read, and records one event, all in the
//! transaction it is given.

use crate::{
    Cells, Draft, ExternalId, Field, Kind, Meta, Resource, Sql, Tx, attached,
    count::{self, Total},
    custom::{
        self, Definition,
        query::{Order, Part},
        save as carried,
    },
    error::MERGED_INTO,
    events::{self, Event},
    extra,
    list::{self, ListQuery},
    scope, terms, trash,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Code, Ctx, Problem, Reach, Result,
    actor::forbidden,
    ctx::stale,
    input,
    problem::{DUPLICATE, FORBIDDEN, INVALID_FORMAT, NOT_FOUND, UNKNOWN_REFERENCE},
    scalar::Type,
};
use sea_query::Value;
use serde::{Serialize, Serializer};
use serde_json::{
    Value as Json,
    value::{RawValue, to_raw_value},
};
use std::{collections::BTreeSet, iter};
use uuid::Uuid;

/// A verb of a record: whether its state allows it, and the right that it needs.
#[derive(Debug, Clone, Copy)]
pub struct Verb {
    /// The name, as in `actions` and in paths.
    pub name: &'static str,
    /// The right.
    pub needs: Action,
    /// Why the state forbids it now.
    pub closed: Option<&'static Code>,
}

impl Verb {
    /// A verb that the state allows.
    pub const fn open(name: &'static str, needs: Action) -> Self {
        Self { name, needs, closed: None }
    }

    /// A verb that the state forbids, and why.
    pub const fn closed(name: &'static str, needs: Action, why: &'static Code) -> Self {
        Self { name, needs, closed: Some(why) }
    }
}

/// A record as one caller sees it: on the wire without what the caller's rights hide.
#[derive(Debug, Clone)]
pub struct Shown<R> {
    /// The record.
    pub record: R,
    /// The verbs open to the caller now.
    pub actions: Vec<&'static str>,
    /// The verbs that are not, for those who ask.
    pub refused: Vec<Refusal>,
    /// The members that the caller does not see.
    hidden: BTreeSet<String>,
}

impl<R: Serialize> Serialize for Shown<R> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Whole<'a, R> {
            #[serde(flatten)]
            record: &'a R,
            actions: &'a [&'static str],
        }
        let whole = Whole { record: &self.record, actions: &self.actions };
        if self.hidden.is_empty() {
            return whole.serialize(to);
        }
        let mut masked = document(&whole);
        mask(&mut masked, &self.hidden);
        masked.serialize(to)
    }
}

/// A verb that is not open to the caller now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Refusal {
    /// The verb.
    pub action: &'static str,
    /// The code of the problem that it would answer with.
    pub code: &'static str,
}

/// A page of records.
#[derive(Debug)]
pub struct Page<R> {
    /// The records.
    pub data: Vec<Shown<R>>,
    /// The cursor of the next page, if there is one.
    pub next: Option<String>,
    /// How many records there are on all pages, if the query wants to know.
    pub total: Option<Total>,
}

/// Which of two rights reach a record that the caller may see.
#[derive(Clone, Copy)]
struct Rights {
    update: bool,
    delete: bool,
}

/// One record that the caller may see.
///
/// # Errors
/// `forbidden` without the right to read the resource; `not_found` outside its reach; `merged_into`
/// if it has become part of another one.
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

/// A page of the records that the caller may see.
///
/// # Errors
/// `forbidden`, `bad_cursor`.
pub async fn list<R: Resource>(tx: &mut Tx, ctx: &Ctx, query: &ListQuery) -> Result<Page<R>> {
    page(tx, ctx, query, None).await
}

/// A page of the records that the caller may see and do `action` to besides.
///
/// # Errors
/// As [`list()`]; `forbidden` without the right to that.
pub async fn list_for<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &ListQuery,
    action: Action,
) -> Result<Page<R>> {
    require::<R>(ctx, action)?;
    page(tx, ctx, query, Some((action, reach_of(ctx, R::kind(), action)))).await
}

async fn page<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &ListQuery,
    also: Option<(Action, Reach)>,
) -> Result<Page<R>> {
    let kind = R::kind();
    let reach = ctx.require(kind.plural, Action::Read)?;
    let narrows = |(action, also): &(Action, Reach)| {
        !also.all && (*also != reach || kind.reads_further(*action))
    };
    let also = also.filter(narrows);
    if query.include_deleted && reach_of(ctx, kind, Action::Delete).is_nothing() {
        return Err(forbidden(kind.plural, Action::Delete));
    }
    let reaches: Vec<(Action, Reach)> = iter::once((Action::Read, reach)).chain(also).collect();
    let mut rows = match query.order(ctx)? {
        Some((order, part)) => {
            let list = InOrder { kind, reaches: &reaches, query, order };
            list.rows::<R>(tx, ctx, part).await?
        }
        None => rows::<R>(tx, ctx, kind, &reaches, query).await?,
    };
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let last = rows.last().filter(|_| more);
    let next = last.map(|(record, _, keys)| query.next(ctx, keys, record.meta().id.uuid()));
    let total = match reaches.as_slice() {
        [(_, reach)] => count::total(tx, ctx, kind, reach, query, (rows.len(), more)).await?,
        // A count would need both reaches; whoever narrows a list like this can do without it.
        _ => None,
    };
    let (mut records, rights): (Vec<R>, Vec<Rights>) =
        rows.into_iter().map(|(record, rights, _)| (record, rights)).unzip();
    R::present(&mut records, tx, ctx).await?;
    let mut data = Vec::with_capacity(records.len());
    for (record, rights) in records.into_iter().zip(rights) {
        data.push(show_presented(tx, ctx, record, rights).await?);
    }
    Ok(Page { total, data, next })
}

/// A record of a list, the rights on it, and what the cursor behind it says.
type ListRow<R> = (R, Rights, Vec<Json>);

async fn rows<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    reaches: &[(Action, Reach)],
    query: &ListQuery,
) -> Result<Vec<ListRow<R>>> {
    let (mut sql, known) = select(ctx, kind);
    for (column, _) in query.sort_columns() {
        sql.push(", t.").push(column);
    }
    from(&mut sql, kind);
    within_all(&mut sql, kind, reaches, ctx);
    query.narrow(&mut sql, kind);
    query.page(&mut sql, ctx)?;
    let sort: Vec<Type> = query.sort_columns().map(|(_, kind)| kind).collect();
    let read = |record: R, cells: &mut Cells<'_>| {
        let rights = known.read(cells)?;
        let keys = sort
            .iter()
            .map(|kind| list::write_key(*kind, cells))
            .collect::<Result<Vec<Json>, _>>()?;
        Ok((record, rights, keys))
    };
    tx.records(sql, read).await
}

/// A list in the order of a field of the tenant.
struct InOrder<'a> {
    kind: &'static Kind,
    reaches: &'a [(Action, Reach)],
    query: &'a ListQuery,
    order: &'a Order,
}

impl InOrder<'_> {
    /// One more record than the page has, if there are as many: those with a value first.
    async fn rows<R: Resource>(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        part: Part,
    ) -> Result<Vec<ListRow<R>>> {
        let wanted = self.query.limit + 1;
        let valued = matches!(part, Part::Valued(_));
        let mut rows = self.part::<R>(tx, ctx, &part, wanted).await?;
        let missing = wanted.saturating_sub(u64::try_from(rows.len()).unwrap_or(wanted));
        if valued && missing > 0 {
            rows.extend(self.part::<R>(tx, ctx, &Part::Unvalued(None), missing).await?);
        }
        Ok(rows)
    }

    async fn part<R: Resource>(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        part: &Part,
        limit: u64,
    ) -> Result<Vec<ListRow<R>>> {
        let (mut sql, known) = select(ctx, self.kind);
        self.order.from(&mut sql, self.kind, part);
        within_all(&mut sql, self.kind, self.reaches, ctx);
        self.query.narrow(&mut sql, self.kind);
        self.order.page(&mut sql, part, limit);
        let read = |record: R, cells: &mut Cells<'_>| {
            let rights = known.read(cells)?;
            let key = match part {
                Part::Valued(_) => cells.next::<String>()?.into(),
                Part::Unvalued(_) => Json::Null,
            };
            Ok((record, rights, vec![key]))
        };
        tx.records(sql, read).await
    }
}

/// The condition that a record is within every one of these.
fn within_all(sql: &mut Sql, kind: &Kind, reaches: &[(Action, Reach)], ctx: &Ctx) {
    for (at, (action, reach)) in reaches.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " AND " });
        scope::within_to(sql, kind, *action, reach, ctx.actor.user);
    }
}

/// Makes a record.
///
/// # Errors
/// `forbidden`, also for an owner whom the right does not reach; whatever the rules of the
/// resource say.
pub async fn create<R: Resource>(tx: &mut Tx, ctx: &Ctx, input: R::Input) -> Result<Shown<R>> {
    create_draft(tx, ctx, Draft::new(input)).await
}

/// The same of a record that carries more than its input.
///
/// # Errors
/// As [`create`]; `duplicate` for an external id that another record has.
pub async fn create_draft<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    draft: Draft<R>,
) -> Result<Shown<R>> {
    require::<R>(ctx, Action::Create)?;
    let mut meta = Meta { extra: draft.extra, ..Meta::new(ctx) };
    if let Some(id) = draft.id {
        // UUIDv7 says when it was made: rows of one time lie together in every index.
        if id.get_version_num() != 7 {
            return Err(INVALID_FORMAT
                .problem()
                .and(INVALID_FORMAT.field("/id").with("expected", "a UUIDv7")));
        }
        if exists(tx, R::kind(), id).await? {
            return Err(DUPLICATE.at("/id"));
        }
        meta.id = id.into();
    }
    insert(tx, ctx, R::assemble(meta, draft.input), "created").await
}

/// Whether there is such a record, deleted or not, whoever may see it.
async fn exists(tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.id = ").bind(id);
    tx.exists(sql).await
}

/// Makes or changes the record that another system knows by `key`; whether it was made.
///
/// A new one is made of the body; of one that is there the members in it are changed. However many
/// do this at once, one record comes of it.
///
/// # Errors
/// As [`create`] and [`patch`]; `duplicate` if the record is there and the caller may not see it.
pub async fn upsert<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    key: &ExternalId,
    body: &Json,
) -> Result<(Shown<R>, bool)> {
    // A program cannot decide who is who; what it makes twice is found by a search for duplicates.
    let source = format!("upsert:{}", key.source).into();
    let ctx = &Ctx { source, accept_duplicates: true, ..ctx.clone() };
    let Some(id) = extra::find(tx, R::kind(), key).await? else {
        let mut draft = Draft::<R>::read(ctx, body.clone())?;
        draft.extra.external_ids.retain(|id| id != key);
        draft.extra.external_ids.push(key.clone());
        return create_draft(tx, ctx, draft).await.map(|shown| (shown, true));
    };
    let mut body = body.clone();
    if let Some(Json::Array(ids)) = body.get_mut("external_ids") {
        let key = document(key);
        ids.retain(|id| *id != key);
        ids.push(key);
    }
    let changed = patch::<R>(tx, ctx, id, &body).await;
    let hidden = |problem: Problem| {
        if problem.is(&NOT_FOUND) { DUPLICATE.at("/external_ids") } else { problem }
    };
    changed.map(|shown| (shown, false)).map_err(hidden)
}

/// Refuses a caller who has no right at all to do `action` to records of `R`.
///
/// # Errors
/// `forbidden`.
pub fn require<R: Resource>(ctx: &Ctx, action: Action) -> Result<()> {
    require_on(ctx, R::kind(), action)
}

/// Refuses a caller who has no right at all to do `action` to records of a kind.
///
/// # Errors
/// `forbidden`.
pub fn require_on(ctx: &Ctx, kind: &'static Kind, action: Action) -> Result<()> {
    if reach_of(ctx, kind, action).is_nothing() {
        Err(forbidden(kind.plural, action))
    } else {
        Ok(())
    }
}

/// Makes a record that a use case has put together itself. The right must have been required.
///
/// # Errors
/// As [`create`].
pub async fn insert<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    mut record: R,
    verb: &'static str,
) -> Result<Shown<R>> {
    let kind = R::kind();
    record.settle(tx, ctx, None).await?;
    carried::settle_new(tx, ctx, &mut record).await?;
    check_references(tx, ctx, &record, None).await?;
    let mut values = Vec::new();
    record.write(&mut values);
    tx.execute(Sql::fixed(kind.shape.insert, values)).await?;
    let id = record.meta().id.uuid();
    terms::save(tx, kind.name, id, Vec::new(), record.all_terms()).await?;
    carried::index_new(tx, kind, &[(id, &record.meta().extra.custom)]).await?;
    extra::register(tx, kind, id, &[], &record.meta().extra.external_ids).await?;
    // What it calls for is told behind it.
    remember(tx, ctx, &record, verb, None).await?;
    record.saved(tx, ctx, None).await?;
    let reach = reach_of(ctx, kind, Action::Create);
    if !reach.all && !reaches(tx, ctx, kind, (Action::Create, &reach), id).await? {
        return Err(forbidden(kind.plural, Action::Create));
    }
    // What was made may be seen by its maker, but changed only as far as those rights reach.
    let rights = rights_on(tx, ctx, kind, id).await?;
    show(tx, ctx, record, rights).await
}

/// Changes a record by a merge patch (RFC 7396) on what callers write of it.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`, `validation_failed`, and the rules of the resource.
pub async fn patch<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    patch: &Json,
) -> Result<Shown<R>> {
    let fields = custom::fields(tx, ctx, R::kind()).await?;
    change::<R>(tx, ctx, id, "updated", |record| {
        let mut merged = document(record.input());
        carried::check_members(ctx, R::kind(), patch, Some(&merged))?;
        let extra = &record.meta().extra;
        extra.put(&mut merged);
        // What the caller does not see is nothing to merge with.
        let fields = fields.of_variant(record.variant());
        merged["custom"] = Json::Object(fields.part(&extra.custom));
        input::merge(&mut merged, patch.clone());
        let settle = |written| fields.settle(Some(&extra.custom), written);
        let draft = Draft::<R>::read_with(merged, settle)?;
        *record.input_mut() = draft.input;
        record.meta_mut().extra = draft.extra;
        Ok(())
    })
    .await
}

/// Changes a record as `decide` says; a change that changes nothing writes nothing.
///
/// # Errors
/// As [`patch`], and those of `decide`.
pub async fn change<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    verb: &'static str,
    decide: impl FnOnce(&mut R) -> Result<()> + Send,
) -> Result<Shown<R>> {
    let kind = R::kind();
    let (before, rights) = find::<R>(tx, ctx, id, false).await?;
    if !rights.update {
        return Err(forbidden(kind.plural, Action::Update));
    }
    ctx.expect_version(before.meta().version)?;
    let mut after = before.clone();
    decide(&mut after)?;
    carried::check_change(ctx, kind, before.input(), after.input())?;
    after.settle(tx, ctx, Some(&before)).await?;
    if document(&before) == document(&after) {
        return show(tx, ctx, before, rights).await;
    }
    check_references(tx, ctx, &after, Some(&before)).await?;
    save(tx, ctx, &before, &mut after, verb).await?;
    // It may have been given away.
    let rights = rights_on(tx, ctx, kind, id).await?;
    show(tx, ctx, after, rights).await
}

/// Deletes a record; it can be restored.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`, and what the resource says to it.
pub async fn delete<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<()> {
    let (before, rights) = find::<R>(tx, ctx, id, false).await?;
    if !rights.delete {
        return Err(forbidden(R::kind().plural, Action::Delete));
    }
    ctx.expect_version(before.meta().version)?;
    before.deletable(tx, ctx).await?;
    let mut after = before.clone();
    after.meta_mut().deleted_at = Some(ctx.now);
    save(tx, ctx, &before, &mut after, "deleted").await
}

/// Brings a deleted record back.
///
/// # Errors
/// `not_found` if it is not deleted or out of reach, `forbidden`, `stale_version`, and the rules of
/// the resource, which may not allow what was allowed when it was deleted.
pub async fn restore<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<R>> {
    let (before, rights) = find::<R>(tx, ctx, id, true).await?;
    if !rights.delete {
        return Err(forbidden(R::kind().plural, Action::Delete));
    }
    if before.meta().deleted_at.is_none() {
        return Err(NOT_FOUND.problem());
    }
    ctx.expect_version(before.meta().version)?;
    let mut after = before.clone();
    after.meta_mut().deleted_at = None;
    // What it names may be gone by now, as it may for any record that was never deleted.
    after.settle(tx, ctx, Some(&before)).await?;
    save(tx, ctx, &before, &mut after, "restored").await?;
    show(tx, ctx, after, rights).await
}

/// Loads a record that the caller may see and holds it to a rule of another record.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn load<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<R> {
    find::<R>(tx, ctx, id, false).await.map(|(record, _)| record)
}

/// Loads the records of these ids that the caller may see, as JSON, for `expand`.
///
/// # Errors
/// Those of the store.
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

/// Takes members out of a record.
fn mask(record: &mut Json, hidden: &BTreeSet<String>) {
    if let (Json::Object(members), false) = (record, hidden.is_empty()) {
        members.retain(|name, _| !hidden.contains(name));
    }
}

/// Takes what the caller may not see out of records.
///
/// # Errors
/// Those of the store.
pub async fn shown(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &Kind,
    records: impl Iterator<Item = &mut Json>,
) -> Result<()> {
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    for record in records {
        mask(record, &hidden);
        if record["custom"].as_object().is_some_and(|custom| !custom.is_empty()) {
            custom::fields(tx, ctx, kind).await?.show_in(record);
        }
    }
    Ok(())
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

/// Whether the caller may do `action` to that record, deleted or not.
///
/// # Errors
/// Those of the store.
pub async fn may(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    action: Action,
    id: Uuid,
) -> Result<bool> {
    if kind.with_parent && action == Action::Read {
        return attached::may_read(tx, ctx, kind, id).await;
    }
    let reach = reach_of(ctx, kind, action);
    if reach.all || reach.is_nothing() {
        return Ok(reach.all);
    }
    reaches(tx, ctx, kind, (action, &reach), id).await
}

async fn rights_on(tx: &mut Tx, ctx: &Ctx, kind: &'static Kind, id: Uuid) -> Result<Rights> {
    let update = may(tx, ctx, kind, Action::Update, id).await?;
    Ok(Rights { update, delete: may(tx, ctx, kind, Action::Delete, id).await? })
}

/// How far a right reaches on records of `kind`. Directory data belongs to nobody, so a right with
/// a narrower scope than all lets it be seen and not changed: a role that gives a sales person
/// `any` on their own records must not give them the users and roles of the company.
pub(crate) fn reach_of(ctx: &Ctx, kind: &'static Kind, action: Action) -> Reach {
    let reach = ctx.reach(kind.plural, action);
    if needs_all(kind, action) && !reach.all { Reach::default() } else { reach }
}

/// Whether a right with a narrower scope than all counts for nothing: to change directory data.
pub fn needs_all(kind: &Kind, action: Action) -> bool {
    kind.is_directory() && action != Action::Read
}

pub(crate) async fn reaches(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    (action, reach): (Action, &Reach),
    id: Uuid,
) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.id = ").bind(id).push(" AND ");
    scope::within_to(&mut sql, kind, action, reach, ctx.actor.user);
    tx.exists(sql).await
}

/// A right on the records that are read: the same for all of them, or a column of the query.
enum Known {
    Fixed(bool),
    Column,
}

struct KnownRights {
    update: Known,
    delete: Known,
}

impl KnownRights {
    fn read(&self, cells: &mut Cells<'_>) -> Result<Rights, crate::Error> {
        let mut one = |known: &Known| match known {
            Known::Fixed(answer) => Ok(*answer),
            // A record without an owner is nobody's own: SQL answers NULL.
            Known::Column => cells.next::<Option<bool>>().map(Option::unwrap_or_default),
        };
        Ok(Rights { update: one(&self.update)?, delete: one(&self.delete)? })
    }
}

/// `SELECT` the record and the rights that depend on it; more columns may follow.
fn select(ctx: &Ctx, kind: &'static Kind) -> (Sql, KnownRights) {
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
fn from(sql: &mut Sql, kind: &'static Kind) {
    sql.push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
}

async fn find<R: Resource>(
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

/// Writes a change under the version that was read, with its terms and its event.
pub(crate) async fn save<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &R,
    after: &mut R,
    verb: &'static str,
) -> Result<()> {
    let kind = R::kind();
    let read = before.meta().version;
    let meta = after.meta_mut();
    meta.version = read + 1;
    meta.updated_at = ctx.now.max(before.meta().updated_at);
    let mut values: Vec<Value> = Vec::new();
    after.write(&mut values);
    values.push(read.into());
    if tx.execute(Sql::fixed(kind.shape.update, values)).await? == 0 {
        return Err(stale(read));
    }
    let id = after.meta().id.uuid();
    terms::save(tx, kind.name, id, before.all_terms(), after.all_terms()).await?;
    carried::index(tx, kind, id, &before.meta().extra.custom, &after.meta().extra.custom).await?;
    extra::register(tx, kind, id, registered(before), registered(after)).await?;
    trash::keep(tx, ctx, kind, before.meta(), after.meta()).await?;
    let verb = after.told(before, verb);
    remember(tx, ctx, after, verb, Some(before)).await?;
    after.saved(tx, ctx, Some(before)).await
}

/// The external ids by which a record is found: a deleted one gives them up.
pub(crate) fn registered<R: Resource>(record: &R) -> &[ExternalId] {
    let meta = record.meta();
    if meta.deleted_at.is_some() { &[] } else { &meta.extra.external_ids }
}

async fn remember<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &R,
    verb: &'static str,
    before: Option<&R>,
) -> Result<()> {
    events::record(tx, ctx, event(after, verb, before)).await
}

/// The event of a save.
pub(crate) fn event<R: Resource>(after: &R, verb: &'static str, before: Option<&R>) -> Event {
    let mut concerns = after.concerns();
    concerns.extend(before.map(Resource::concerns).unwrap_or_default());
    Event {
        subject: R::kind(),
        subject_id: after.meta().id.uuid(),
        verb,
        version: after.meta().version,
        before: before.map(document),
        after: document(after),
        concerns,
    }
}

/// Every record that a field newly names must exist and be visible to the caller.
pub(crate) async fn check_references<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &R,
    before: Option<&R>,
) -> Result<()> {
    let (now, then) = (document(after), before.map(document));
    for field in R::kind().shape.fields.iter() {
        let Some(target) = field.target else { continue };
        let named = |document: &Json| ids(&document[field.name], field);
        let held = then.as_ref().map(named).unwrap_or_default();
        for id in named(&now).difference(&held).copied() {
            if tx.knows(target().name, id) {
                continue;
            }
            if !visible(tx, ctx, target(), id).await? {
                return Err(UNKNOWN_REFERENCE.at(format!("/{}", field.name)));
            }
            tx.learn(target().name, id);
        }
    }
    let then = before.map(|before| &before.meta().extra.custom);
    carried::check_references(tx, ctx, R::kind(), then, &after.meta().extra.custom).await
}

/// The ids that a member holds: one, a list of them, or none; an object holds its own under the name
/// of the index.
fn ids(member: &Json, field: &Field) -> BTreeSet<Uuid> {
    let one = |entry: &Json| {
        let id = field.terms.filter(|_| entry.is_object()).map(|index| &entry[index.parameter]);
        id.unwrap_or(entry).as_str().and_then(|id| id.parse().ok())
    };
    match member {
        Json::Array(ids) => ids.iter().filter_map(one).collect(),
        id => one(id).into_iter().collect(),
    }
}

/// Whether a live record of `kind` with that id may be named by the caller: directory data by
/// everybody, anything else by those who may read it.
///
/// # Errors
/// Those of the store.
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

pub(crate) fn document<R: Serialize>(record: &R) -> Json {
    serde_json::to_value(record).unwrap_or_default()
}

async fn show<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    mut record: R,
    rights: Rights,
) -> Result<Shown<R>> {
    R::present(std::slice::from_mut(&mut record), tx, ctx).await?;
    show_presented(tx, ctx, record, rights).await
}

async fn show_presented<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    mut record: R,
    rights: Rights,
) -> Result<Shown<R>> {
    carried::show(tx, ctx, R::kind(), &mut record.meta_mut().extra.custom).await?;
    let verbs = match record.meta().deleted_at {
        None => record.verbs_for(ctx),
        Some(_) => vec![Verb::open("restore", Action::Delete)],
    };
    let (mut actions, mut refused) = (Vec::new(), Vec::new());
    for verb in verbs {
        let right = match verb.needs {
            Action::Update => rights.update,
            Action::Delete => rights.delete,
            other => !reach_of(ctx, R::kind(), other).is_nothing(),
        };
        match verb.closed.or((!right).then_some(&FORBIDDEN)) {
            None => actions.push(verb.name),
            Some(code) => refused.push(Refusal { action: verb.name, code: code.code }),
        }
    }
    let hidden = ctx.actor.withheld(R::kind().plural).hidden;
    Ok(Shown { record, actions, refused, hidden })
}

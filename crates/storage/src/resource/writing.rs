//! Records made and changed, each with its terms, its references checked, and its event.

use super::{
    reading::{find, visible},
    rights::{reach_of, reaches, require, rights_on},
    showing::{Shown, document, show},
};
use crate::{
    Draft, ExternalId, Field, Kind, Meta, Resource, Sql, Tx,
    custom::{self, save as carried},
    events::{self, Event},
    extra,
    operations::Doing,
    terms, trash,
};
use guanxi_derive::boxed;
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    ctx::stale,
    input,
    problem::{DUPLICATE, INVALID_FORMAT, NOT_FOUND, UNKNOWN_REFERENCE},
};
use sea_query::Value;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use uuid::Uuid;

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
#[boxed]
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

/// Makes a record that a use case has put together itself. The right must have been required.
///
/// # Errors
/// As [`create`].
#[boxed]
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
#[boxed]
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
pub fn change<'a, R: Resource>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    id: Uuid,
    verb: &'static str,
    decide: impl FnOnce(&mut R) -> Result<()> + Send + 'a,
) -> Doing<'a, Shown<R>> {
    // Boxed, so that whatever is decided the rest is compiled once for a resource.
    Box::pin(changed(tx, ctx, id, verb, Box::new(decide)))
}

type Decision<'a, R> = Box<dyn FnOnce(&mut R) -> Result<()> + Send + 'a>;

async fn changed<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    verb: &'static str,
    decide: Decision<'_, R>,
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

/// Writes a change under the version that was read, with its terms and its event.
#[boxed]
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
#[boxed]
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

//! Merging and parting.

use super::{
    LeftAsIs, MERGE, Merge, MergeId, MergeInput,
    room::{self, Pair},
};
use crate::{
    contact_relations,
    contacts::{self, Contact},
    customer_owners, customer_sources,
    duplicates::{DUPLICATE_PAIR, Identity, RecordType, close_pairs_of, open_pairs_of},
    life_cycles,
    parties::{self, Party},
    problems::{
        CANNOT_BE_ONE, MERGE_UNDONE, MERGED_AWAY, MERGED_INTO_SELF, OTHER_MERGE_FIRST,
        TOO_MANY_RECORDS,
    },
    referrals, service_holds,
};
use guanxi_bulk::{attachments::ATTACHMENT, table};
use guanxi_kernel::{
    Action, Ctx, Problem, Result,
    actor::forbidden,
    ctx::Seen,
    problem::{FORBIDDEN, INTERNAL, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Draft, Kind, Meta, Resource, Tx, events,
    kind::Parts as _,
    merging::{fill, rewrite, take_back},
    resource::{self, Shown, Verb},
    sql, trash,
};
use guanxi_workflow::merging::{give_room_back, make_room};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// Records that one merge moves at most.
const MOST: usize = 5_000;

/// Events that one merge writes at most, besides those of pairs: each record that it moves, and its own.
const EVENTS: i64 = 20_000;

impl Resource for Merge {
    fn kind() -> &'static Kind {
        &MERGE
    }

    fn concerns(&self) -> Vec<Uuid> {
        vec![self.input.survivor_id, self.input.merged_id]
    }

    fn verbs(&self) -> Vec<Verb> {
        vec![match self.undone_at {
            None => Verb::open("undo", Action::Update),
            Some(_) => Verb::closed("undo", Action::Update, &MERGE_UNDONE),
        }]
    }

    fn example() -> Json {
        json!({ "record_type": "party", "survivor_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c77",
            "merged_id": "01932c07-5a3e-7c41-9d1f-6b2f0a4e8c78", "data": { "tier": "A" } })
    }
}

/// Merges two records.
///
/// The survivor keeps its values; what it lacks comes from the merged record, lists are united, and
/// `data` has the last word. Everything that named the merged record names the survivor. The merged
/// record is deleted, and the survivor's timeline shows what happened to it.
///
/// # Errors
/// `unknown_reference` for a record that the caller does not see; `forbidden` without the right to
/// change the survivor or to delete the other; `cannot_be_one`; `too_many_records`; whatever the
/// rules of the survivor say.
pub async fn merge(tx: &mut Tx, ctx: &Ctx, input: MergeInput) -> Result<Shown<Merge>> {
    resource::require::<Merge>(ctx, Action::Create)?;
    match input.record_type {
        RecordType::Party => join::<Party>(tx, ctx, input).await,
        RecordType::Contact => join::<Contact>(tx, ctx, input).await,
    }
}

/// Parts two records again: what the merge has changed gets its values of before, except where it was
/// changed since, which `left_as_is` tells.
///
/// # Errors
/// `not_found`, `forbidden`, `merge_undone`; `other_merge_first` when the survivor is deleted, e.g.
/// merged into another by now.
pub async fn undo(tx: &mut Tx, ctx: &Ctx, id: MergeId) -> Result<Shown<Merge>> {
    let merge: Merge = resource::load(tx, ctx, id.uuid()).await?;
    if merge.undone_at.is_some() {
        return Err(MERGE_UNDONE.problem());
    }
    match merge.input.record_type {
        RecordType::Party => part::<Party>(tx, ctx, &merge).await,
        RecordType::Contact => part::<Contact>(tx, ctx, &merge).await,
    }
}

/// Refuses to restore a record that is not deleted but merged.
///
/// # Errors
/// `merged_away` with the merge that would have to be undone.
pub(crate) async fn refuse_restore<R: Resource>(tx: &mut Tx, before: Option<&R>) -> Result<()> {
    let Some(deleted) = before.filter(|before| before.meta().deleted_at.is_some()) else {
        return Ok(());
    };
    let select = sql!(
        "SELECT id FROM merges WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL LIMIT 1",
        deleted.meta().id.uuid()
    );
    match tx.optional::<(Uuid,)>(select).await? {
        Some((merge,)) => Err(MERGED_AWAY.with("merge_id", merge.to_string())),
        None => Ok(()),
    }
}

/// The record that a merged one has become part of.
///
/// # Errors
/// Those of the store.
pub(crate) async fn survivor(tx: &mut Tx, merged: Uuid) -> Result<Option<Uuid>> {
    let select = sql!(
        "SELECT survivor_id FROM merges
         WHERE tenant_id = $1 AND merged_id = $2 AND undone_at IS NULL LIMIT 1",
        merged
    );
    Ok(tx.optional::<(Uuid,)>(select).await?.map(|(survivor,)| survivor))
}

/// What kinds of records ask of a merge beyond what all do.
trait Mergeable: Identity {
    /// Whether the two can be one; and what stands in the way of moving what names the other.
    fn prepare(
        survivor: &Self,
        merged: &Self,
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send;

    /// What is to be put right once everything names the survivor.
    fn finish(survivor: &Self, tx: &mut Tx, ctx: &Ctx) -> impl Future<Output = Result<()>> + Send {
        let _ = (survivor, tx, ctx);
        std::future::ready(Ok(()))
    }

    /// Takes back what a change (the record before and after) has written in the survivor besides what callers write.
    fn parted(
        survivor: Uuid,
        change: (&Json, &Json),
        tx: &mut Tx,
        ctx: &Ctx,
    ) -> impl Future<Output = Result<()>> + Send {
        let _ = (survivor, change, tx, ctx);
        std::future::ready(Ok(()))
    }
}

impl Mergeable for Party {
    async fn prepare(survivor: &Self, merged: &Self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if survivor.input.kind != merged.input.kind {
            return Err(CANNOT_BE_ONE.at("/merged_id"));
        }
        if survivor.input.parent_id == Some(merged.meta.id) {
            let parent = merged.input.parent_id;
            let move_up = |party: &mut Self| {
                party.input.parent_id = parent;
                Ok(())
            };
            rewrite::<Self>(tx, ctx, survivor.meta.id.uuid(), "updated", move_up).await?;
        } else if parties::is_below(tx, survivor.meta.id, merged.meta.id).await? {
            return Err(CANNOT_BE_ONE.at("/merged_id"));
        }
        parties::make_room(tx, ctx, survivor, merged).await?;
        let (ours, theirs) = (survivor.meta.id, merged.meta.id);
        if let (Some(_), Some(second)) =
            (contacts::primary_of(tx, ours).await?, contacts::primary_of(tx, theirs).await?)
        {
            let step_back = |contact: &mut Contact| {
                contact.input.is_primary = false;
                Ok(())
            };
            rewrite::<Contact>(tx, ctx, second.uuid(), "updated", step_back).await?;
        }
        service_holds::make_room(tx, ctx, ours, theirs).await?;
        life_cycles::make_room(tx, ctx, ours, theirs).await?;
        customer_owners::make_room(tx, ctx, ours, theirs).await?;
        customer_sources::make_room(tx, ctx, ours, theirs).await?;
        referrals::make_room(tx, ctx, ours, theirs).await
    }

    async fn parted(survivor: Uuid, change: (&Json, &Json), tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        parties::give_credit_back(tx, ctx, survivor, change).await
    }
}

impl Mergeable for Contact {
    async fn prepare(survivor: &Self, merged: &Self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        if survivor.input.party_id != merged.input.party_id {
            return Err(CANNOT_BE_ONE.at("/merged_id"));
        }
        contact_relations::make_room(tx, ctx, survivor.meta.id, merged.meta.id).await
    }

    async fn finish(survivor: &Self, tx: &mut Tx, ctx: &Ctx) -> Result<()> {
        contact_relations::turn(tx, ctx, survivor.meta.id).await
    }
}

async fn join<R: Mergeable>(tx: &mut Tx, ctx: &Ctx, input: MergeInput) -> Result<Shown<Merge>> {
    let (survivor_id, merged_id) = (input.survivor_id, input.merged_id);
    if survivor_id == merged_id {
        return Err(MERGED_INTO_SELF.at("/merged_id"));
    }
    let ctx = &Ctx { seen: Seen::Unsaid, ..ctx.clone() };
    let survivor = named::<R>(tx, ctx, survivor_id, "/survivor_id").await?;
    let merged = named::<R>(tx, ctx, merged_id, "/merged_id").await?;
    let kind = R::kind();
    if !resource::may(tx, ctx, kind, Action::Delete, merged_id).await? {
        return Err(forbidden(kind.plural, Action::Delete));
    }
    if !resource::may(tx, ctx, kind, Action::Update, survivor_id).await? {
        return Err(forbidden(kind.plural, Action::Update));
    }
    let mut record = Merge::assemble(Meta::new(ctx), input);
    let id = record.meta.id;
    let ctx = &Ctx { source: source(id), ..ctx.clone() };
    let system = &ctx.on_behalf();
    R::prepare(&survivor, &merged, tx, system).await?;
    make_room(tx, system, survivor_id, merged_id).await?;
    room::make(tx, system, kind, (survivor_id, merged_id)).await?;
    record.moved = redirect(tx, system, kind, merged_id, survivor_id).await?;
    R::finish(&survivor, tx, system).await?;
    rewrite::<R>(tx, system, merged_id, "merged", |merged| {
        merged.meta_mut().deleted_at = Some(ctx.now);
        Ok(())
    })
    .await?;
    trash::forget(tx, kind, merged_id).await?;
    record.filled = absorb(tx, ctx, &survivor, &merged, &record.input.data).await?;
    close_pairs_of(tx, system, merged_id).await?;
    events::share(tx, (merged_id, survivor_id), id.uuid()).await?;
    record.owner_id = Some(ctx.actor.user);
    resource::insert(tx, ctx, record, "created").await?;
    let pair = Pair { merge: id, kind, survivor: survivor_id, merged: merged_id };
    room::merged(tx, system, pair).await?;
    resource::get(tx, ctx, id.uuid()).await
}

fn source(merge: MergeId) -> std::borrow::Cow<'static, str> {
    format!("merge:{merge}").into()
}

/// A record of the body; one that the caller does not see is an unknown one.
async fn named<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid, pointer: &'static str) -> Result<R> {
    let hide = |problem: Problem| match problem.is(&NOT_FOUND) {
        true => UNKNOWN_REFERENCE.at(pointer),
        false => problem,
    };
    resource::load(tx, ctx, id).await.map_err(hide)
}

/// Lets everything that names `from` name `to`; how much of each resource.
async fn redirect(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    from: Uuid,
    to: Uuid,
) -> Result<Json> {
    let (mut moved, mut room) = (Map::new(), MOST);
    for of in moving() {
        let count = (of.operations.redirect)(tx, ctx, kind, (from, to), room).await?;
        room = room
            .checked_sub(count)
            .ok_or_else(|| TOO_MANY_RECORDS.with("limit", MOST).with("resource", of.plural))?;
        if count > 0 {
            moved.insert(of.plural.to_owned(), json!(count));
        }
    }
    Ok(Json::Object(moved))
}

/// The kinds of all records that can name one that is merged: those with lists, and what belongs to
/// records of any kind.
fn moving() -> impl Iterator<Item = &'static Kind> {
    table::all().map(|table| table.kind).chain([&ATTACHMENT])
}

/// Gives the survivor what the caller wants, by the caller's rights, and what it lacks; the members
/// that this changes.
async fn absorb<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    survivor: &R,
    merged: &R,
    data: &Map<String, Json>,
) -> Result<Vec<String>> {
    let (id, theirs, before) = (survivor.meta().id.uuid(), whole(merged), whole(survivor));
    if !data.is_empty() {
        let patched = resource::patch::<R>(tx, ctx, id, &Json::Object(data.clone())).await;
        patched.map_err(|problem| match problem.errors() {
            [] => problem,
            _ => problem.under("/data"),
        })?;
    }
    let system = &ctx.on_behalf();
    let said: Vec<&str> = data.keys().map(String::as_str).chain(["parent_id"]).collect();
    let shown = resource::change::<R>(tx, system, id, "absorbed", |record| {
        let mut body = whole(record);
        fill(&mut body, &theirs, &said);
        let draft = Draft::<R>::read(system, body)?;
        *record.input_mut() = draft.input;
        record.meta_mut().extra = draft.extra;
        Ok(())
    })
    .await?;
    let after = whole(&shown.record);
    let members = after.as_object().into_iter().flatten();
    let changed = members.filter(|(name, value)| **value != before[name]);
    Ok(changed.map(|(name, _)| name.clone()).collect())
}

/// What callers write of a record.
fn whole<R: Resource>(record: &R) -> Json {
    let mut body = serde_json::to_value(record.input()).unwrap_or_default();
    record.meta().extra.put(&mut body);
    body
}

async fn part<R: Mergeable>(tx: &mut Tx, ctx: &Ctx, merge: &Merge) -> Result<Shown<Merge>> {
    let MergeInput { survivor_id, merged_id, .. } = merge.input;
    let kind = R::kind();
    let ahead = |problem: Problem| match problem.is(&NOT_FOUND) {
        true => OTHER_MERGE_FIRST.problem(),
        false => problem,
    };
    let unseen = &Ctx { seen: Seen::Unsaid, ..ctx.clone() };
    resource::load::<R>(tx, unseen, survivor_id).await.map_err(ahead)?;
    for (id, action) in [(survivor_id, Action::Update), (merged_id, Action::Delete)] {
        if !resource::may(tx, ctx, kind, action, id).await? {
            return Err(FORBIDDEN.with("resource", kind.plural).with("action", action.to_string()));
        }
    }
    let done = Ctx { source: format!("unmerge:{}", merge.meta.id).into(), ..ctx.on_behalf() };
    let mut left = Vec::new();
    let source = source(merge.meta.id);
    let apart = [MERGE.name, DUPLICATE_PAIR.name];
    let written = events::of_source(tx, &source, &apart, EVENTS).await?;
    // First the survivor, so that what must be unique is free again.
    let order = |change: &events::Written| match change.subject_id {
        id if id == survivor_id => 0,
        id if id == merged_id => 1,
        _ => 2,
    };
    let mut changes: Vec<&events::Written> = written.iter().rev().collect();
    changes.sort_by_key(|change| order(change));
    for change in changes {
        let Some(before) = &change.before else { continue };
        let both = (&before.0, &change.after.0);
        let id = change.subject_id;
        let fields = match order(change) {
            0 => {
                let left = take_back::<R>(tx, &done, id, both, "parted").await?;
                R::parted(id, both, tx, &done).await?;
                left
            }
            1 => take_back::<R>(tx, &done, id, both, "restored").await?,
            _ => {
                let kind = moving().find(|kind| kind.name == change.subject_type);
                let kind = kind.ok_or_else(|| INTERNAL.problem())?;
                (kind.operations.take_back)(tx, &done, id, both).await?
            }
        };
        if !fields.is_empty() {
            left.push(LeftAsIs { record_type: change.subject_type.clone(), id, fields });
        }
    }
    open_pairs_of(tx, &done, merged_id, &source).await?;
    give_room_back(tx, &done, &source).await?;
    events::unshare(tx, merge.meta.id.uuid()).await?;
    let undo = |merge: &mut Merge| {
        (merge.undone_at, merge.left_as_is) = (Some(ctx.now), left);
        Ok(())
    };
    let shown = resource::change::<Merge>(tx, ctx, merge.meta.id.uuid(), "undone", undo).await?;
    let pair = Pair { merge: merge.meta.id, kind, survivor: survivor_id, merged: merged_id };
    room::parted(tx, &done, pair).await?;
    Ok(shown)
}

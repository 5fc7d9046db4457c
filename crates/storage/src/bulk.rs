//! Many records at once: the same rules as one by one, in statements of many rows.

use crate::{
    Draft, Meta, Resource, Sql, Tx, changing,
    custom::save,
    error, events, extra,
    resource::{self, check_references, event, registered},
    scope, sql, terms,
};
use futures_util::future::join;
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Ctx, Problem, Result, actor::forbidden, problem::NOT_FOUND};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Records that one statement asks for.
const AT_ONCE: usize = 100;

/// Makes a record of each draft that keeps the rules; what became of each, in their order.
///
/// Each is judged as if the others were not there. Where two of them cannot be together (the same
/// unique code) the store refuses all; they are to be made one by one then.
///
/// # Errors
/// `forbidden` without the right to create; those of the store, after which the transaction is lost.
pub async fn create_many<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    drafts: Vec<Draft<R>>,
) -> Result<Vec<Result<Uuid>>> {
    resource::require::<R>(ctx, Action::Create)?;
    let mut outcomes = Vec::with_capacity(drafts.len());
    let mut made: Vec<R> = Vec::with_capacity(drafts.len());
    let record =
        |draft: Draft<R>| R::assemble(Meta { extra: draft.extra, ..Meta::new(ctx) }, draft.input);
    let records: Vec<R> = drafts.into_iter().map(record).collect();
    R::foresee(&records, tx).await?;
    for record in records {
        match judge(tx, ctx, record).await {
            Ok(record) => {
                outcomes.push(Ok(record.meta().id.uuid()));
                made.push(record);
            }
            Err(problem) if is_of_store(&problem) => return Err(problem),
            Err(problem) => outcomes.push(Err(problem)),
        }
    }
    store(tx, ctx, &made).await?;
    Ok(outcomes)
}

/// Makes records that a use case has put together itself, all of them or none. The right must have been
/// required.
///
/// # Errors
/// As [`resource::insert`].
pub async fn insert_many<R: Resource>(tx: &mut Tx, ctx: &Ctx, records: Vec<R>) -> Result<()> {
    R::foresee(&records, tx).await?;
    let mut made = Vec::with_capacity(records.len());
    for record in records {
        made.push(judge(tx, ctx, record).await?);
    }
    store(tx, ctx, &made).await
}

/// Deletes records; they can be restored. What became of each, in their order.
///
/// Each is judged as if the others stayed: one that cannot be deleted because of another among them
/// can be, once that one is gone.
///
/// # Errors
/// `forbidden` without the right to read the resource; those of the store, after which the transaction
/// is lost.
pub async fn delete_many<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
) -> Result<Vec<Result<()>>> {
    let mut found: BTreeMap<Uuid, (R, bool)> = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let some = resource::find_deletable::<R>(tx, ctx, some).await?;
        found.extend(some.into_iter().map(|(one, may)| (one.meta().id.uuid(), (one, may))));
    }
    let records: Vec<&R> = found.values().map(|(record, _)| record).collect();
    R::foresee_deletion(&records, tx).await?;
    let (mut outcomes, mut changes) = (Vec::with_capacity(ids.len()), Vec::new());
    for id in ids {
        let judged = match found.remove(id) {
            None => Err(NOT_FOUND.problem()),
            Some((_, false)) => Err(forbidden(R::kind().plural, Action::Delete)),
            Some((record, true)) => match ctx.expect_version(record.meta().version) {
                Ok(()) => record.deletable(tx, ctx).await.map(|()| record),
                Err(problem) => Err(problem),
            },
        };
        match judged {
            Ok(before) => {
                let mut after = before.clone();
                after.meta_mut().deleted_at = Some(ctx.now);
                changes.push((before, after));
                outcomes.push(Ok(()));
            }
            Err(problem) if is_of_store(&problem) => return Err(problem),
            Err(problem) => outcomes.push(Err(problem)),
        }
    }
    changing::save(tx, ctx, &mut changes, "deleted").await?;
    Ok(outcomes)
}

/// Whether a problem is one of the store itself, which ends the transaction and may be over later; what a rule
/// refuses is none, even if the rule is one of this crate.
pub fn is_of_store(problem: &Problem) -> bool {
    error::OF_STORE.contains(&problem.code())
}

/// Writes the rows of records that another record tells of: an append-only log, where an event and terms
/// for each would be more than the records themselves. Who calls it has required the right, kept the rules
/// and looked at what the records name.
///
/// # Errors
/// Those of the store; `duplicate` for a unique value that is taken.
pub async fn append<R: Resource>(tx: &mut Tx, records: &[R]) -> Result<()> {
    write(tx, records).await
}

#[boxed]
async fn judge<R: Resource>(tx: &mut Tx, ctx: &Ctx, mut record: R) -> Result<R> {
    record.settle(tx, ctx, None).await?;
    save::settle_new(tx, ctx, &mut record).await?;
    check_references(tx, ctx, &record, None).await?;
    Ok(record)
}

#[boxed]
async fn store<R: Resource>(tx: &mut Tx, ctx: &Ctx, records: &[R]) -> Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let kind = R::kind();
    // What is told of the records is worked out while the store writes the first of them.
    let told = async {
        let terms = records.iter().map(|record| (record.meta().id.uuid(), record.all_terms()));
        let events = records.iter().map(|record| event(record, "created", None));
        (terms.collect(), events.collect())
    };
    let (written, (terms, events)) = join(write(tx, records), told).await;
    written?;
    terms::insert(tx, kind.name, terms).await?;
    let mut carried = Vec::with_capacity(records.len());
    for record in records {
        carried.push((record.meta().id.uuid(), &record.meta().extra.custom));
    }
    save::index_new(tx, kind, &carried).await?;
    let known = records.iter().map(|record| {
        let none: &[crate::ExternalId] = &[];
        (record.meta().id.uuid(), none, registered(record))
    });
    extra::register_all(tx, kind, &known.collect::<Vec<_>>()).await?;
    events::record_all(tx, ctx, events).await?;
    R::all_saved(records, tx, ctx).await?;
    check_reach::<R>(tx, ctx, records).await
}

/// Writes the rows of the records, in statements of many.
async fn write<R: Resource>(tx: &mut Tx, records: &[R]) -> Result<()> {
    let Some(first) = records.first() else { return Ok(()) };
    let mut values = Vec::new();
    first.write(&mut values);
    let empty = Sql::of_rows(tx, R::kind().shape.insert_many);
    let statements = records.chunks(sql::rows_at_once(values.len())).map(|batch| {
        let mut rows = empty.clone();
        for (at, record) in batch.iter().enumerate() {
            rows.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            let mut values = Vec::new();
            record.write(&mut values);
            for value in values {
                rows.push(", ").bind(value);
            }
            rows.push(")");
        }
        rows
    });
    tx.execute_each(statements).await
}

/// Refuses to make records for an owner whom the right does not reach.
async fn check_reach<R: Resource>(tx: &mut Tx, ctx: &Ctx, records: &[R]) -> Result<()> {
    let kind = R::kind();
    let reach = resource::reach_of(ctx, kind, Action::Create);
    if reach.all {
        return Ok(());
    }
    for batch in records.chunks(AT_ONCE) {
        let mut sql = Sql::new("SELECT COUNT(*) FROM ");
        sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.id IN ");
        sql.bind_all(batch.iter().map(|record| record.meta().id.uuid())).push(" AND ");
        scope::within_to(&mut sql, kind, Action::Create, &reach, ctx.actor.user);
        let reached: Option<(i64,)> = tx.optional(sql).await?;
        if reached != Some((i64::try_from(batch.len()).unwrap_or(i64::MAX),)) {
            return Err(forbidden(kind.plural, Action::Create));
        }
    }
    Ok(())
}

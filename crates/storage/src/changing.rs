//! Many records changed at once, in statements of many rows: what a save does to one record, done to
//! all of them.
//!
//! Only the columns that differ in any of them are written, each under the version that was read.
//!
//! Hand-overs, undone imports, searches for duplicates, merges and first orders use it. What follows from a save of one
//! record a resource may do for all at once (`Resource::all_changed`, `Resource::foresee_deletion`). Price:
//! what a resource asks for one by one it asks one by one here too, until it says how to do it together.

use crate::{
    Kind, Resource, Sql, Tx,
    custom::save as carried,
    events, extra,
    merging::{read, rows},
    resource::{document, event, registered},
    sql::rows_at_once,
    terms, trash,
};
use guanxi_derive::boxed;
use guanxi_kernel::{Ctx, Result, ctx::stale};
use sea_query::Value;
use uuid::Uuid;

/// Records that one statement reads.
const AT_ONCE: usize = 200;

/// A record as it was and as it is to be: the values of its columns, in their order.
pub(crate) struct Change {
    /// The record.
    pub(crate) id: Uuid,
    /// The version that was read.
    pub(crate) version: i64,
    /// Its values then.
    pub(crate) then: Vec<Value>,
    /// Its values from now on.
    pub(crate) now: Vec<Value>,
}

impl Change {
    pub(crate) fn of<R: Resource>(before: &R, after: &R) -> Self {
        let (mut then, mut now) = (Vec::new(), Vec::new());
        before.write(&mut then);
        after.write(&mut now);
        Self { id: before.meta().id.uuid(), version: before.meta().version, then, now }
    }
}

/// The names that both stores give the columns of `VALUES`, behind those of the id and the version.
const GIVEN: [&str; 14] = [
    "v.column3",
    "v.column4",
    "v.column5",
    "v.column6",
    "v.column7",
    "v.column8",
    "v.column9",
    "v.column10",
    "v.column11",
    "v.column12",
    "v.column13",
    "v.column14",
    "v.column15",
    "v.column16",
];

/// Writes changes of records of `kind`; more columns than there are names for are written record by
/// record.
///
/// # Errors
/// `stale_version` if one of them is not as it was; those of the store.
#[boxed]
pub(crate) async fn write(tx: &mut Tx, kind: &'static Kind, changes: Vec<Change>) -> Result<()> {
    let columns: Vec<&'static str> =
        kind.shape.fields.iter().flat_map(|field| field.columns).copied().collect();
    let differs = |at: &usize| changes.iter().any(|change| change.then[*at] != change.now[*at]);
    let differing: Vec<usize> = (0..columns.len()).filter(differs).collect();
    if differing.len() > GIVEN.len() {
        for mut change in changes {
            change.now.push(change.version.into());
            let statement = Sql::fixed(kind.shape.update, change.now);
            written(tx, statement, 1, change.version).await?;
        }
        return Ok(());
    }
    for batch in changes.chunks(rows_at_once(differing.len() + 2)) {
        let statement = update(tx, kind, &columns, &differing, batch);
        written(tx, statement, batch.len(), batch[0].version).await?;
    }
    Ok(())
}

async fn written(tx: &mut Tx, statement: Sql, wanted: usize, read: i64) -> Result<()> {
    let written = tx.execute(statement).await?;
    if written == u64::try_from(wanted).unwrap_or(u64::MAX) { Ok(()) } else { Err(stale(read)) }
}

fn update(
    tx: &Tx,
    kind: &'static Kind,
    columns: &[&'static str],
    differing: &[usize],
    batch: &[Change],
) -> Sql {
    let mut sql = Sql::of_rows(tx, "UPDATE ");
    sql.push(kind.table).push(" AS t SET ");
    for (place, (at, given)) in differing.iter().zip(GIVEN).enumerate() {
        sql.push(if place == 0 { "" } else { ", " });
        sql.push(columns[*at]).push(" = ").push(given);
    }
    sql.push(" FROM (VALUES ");
    for (place, one) in batch.iter().enumerate() {
        sql.push(if place == 0 { "(" } else { ", (" });
        sql.bind(one.id).push(", ").bind(one.version);
        for at in differing {
            sql.push(", ").bind(one.now[*at].clone());
        }
        sql.push(")");
    }
    sql.push(") v WHERE t.tenant_id = ").bind_tenant();
    sql.push(" AND t.id = v.column1 AND t.version = v.column2");
    sql
}

/// Saves records that are changed by now, each before and after: their rows, what they are found by,
/// the trash, one event each, and what follows from it for their kind.
///
/// # Errors
/// `stale_version`; `duplicate` for a unique value or an external id that is taken; those of
/// [`Resource::all_changed`].
pub(crate) async fn save<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    changes: &mut [(R, R)],
    verb: &'static str,
) -> Result<()> {
    let kind = R::kind();
    if changes.is_empty() {
        return Ok(());
    }
    for (before, after) in changes.iter_mut() {
        let meta = after.meta_mut();
        meta.version = before.meta().version + 1;
        meta.updated_at = ctx.now.max(before.meta().updated_at);
    }
    write(tx, kind, changes.iter().map(|(before, after)| Change::of(before, after)).collect())
        .await?;
    for (before, after) in changes.iter() {
        let id = after.meta().id.uuid();
        terms::save(tx, kind.name, id, before.all_terms(), after.all_terms()).await?;
        let (then, now) = (&before.meta().extra.custom, &after.meta().extra.custom);
        carried::index(tx, kind, id, then, now).await?;
    }
    let known = changes
        .iter()
        .map(|(before, after)| (after.meta().id.uuid(), registered(before), registered(after)));
    extra::register_all(tx, kind, &known.collect::<Vec<_>>()).await?;
    let metas = changes.iter().map(|(before, after)| (before.meta(), after.meta()));
    trash::keep_all(tx, ctx, kind, &metas.collect::<Vec<_>>()).await?;
    let told = changes.iter().map(|(before, after)| {
        let verb = after.told(before, verb);
        event(after, verb, Some(before))
    });
    events::record_all(tx, ctx, told.collect()).await?;
    R::all_changed(changes, tx, ctx).await
}

/// Changes records, deleted or not, by no rules but those of `decide`; how many were. One that is not
/// there or that `decide` leaves as it is is not written. Nothing here asks for rights.
///
/// # Errors
/// Those of `decide`; `duplicate` for a unique value that is taken; those of the store.
pub async fn rewrite_many<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &[Uuid],
    verb: &'static str,
    decide: impl Fn(&mut R) -> Result<()> + Send + Sync,
) -> Result<usize> {
    let mut count = 0;
    for some in ids.chunks(AT_ONCE) {
        let mut sql = rows(R::kind());
        sql.push(" AND t.id IN ").bind_all(some.iter().copied());
        let mut changes: Vec<(R, R)> = Vec::new();
        for before in read::<R>(tx, sql).await? {
            let mut after = before.clone();
            decide(&mut after)?;
            after.derive_keys();
            if document(&before) != document(&after) {
                changes.push((before, after));
            }
        }
        save(tx, ctx, &mut changes, verb).await?;
        count += changes.len();
    }
    Ok(count)
}

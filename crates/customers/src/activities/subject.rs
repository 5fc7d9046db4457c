//! What an activity is about besides its party: a record of any kind, named by its type and its id, so
//! that nothing here knows of what stands to the right. And what came of the activities about some.
//!
//! Whoever stands right reads activities where it needs them: the last result of an opportunity is looked
//! up for a page at once when that is shown (`Resource::present`), so nothing is written and no version is
//! raised when somebody completes a visit.

use super::{ACTIVITY, Activity, Expense};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use guanxi_bulk::table;
use guanxi_kernel::{
    Action, Ctx, Result, Text,
    problem::{REQUIRED, UNKNOWN_REFERENCE, UNKNOWN_VALUE},
};
use guanxi_storage::{Kind, Sql, Tx, expansion::Json, sql};
use std::{
    collections::BTreeMap,
    sync::{PoisonError, RwLock},
};
use uuid::Uuid;

/// Checks the record that an activity newly says it is about.
///
/// # Errors
/// `required` for half a name, `unknown_value` for a type, `unknown_reference` for what the caller
/// does not see.
pub(super) async fn check(
    tx: &mut Tx,
    ctx: &Ctx,
    after: &Activity,
    before: Option<&Activity>,
) -> Result<()> {
    let of = |one: &Activity| (one.input.about_type.clone(), one.input.about_id);
    if before.map(of) == Some(of(after)) {
        return Ok(());
    }
    let (name, id) = match of(after) {
        (None, None) => return Ok(()),
        (None, Some(_)) => return Err(REQUIRED.at("/about_type")),
        (Some(_), None) => return Err(REQUIRED.at("/about_id")),
        (Some(name), Some(id)) => (name, id),
    };
    let kinds = || table::all().map(|table| table.kind);
    let kind = kinds().find(|kind| kind.name == &*name).ok_or_else(|| {
        let known: Vec<&str> = kinds().map(|kind| kind.name).collect();
        UNKNOWN_VALUE.at("/about_type").with("expected", format!("one of {}", known.join(", ")))
    })?;
    let seen = (kind.load)(tx, ctx, &[id]).await?;
    if seen.is_empty() { Err(UNKNOWN_REFERENCE.at("/about_id")) } else { Ok(()) }
}

/// The kinds of records that show the activities about them to whoever holds them.
pub(super) fn shown() -> Vec<&'static Kind> {
    table::all().map(|table| table.kind).filter(|kind| kind.shows_what_is_about).collect()
}

/// What a crate to the right has to say when an activity about a record of some type is saved, in the
/// same transaction.
pub type Follows = for<'a> fn(&'a mut Tx, &'a Ctx, &'a Activity) -> BoxFuture<'a, Result<()>>;

/// What follows, by the type of the record.
type Known = RwLock<BTreeMap<&'static str, Follows>>;

static ENTERED: Known = RwLock::new(BTreeMap::new());
static DONE: Known = RwLock::new(BTreeMap::new());

/// Says who may enter activities about records of that type, or change them.
pub fn on_entered(about_type: &'static str, entered: Follows) {
    ENTERED.write().unwrap_or_else(PoisonError::into_inner).insert(about_type, entered);
}

/// Says what follows when an activity about a record of that type is done.
pub fn on_done(about_type: &'static str, done: Follows) {
    DONE.write().unwrap_or_else(PoisonError::into_inner).insert(about_type, done);
}

/// Asks those who say who may enter it.
pub(super) async fn entered(tx: &mut Tx, ctx: &Ctx, activity: &Activity) -> Result<()> {
    call(&ENTERED, tx, ctx, activity).await
}

/// Calls those who wait for it.
pub(super) async fn done(tx: &mut Tx, ctx: &Ctx, activity: &Activity) -> Result<()> {
    call(&DONE, tx, &ctx.on_behalf(), activity).await
}

async fn call(known: &Known, tx: &mut Tx, ctx: &Ctx, activity: &Activity) -> Result<()> {
    let follows = activity.input.about_type.as_ref().and_then(|about| {
        let known = known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&**about).copied()
    });
    match follows {
        Some(follows) => follows(tx, ctx, activity).await,
        None => Ok(()),
    }
}

/// The last activity about a record that was done: when it began, and what came of it.
pub type LastDone = (DateTime<Utc>, Option<Text<4000>>);

/// Whether the caller is told when activities began, by the rights on activities and their fields.
pub fn tells_when(ctx: &Ctx) -> bool {
    !ctx.reach(ACTIVITY.plural, Action::Read).is_nothing()
        && !ctx.actor.withheld(ACTIVITY.plural).hidden.contains("starts_at")
}

/// The last activity about each of these records that was done, whoever did it.
///
/// # Errors
/// Those of the store.
pub async fn last_done(tx: &mut Tx, about: &[Uuid]) -> Result<BTreeMap<Uuid, LastDone>> {
    let mut sql = Sql::new(
        "SELECT x.about_id, x.starts_at, x.result FROM (
             SELECT a.about_id, a.starts_at, a.result, ROW_NUMBER() OVER
                 (PARTITION BY a.about_id ORDER BY a.starts_at DESC, a.id DESC) AS place
             FROM activities a
             WHERE a.tenant_id = $1 AND a.status = 'done' AND a.deleted_at IS NULL
                 AND a.about_id IN ",
    );
    sql.bind_all(about.iter().copied()).push(") x WHERE x.place = 1");
    let rows = tx.all::<(Uuid, DateTime<Utc>, Option<Text<4000>>)>(sql).await?;
    Ok(rows.into_iter().map(|(id, at, result)| (id, (at, result))).collect())
}

/// What was spent on the activities about a record, whoever spent it.
///
/// # Errors
/// Those of the store.
pub async fn expenses_about(tx: &mut Tx, about: Uuid) -> Result<Vec<Expense>> {
    let sql = sql!(
        "SELECT expenses FROM activities
         WHERE tenant_id = $1 AND about_id = $2 AND deleted_at IS NULL ORDER BY starts_at, id",
        about
    );
    let rows = tx.all::<(Json<Vec<Expense>>,)>(sql).await?;
    Ok(rows.into_iter().flat_map(|(expenses,)| expenses.0).collect())
}

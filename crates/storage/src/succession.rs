//! What somebody leaves behind, and how others get it: whole sets of records change their owner in
//! statements of many rows, in one transaction, with one event each.
//!
//! Nothing here asks for rights, and no rules of single saves are asked; whoever calls it has.
//!
//! What is handed over is known by the kinds, so a new resource takes part by itself: every kind whose
//! records have an owner, unless it says never, for what is about the person (keys, notifications, jobs),
//! or only in some states, so that what was done stays in the name of who did it (planned activities, open
//! tasks). What else changes with an owner a resource says in `change_hands`. Price: closed opportunities
//! change hands too, so the figures of now by controller are those of the successor; a report with `as_of`
//! tells those of then.

use crate::{
    Kind, Resource, Sql, Succession, Tx,
    changing::{self, Change},
    events,
    merging::{read, rows},
    resource::event,
    trash::TITLES,
};
use guanxi_kernel::{Ctx, Result, UserId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Records that one statement reads.
const AT_ONCE: usize = 200;

/// A record that waits for another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The record.
    pub id: Uuid,
    /// What it is called.
    pub title: Option<String>,
    /// The record that it names in the column that was asked for.
    pub link: Option<Uuid>,
}

/// The live records of `kind` that `owner` would leave behind, in the order of their ids, `most` at
/// most; each with the record that it names in the field `link`, where it has that.
///
/// # Errors
/// Those of the store.
pub async fn left(
    tx: &mut Tx,
    kind: &'static Kind,
    owner: UserId,
    link: &str,
    most: usize,
) -> Result<Vec<Left>> {
    if !kind.is_succeeded() {
        return Ok(Vec::new());
    }
    let title = TITLES.iter().find_map(|name| kind.field(name));
    let mut sql = Sql::new("SELECT t.id, ");
    match title {
        Some(field) => sql.push("t.").push(field.columns[0]),
        None => sql.push("CAST(NULL AS TEXT)"),
    };
    match kind.field(link) {
        Some(field) => sql.push(", t.").push(field.columns[0]),
        None => sql.push(", CAST(NULL AS UUID)"),
    };
    sql.push(" FROM ").push(kind.table).push(" t WHERE t.tenant_id = $1 AND ");
    owned(&mut sql, kind, owner);
    sql.push(" ORDER BY t.id LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    let rows = tx.all::<(Uuid, Option<String>, Option<Uuid>)>(sql).await?;
    Ok(rows.into_iter().map(|(id, title, link)| Left { id, title, link }).collect())
}

/// The condition that `owner` would leave the record `t` behind.
fn owned(sql: &mut Sql, kind: &Kind, owner: UserId) {
    sql.push("t.owner_id = ").bind(owner).push(" AND t.deleted_at IS NULL");
    if let Succession::While(states) = kind.succession {
        sql.push(" AND t.status IN ").bind_all(states.iter().copied());
    }
}

/// Gives records of `R` that `from` owns each to the user beside it; how many there were. What `from`
/// does not own any more stays where it is.
///
/// # Errors
/// Those of the store, and of [`Resource::changed_hands`].
pub async fn give<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    from: UserId,
    given: &[(Uuid, UserId)],
    why: &str,
) -> Result<usize> {
    let mut count = 0;
    for given in given.chunks(AT_ONCE) {
        let to: BTreeMap<Uuid, UserId> = given.iter().copied().collect();
        let mut sql = rows(R::kind());
        sql.push(" AND ");
        owned(&mut sql, R::kind(), from);
        sql.push(" AND t.id IN ").bind_all(to.keys().copied());
        let before: Vec<R> = read(tx, sql).await?;
        let verbs = write(tx, ctx, &before, &to, why).await?;
        let mut sql = rows(R::kind());
        sql.push(" AND t.id IN ").bind_all(before.iter().map(|one| one.meta().id.uuid()));
        let after: Vec<R> = read(tx, sql).await?;
        let mut after: BTreeMap<Uuid, R> =
            after.into_iter().map(|one| (one.meta().id.uuid(), one)).collect();
        let pairs: Vec<(R, R)> = before
            .into_iter()
            .filter_map(|one| after.remove(&one.meta().id.uuid()).map(|after| (one, after)))
            .collect();
        R::changed_hands(&pairs, tx, ctx).await?;
        let told = pairs.iter().zip(verbs);
        let told = told.map(|((before, after), verb)| event(after, verb, Some(before)));
        events::record_all(tx, ctx, told.collect()).await?;
        count += pairs.len();
    }
    Ok(count)
}

/// Writes what changes of records with their owner; the verb of each.
async fn write<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    before: &[R],
    to: &BTreeMap<Uuid, UserId>,
    why: &str,
) -> Result<Vec<&'static str>> {
    let mut columns = R::kind().shape.fields.iter().flat_map(|field| field.columns);
    let owner = columns.position(|column| *column == "owner_id");
    let mut verbs = Vec::with_capacity(before.len());
    let mut changes: Vec<Change> = Vec::with_capacity(before.len());
    for one in before {
        let mut after = one.clone();
        verbs.push(after.change_hands(ctx, why));
        after.meta_mut().version += 1;
        after.meta_mut().updated_at = ctx.now.max(one.meta().updated_at);
        let mut change = Change::of(one, &after);
        if let Some(at) = owner {
            change.now[at] = to.get(&change.id).copied().into();
        }
        changes.push(change);
    }
    changing::write(tx, R::kind(), changes).await?;
    Ok(verbs)
}

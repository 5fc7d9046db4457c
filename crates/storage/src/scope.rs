//! Scope as SQL: the one predicate that guards lists, single reads and everything else.
//!
//! Whose records a right reaches is looked up when the statement runs, in three tables of the
//! identity crate: `users.org_unit_id`, `org_unit_tree` (each unit with all units above it) and
//! `team_members`. So moving a unit or leaving a team takes effect in the same transaction.
//!
//! A right to read reaches further than one to change: also what somebody works on with its owner
//! ([`Visibility::Shared`]), and what is about a record that they see ([`Kind::about`]).
//!
//! Only which units and teams an actor has is kept between requests, under a counter that every change of
//! rights raises. So there is one predicate for everything, and the variants of [`Visibility`] only say
//! whom it looks for: owners, those who take part (an approval is seen by its approvers, and by whoever
//! manages them), those who work on it with its owner, whoever may draw from the pool of a lead. For a
//! pool, units and teams are looked up while the statement runs too; in the feed the pool itself stands for
//! its people, so an event need not name a thousand users and a change of members is told like a change of
//! rights. Price: who leads a collaborator or an approver sees what these see, and reports, which speak of
//! the past, still count by owners.
//!
//! A kind may name a column that never changes and says which part of it a record is of (`Kind::in_parts`);
//! a right then names `custom-records:vehicle` beside or instead of `custom-records`. The predicate adds
//! the parts, so nothing else needs to know of them but the feed, which compares views. Price: fields are
//! hidden for the whole kind, not for a part.

use crate::{Kind, Sql, Tx, Visibility};
use guanxi_kernel::{Action, Reach, Result, UserId};
use uuid::Uuid;

/// Adds the condition that the record `t` of `kind` is within `reach`, a right of `user` to read.
///
/// `TRUE` when the reach is everything, so the caller can always write `AND`.
pub fn within(sql: &mut Sql, kind: &Kind, reach: &Reach, user: UserId) {
    within_to(sql, kind, Action::Read, reach, user);
}

/// The same of a right to do `action`.
pub(crate) fn within_to(sql: &mut Sql, kind: &Kind, action: Action, reach: &Reach, user: UserId) {
    let parts = kind.parts.filter(|_| !reach.all && !reach.parts.is_empty());
    let Some(column) = parts else { return whole(sql, kind, action, reach, user) };
    sql.push("(");
    whole(sql, kind, action, reach, user);
    for (part, reach) in &reach.parts {
        sql.push(" OR (t.").push(column).push(" = ").bind(part.clone()).push(" AND ");
        whole(sql, kind, action, reach, user);
        sql.push(")");
    }
    sql.push(")");
}

/// The same by what the right reaches whatever part of the kind a record is of.
fn whole(sql: &mut Sql, kind: &Kind, action: Action, reach: &Reach, user: UserId) {
    if reach.is_in_parts() {
        sql.push("FALSE");
        return;
    }
    let user_in = |sql: &mut Sql, column: &'static str| owned(sql, column, reach, user);
    let alone = reach.teams.is_empty() && reach.units.is_empty();
    held_by(sql, kind, &Held { everybody: reach.all, alone, ..Held::to(action, &user_in) });
}

/// Adds the condition that the user in the column `owner` is one whom `reach` of `user` covers, for
/// composed statements over what is kept beside records, such as who owned one at an instant.
///
/// `TRUE` when the reach is everything, `FALSE` when it is nothing.
pub fn covers(sql: &mut Sql, owner: &'static str, reach: &Reach, user: UserId) {
    if reach.is_in_parts() {
        sql.push("FALSE");
        return;
    }
    owned(sql, owner, reach, user);
}

/// Adds a condition on the holder that another function adds.
type OfHolder<'a> = &'a dyn Fn(&mut Sql, &dyn Fn(&mut Sql));

/// By whom records are held, as conditions.
pub(crate) struct Held<'a> {
    /// Adds the condition that the user in that column is one of them.
    user: &'a dyn Fn(&mut Sql, &'static str),
    /// Adds the condition that the pool in that column is; by its members if there is none.
    pool: Option<OfHolder<'a>>,
    /// Whether it is all the same who holds them.
    everybody: bool,
    /// Whether it is one user, so that there are few of them.
    alone: bool,
    /// Whether it is a matter of reading.
    reading: bool,
}

impl<'a> Held<'a> {
    /// By users, where it is a matter of doing that to records.
    pub(crate) fn to(action: Action, user: &'a dyn Fn(&mut Sql, &'static str)) -> Self {
        Self { user, pool: None, everybody: false, alone: false, reading: action.only_reads() }
    }

    /// By users and by pools, where it is a matter of reading.
    pub(crate) fn read_by(user: &'a dyn Fn(&mut Sql, &'static str), pool: OfHolder<'a>) -> Self {
        Self { pool: Some(pool), ..Self::to(Action::Read, user) }
    }

    /// By anybody.
    pub(crate) fn by_anybody() -> Self {
        Self { everybody: true, ..Self::to(Action::Read, &nobody) }
    }
}

/// Adds nothing: nobody is asked for.
fn nobody(_: &mut Sql, _: &'static str) {}

/// A row of a statement, as its columns are named there.
#[derive(Clone, Copy)]
struct Row {
    name: &'static str,
    owner: &'static str,
}

/// The record.
const RECORD: Row = Row { name: "t", owner: "t.owner_id" };
/// What it belongs to.
const PARENT: Row = Row { name: "p", owner: "p.owner_id" };
/// What it is about.
const SUBJECT: Row = Row { name: "a", owner: "a.owner_id" };

/// Adds the condition that the record `t` of `kind` is held in that way.
pub(crate) fn held_by(sql: &mut Sql, kind: &Kind, held: &Held<'_>) {
    match kind.visibility {
        // A deleted parent hides its children from their owners too.
        Visibility::Parent { column, table, shared } => {
            parent(sql, column, table);
            if !held.everybody {
                sql.push(" AND ");
                let people = shared.filter(|_| held.reading);
                holder_or(sql, PARENT, people, held);
            }
            sql.push(")");
        }
        Visibility::OwnerOrParent { column, table } => {
            sql.push("((t.").push(column).push(" IS NULL OR ");
            parent(sql, column, table);
            sql.push("))");
            if held.everybody {
                sql.push(")");
                return;
            }
            sql.push(" AND (");
            (held.user)(sql, RECORD.owner);
            sql.push(" OR ");
            parent(sql, column, table);
            sql.push(" AND ");
            (held.user)(sql, PARENT.owner);
            sql.push(")");
            if held.reading {
                (kind.about)().into_iter().for_each(|about| subject(sql, about, held));
            }
            sql.push("))");
        }
        _ if held.everybody => {
            sql.push("TRUE");
        }
        how => holder(sql, how, kind.table, RECORD, held),
    }
}

/// Begins the condition that the record belongs to a live one.
fn parent(sql: &mut Sql, column: &'static str, table: &'static str) {
    sql.push("EXISTS (SELECT 1 FROM ").push(table);
    sql.push(" p WHERE p.tenant_id = $1 AND p.id = t.").push(column);
    sql.push(" AND p.deleted_at IS NULL");
}

/// Adds that the record is about one of that kind, which is held so.
fn subject(sql: &mut Sql, about: &'static Kind, held: &Held<'_>) {
    sql.push(" OR (t.about_type = ").bind(about.name).push(" AND EXISTS (SELECT 1 FROM ");
    sql.push(about.table);
    sql.push(" a WHERE a.tenant_id = $1 AND a.id = t.about_id AND a.deleted_at IS NULL AND ");
    holder(sql, about.visibility, about.table, SUBJECT, held);
    sql.push("))");
}

/// Adds the condition that a record with an owner is held so.
fn holder(sql: &mut Sql, how: Visibility, table: &'static str, row: Row, held: &Held<'_>) {
    match how {
        Visibility::Tenant => {
            sql.push("TRUE");
        }
        Visibility::Shared { people, .. } if held.reading && row.name == RECORD.name => {
            shared(sql, table, people, held);
        }
        Visibility::Shared { people, .. } if held.reading => {
            holder_or(sql, row, Some(people), held);
        }
        Visibility::Involved { table: people, .. } => holder_or(sql, row, Some(people), held),
        Visibility::Pooled { column, members } => {
            let pool = |sql: &mut Sql| {
                sql.push(row.name).push(".").push(column);
            };
            sql.push("(");
            (held.user)(sql, row.owner);
            sql.push(" OR (").push(row.owner).push(" IS NULL AND ");
            match held.pool {
                Some(one_of) => one_of(sql, &pool),
                None => drawn(sql, members, &pool, held.user),
            }
            sql.push("))");
        }
        // What belongs to something else is nothing that others are about.
        Visibility::Owner
        | Visibility::Shared { .. }
        | Visibility::Parent { .. }
        | Visibility::OwnerOrParent { .. } => (held.user)(sql, row.owner),
    }
}

/// Adds the condition that a row's owner holds it, or one of those in that table.
fn holder_or(sql: &mut Sql, row: Row, people: Option<&'static str>, held: &Held<'_>) {
    let Some(people) = people else {
        (held.user)(sql, row.owner);
        return;
    };
    sql.push("(");
    (held.user)(sql, row.owner);
    sql.push(" OR EXISTS (SELECT 1 FROM ").push(people);
    sql.push(" i WHERE i.tenant_id = $1 AND i.record_id = ").push(row.name).push(".id AND ");
    (held.user)(sql, "i.user_id");
    sql.push("))");
}

/// The same of the record itself, where lists are made of it. SQLite takes an index for each side of an
/// OR; PostgreSQL would read the whole list in its order instead, so it is told that the records of one
/// user are few: 3 ms instead of 160 in a list of 100 000. Of many users most of the list is shown, and
/// its order is the shorter way.
fn shared(sql: &mut Sql, table: &'static str, people: &'static str, held: &Held<'_>) {
    if held.alone {
        sql.push_for("(", "t.id IN (SELECT t.id FROM ").push_for("", table);
        sql.push_for("", " t WHERE t.tenant_id = $1 AND ");
    } else {
        sql.push("(");
    }
    (held.user)(sql, RECORD.owner);
    if held.alone {
        sql.push_for(" OR t.id IN (", " UNION ALL ");
    } else {
        sql.push(" OR t.id IN (");
    }
    sql.push("SELECT i.record_id FROM ").push(people).push(" i WHERE i.tenant_id = $1 AND ");
    (held.user)(sql, "i.user_id");
    if held.alone {
        sql.push_for("))", ")");
    } else {
        sql.push("))");
    }
}

/// Adds the condition that one of those who may draw from that pool is a user for whom `who` adds one.
fn drawn(
    sql: &mut Sql,
    members: &'static str,
    pool: &dyn Fn(&mut Sql),
    who: &dyn Fn(&mut Sql, &'static str),
) {
    sql.push("EXISTS (SELECT 1 FROM ").push(members);
    sql.push(
        " d JOIN users i ON i.tenant_id = d.tenant_id WHERE d.tenant_id = $1 AND d.pool_id = ",
    );
    pool(sql);
    sql.push(" AND i.deleted_at IS NULL AND ");
    who(sql, "i.id");
    sql.push(
        " AND (d.kind = 'everybody' OR (d.kind = 'unit' AND i.org_unit_id IN \
         (SELECT o.unit_id FROM org_unit_tree o WHERE o.tenant_id = $1 AND o.above_id = d.member_id)) \
         OR (d.kind = 'team' AND i.id IN (SELECT m.user_id FROM team_members m \
         WHERE m.tenant_id = $1 AND m.team_id = d.member_id))))",
    );
}

/// Whether a user may draw from a pool of [`Visibility::Pooled`].
///
/// # Errors
/// Those of the store.
pub async fn draws(tx: &mut Tx, members: &'static str, pool: Uuid, user: UserId) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM users x WHERE x.tenant_id = $1 AND ");
    sql.push("x.id = ").bind(user).push(" AND ");
    let pool = |sql: &mut Sql| {
        sql.bind(pool);
    };
    drawn(&mut sql, members, &pool, &|sql, of| {
        sql.push(of).push(" = x.id");
    });
    tx.exists(sql).await
}

/// The pools from which users whom `reach` covers may draw.
///
/// # Errors
/// Those of the store.
pub(crate) async fn pools(
    tx: &mut Tx,
    members: &'static str,
    reach: &Reach,
    user: UserId,
) -> Result<Vec<Uuid>> {
    let mut sql = Sql::new("SELECT DISTINCT p.pool_id FROM ");
    sql.push(members).push(" p WHERE p.tenant_id = $1 AND ");
    let pool = |sql: &mut Sql| {
        sql.push("p.pool_id");
    };
    drawn(&mut sql, members, &pool, &|sql, of| owned(sql, of, reach, user));
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|row| row.0).collect())
}

/// Somebody for whose sake a right reaches a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// The user.
    pub user: UserId,
    /// Whether only rights to read count for their sake: they neither own the record nor what it
    /// belongs to.
    pub reads_only: bool,
}

/// The users for whose sake a right reaches that record: its owner, whoever owns what it belongs to,
/// and those who have to do with it besides. `None` if there is no such record, or if it is deleted or
/// hidden by a deleted parent.
///
/// Directory data has no owners.
///
/// # Errors
/// Those of the store.
pub async fn holders(tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<Option<Vec<Holder>>> {
    let mut there = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    one_of(&mut there, kind, id, &Held::by_anybody());
    if !tx.exists(there).await? {
        return Ok(None);
    }
    if kind.is_directory() {
        return Ok(Some(Vec::new()));
    }
    let is_user = |sql: &mut Sql, column: &'static str| {
        sql.push(column).push(" = u.id");
    };
    let mut held = Sql::new("SELECT u.id, EXISTS (SELECT 1 FROM ");
    one_of(&mut held, kind, id, &Held::to(Action::Update, &is_user));
    held.push(") FROM users u WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM ");
    one_of(&mut held, kind, id, &Held::to(Action::Read, &is_user));
    held.push(") ORDER BY u.id");
    let holder = |(user, changes): (UserId, bool)| Holder { user, reads_only: !changes };
    Ok(Some(tx.all(held).await?.into_iter().map(holder).collect()))
}

/// The live record `t` with that id, by the same condition that guards it.
fn one_of(sql: &mut Sql, kind: &Kind, id: Uuid, held: &Held<'_>) {
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id = ");
    sql.bind(id).push(" AND ");
    held_by(sql, kind, held);
}

/// The condition that the user in `owner` is one whom `reach` covers.
pub(crate) fn owned(sql: &mut Sql, owner: &'static str, reach: &Reach, user: UserId) {
    if reach.all {
        sql.push("TRUE");
        return;
    }
    let mut before = "(";
    if reach.own {
        sql.push(before).push(owner).push(" = ").bind(user);
        before = " OR ";
    }
    if !reach.teams.is_empty() {
        sql.push(before).push(owner);
        sql.push(
            " IN (SELECT m.user_id FROM team_members m WHERE m.tenant_id = $1 AND m.team_id IN ",
        );
        sql.bind_all(reach.teams.iter().copied()).push(")");
        before = " OR ";
    }
    if !reach.units.is_empty() {
        sql.push(before).push(owner).push(
            " IN (SELECT u.id FROM users u JOIN org_unit_tree o \
             ON o.tenant_id = u.tenant_id AND o.unit_id = u.org_unit_id \
             WHERE u.tenant_id = $1 AND o.above_id IN ",
        );
        sql.bind_all(reach.units.iter().copied()).push(")");
    }
    sql.push(")");
}

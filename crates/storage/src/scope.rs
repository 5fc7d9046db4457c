//! Scope as SQL: the one predicate that guards lists, single reads and everything else.
//!
//! Whose records a right reaches is looked up when the statement runs, in three tables of the
//! identity crate: `users.org_unit_id`, `org_unit_tree` (each unit with all units above it) and
//! `team_members`. So moving a unit or leaving a team takes effect in the same transaction.

use crate::{Kind, Sql, Tx, Visibility};
use guanxi_kernel::{Reach, Result, UserId};
use uuid::Uuid;

/// Adds the condition that the record `t` of `kind` is within `reach` of `user`.
///
/// `TRUE` when the reach is everything, so the caller can always write `AND`.
pub fn within(sql: &mut Sql, kind: &Kind, reach: &Reach, user: UserId) {
    let parts = kind.parts.filter(|_| !reach.all && !reach.parts.is_empty());
    if let Some(column) = parts {
        sql.push("(");
        whole(sql, kind, reach, user);
        for (part, reach) in &reach.parts {
            sql.push(" OR (t.").push(column).push(" = ").bind(part.clone()).push(" AND ");
            whole(sql, kind, reach, user);
            sql.push(")");
        }
        sql.push(")");
    } else {
        whole(sql, kind, reach, user);
    }
}

/// The same by what the right reaches whatever part of the kind a record is of.
fn whole(sql: &mut Sql, kind: &Kind, reach: &Reach, user: UserId) {
    if reach.is_in_parts() {
        sql.push("FALSE");
    } else {
        held_by(sql, kind, &|sql, owner| owned(sql, owner, reach, user));
    }
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

/// Adds the condition that the record `t` of `kind` belongs to an owner for whom `owner`, given the
/// column that holds it, adds one.
pub(crate) fn held_by(sql: &mut Sql, kind: &Kind, owner: &dyn Fn(&mut Sql, &'static str)) {
    match kind.visibility {
        Visibility::Tenant => {
            sql.push("TRUE");
        }
        Visibility::Owner => owner(sql, "t.owner_id"),
        Visibility::Parent { column, table } => {
            sql.push("EXISTS (SELECT 1 FROM ").push(table);
            sql.push(" p WHERE p.tenant_id = $1 AND p.id = t.")
                .push(column)
                .push(" AND p.deleted_at IS NULL AND ");
            owner(sql, "p.owner_id");
            sql.push(")");
        }
        Visibility::OwnerOrParent { column, table } => {
            // A deleted parent hides its children from their owners too.
            sql.push("((t.").push(column).push(" IS NULL AND ");
            owner(sql, "t.owner_id");
            sql.push(") OR EXISTS (SELECT 1 FROM ").push(table);
            sql.push(" p WHERE p.tenant_id = $1 AND p.id = t.").push(column);
            sql.push(" AND p.deleted_at IS NULL AND (");
            owner(sql, "t.owner_id");
            sql.push(" OR ");
            owner(sql, "p.owner_id");
            sql.push(")))");
        }
        Visibility::Involved { table, .. } => {
            sql.push("(");
            owner(sql, "t.owner_id");
            sql.push(" OR EXISTS (SELECT 1 FROM ").push(table);
            sql.push(" i WHERE i.tenant_id = $1 AND i.record_id = t.id AND ");
            owner(sql, "i.user_id");
            sql.push("))");
        }
        Visibility::Pooled { column, members } => {
            sql.push("(");
            owner(sql, "t.owner_id");
            sql.push(" OR (t.owner_id IS NULL AND ");
            let pool = |sql: &mut Sql| {
                sql.push("t.").push(column);
            };
            drawn(sql, members, &pool, owner);
            sql.push("))");
        }
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

/// The users for whose sake a right reaches that record: its owner, and whoever owns what it belongs
/// to. `None` if there is no such record, or if it is deleted or hidden by a deleted parent.
///
/// Directory data has no owners.
///
/// # Errors
/// Those of the store.
pub async fn owners(tx: &mut Tx, kind: &'static Kind, id: Uuid) -> Result<Option<Vec<UserId>>> {
    let mut there = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    one_of(&mut there, kind, id, &|sql, _| {
        sql.push("TRUE");
    });
    if !tx.exists(there).await? {
        return Ok(None);
    }
    if kind.is_directory() {
        return Ok(Some(Vec::new()));
    }
    let mut held =
        Sql::new("SELECT u.id FROM users u WHERE u.tenant_id = $1 AND EXISTS (SELECT 1 FROM ");
    one_of(&mut held, kind, id, &|sql, owner| {
        sql.push(owner).push(" = u.id");
    });
    held.push(") ORDER BY u.id");
    Ok(Some(tx.all::<(UserId,)>(held).await?.into_iter().map(|row| row.0).collect()))
}

/// The live record `t` with that id, by the same condition that guards it.
fn one_of(sql: &mut Sql, kind: &Kind, id: Uuid, owner: &dyn Fn(&mut Sql, &'static str)) {
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id = ");
    sql.bind(id).push(" AND ");
    held_by(sql, kind, owner);
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

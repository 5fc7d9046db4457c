//! Records that belong to a record of whatever kind, and are seen by whoever sees that one: they name
//! it in the columns `parent_type` and `parent_id`, and have no rights of their own. See
//! [`Kind::seen_with_parent`].
//!
//! The feed holds them against the same: their events carry the holders of the parent, and an event that
//! takes a record to other holders also tells of what is attached to it and to what lies below it. Price: a
//! new kind of parent begins every cursor of the feed anew, as every new kind does.

use crate::{Kind, Sql, Tx, Visibility, scope};
use guanxi_kernel::{Action, Ctx, Result};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Adds the condition that `t` belongs to a live record of one of these kinds for which `seen` adds
/// the condition that it is seen, as the record `t` too.
pub(crate) fn belongs(
    sql: &mut Sql,
    parents: impl IntoIterator<Item = &'static Kind>,
    seen: &dyn Fn(&mut Sql, &'static Kind),
) {
    sql.push("(FALSE");
    for parent in parents {
        sql.push(" OR (t.parent_type = ").bind(parent.name);
        sql.push(" AND t.parent_id IN (SELECT t.id FROM ").push(parent.table);
        sql.push(" t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
        seen(sql, parent);
        sql.push("))");
    }
    sql.push(")");
}

/// Adds the condition that the caller may read the record `t` of `kind`, by its own right or, if it
/// has none, by that on what it belongs to.
pub(crate) fn readable(sql: &mut Sql, ctx: &Ctx, kind: &'static Kind) {
    let reach = |kind: &Kind| ctx.reach(kind.plural, Action::Read);
    let by_right = |sql: &mut Sql, kind: &'static Kind| {
        scope::within(sql, kind, &reach(kind), ctx.actor.user);
    };
    match kind.with_parent {
        true => {
            let parents = (kind.parents)();
            let read = parents.into_iter().filter(|parent| !reach(parent).is_nothing());
            belongs(sql, read, &by_right);
        }
        false => by_right(sql, kind),
    }
}

/// Whether the caller may read that record, deleted or not, by the right on what it belongs to.
///
/// # Errors
/// Those of the store.
pub(crate) async fn may_read(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    id: Uuid,
) -> Result<bool> {
    let mut sql = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.id = ").bind(id).push(" AND ");
    readable(&mut sql, ctx, kind);
    tx.exists(sql).await
}

/// What a record of `kind` belongs to, as its document says.
pub(crate) fn parent(kind: &Kind, document: &Json) -> Option<(&'static Kind, Uuid)> {
    let name = document["parent_type"].as_str()?;
    let parent = (kind.parents)().into_iter().find(|parent| parent.name == name)?;
    Some((parent, document["parent_id"].as_str()?.parse().ok()?))
}

/// What a record of `kind` is about, as its document says, if whoever holds that reads the record.
pub(crate) fn about(kind: &Kind, document: &Json) -> Option<(&'static Kind, Uuid)> {
    let name = document["about_type"].as_str()?;
    let about = (kind.about)().into_iter().find(|about| about.name == name)?;
    Some((about, document["about_id"].as_str()?.parse().ok()?))
}

/// Whether records of `kind` are read by whoever holds the one of `subject` that they are about.
pub(crate) fn is_about(kind: &Kind, subject: &Kind) -> bool {
    (kind.about)().iter().any(|about| about.name == subject.name)
}

/// The kinds of what these records of `kind` belong to; what is not there any more is left out.
///
/// # Errors
/// Those of the store.
pub(crate) async fn parents_of(
    tx: &mut Tx,
    kind: &'static Kind,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, &'static Kind>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = Sql::new("SELECT t.id, t.parent_type FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND t.id IN ").bind_all(ids);
    let rows: Vec<(Uuid, String)> = tx.all(sql).await?;
    let parents = (kind.parents)();
    let named = |name: &str| parents.iter().copied().find(|parent| parent.name == name);
    Ok(rows.into_iter().filter_map(|(id, name)| Some((id, named(&name)?))).collect())
}

/// Selects `id`, `owner_id`, `parent_type` and `deleted` of the records of `kind` that belong to that
/// record, or to one that belongs to it in turn; `owner_id` is that of the record in between, if both
/// it and its own parent count. To be gone on with by further conditions on `t`.
pub(crate) fn below(kind: &'static Kind, parent: &'static Kind, id: Uuid) -> Sql {
    let mut sql = Sql::new("SELECT t.id, t.parent_type, CASE t.parent_type");
    for between in (kind.parents)() {
        if let Visibility::OwnerOrParent { table, .. } = between.visibility
            && (table == parent.table || is_about(between, parent))
        {
            sql.push(" WHEN ").bind(between.name).push(" THEN (SELECT p.owner_id FROM ");
            sql.push(between.table).push(" p WHERE p.tenant_id = $1 AND p.id = t.parent_id)");
        }
    }
    // Of no record, so that the list of cases is never empty.
    sql.push(" WHEN '' THEN t.id END AS owner_id, t.deleted_at IS NOT NULL AS deleted FROM ");
    sql.push(kind.table).push(" t WHERE t.tenant_id = $1 AND (FALSE");
    for between in (kind.parents)() {
        let column = match between.visibility {
            Visibility::Parent { column, table, .. }
            | Visibility::OwnerOrParent { column, table }
                if table == parent.table =>
            {
                Some(column)
            }
            _ => None,
        };
        if between.name == parent.name {
            sql.push(" OR (t.parent_type = ").bind(between.name);
            sql.push(" AND t.parent_id = ").bind(id).push(")");
        }
        if let Some(column) = column {
            sql.push(" OR (t.parent_type = ").bind(between.name);
            sql.push(" AND t.parent_id IN (SELECT p.id FROM ").push(between.table);
            sql.push(" p WHERE p.tenant_id = $1 AND p.").push(column).push(" = ").bind(id);
            sql.push("))");
        }
        if is_about(between, parent) {
            sql.push(" OR (t.parent_type = ").bind(between.name);
            sql.push(" AND t.parent_id IN (SELECT p.id FROM ").push(between.table);
            sql.push(" p WHERE p.tenant_id = $1 AND p.about_id = ").bind(id);
            sql.push(" AND p.about_type = ").bind(parent.name).push("))");
        }
    }
    sql.push(")");
    sql
}

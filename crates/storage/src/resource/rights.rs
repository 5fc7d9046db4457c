//! How far the rights of a caller reach: on a kind, and on one record.

use crate::{Kind, Resource, Sql, Tx, attached, scope};
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Ctx, Reach, Result, actor::forbidden};
use uuid::Uuid;

/// Which of two rights reach a record that the caller may see.
#[derive(Clone, Copy)]
pub(super) struct Rights {
    pub(super) update: bool,
    pub(super) delete: bool,
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

/// Whether the caller may do `action` to that record, deleted or not.
///
/// # Errors
/// Those of the store.
#[boxed]
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

#[boxed]
pub(super) async fn rights_on(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    id: Uuid,
) -> Result<Rights> {
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

#[boxed]
pub(super) async fn reaches(
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

//! Records deleted, and brought back.

use super::{
    reading::find,
    showing::{Shown, show},
    writing::save,
};
use crate::{Resource, Tx};
use guanxi_derive::boxed;
use guanxi_kernel::{Action, Ctx, Result, actor::forbidden, problem::NOT_FOUND};
use uuid::Uuid;

/// Deletes a record; it can be restored.
///
/// # Errors
/// `not_found`, `forbidden`, `stale_version`, and what the resource says to it.
#[boxed]
pub async fn delete<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<()> {
    let (before, rights) = find::<R>(tx, ctx, id, false).await?;
    if !rights.delete {
        return Err(forbidden(R::kind().plural, Action::Delete));
    }
    ctx.expect_version(before.meta().version)?;
    before.deletable(tx, ctx).await?;
    let mut after = before.clone();
    after.meta_mut().deleted_at = Some(ctx.now);
    save(tx, ctx, &before, &mut after, "deleted").await
}

/// Brings a deleted record back.
///
/// # Errors
/// `not_found` if it is not deleted or out of reach, `forbidden`, `stale_version`, and the rules of
/// the resource, which may not allow what was allowed when it was deleted.
#[boxed]
pub async fn restore<R: Resource>(tx: &mut Tx, ctx: &Ctx, id: Uuid) -> Result<Shown<R>> {
    let (before, rights) = find::<R>(tx, ctx, id, true).await?;
    if !rights.delete {
        return Err(forbidden(R::kind().plural, Action::Delete));
    }
    if before.meta().deleted_at.is_none() {
        return Err(NOT_FOUND.problem());
    }
    ctx.expect_version(before.meta().version)?;
    let mut after = before.clone();
    after.meta_mut().deleted_at = None;
    // What it names may be gone by now, as it may for any record that was never deleted.
    after.settle(tx, ctx, Some(&before)).await?;
    save(tx, ctx, &before, &mut after, "restored").await?;
    show(tx, ctx, after, rights).await
}

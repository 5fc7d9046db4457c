//! Small additions to the shared use cases of the storage crate.

use guanxi_identity::users::{INACTIVE_OWNER, check_owner};
use guanxi_kernel::{
    Ctx, Problem, Result, UserId,
    problem::{FORBIDDEN, NOT_FOUND, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Resource, Tx, resource};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The live record that the member at `pointer` names, as far as the caller may see it.
///
/// # Errors
/// `unknown_reference` at `pointer`: a rule that needs the record must not tell more of it than the
/// check of references would.
pub async fn refer<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    id: Uuid,
    pointer: &'static str,
) -> Result<R> {
    let hide = |problem: Problem| {
        let hidden = problem.is(&NOT_FOUND) || problem.is(&FORBIDDEN);
        if hidden { UNKNOWN_REFERENCE.at(pointer) } else { problem }
    };
    resource::load(tx, ctx, id).await.map_err(hide)
}

/// The record before a change, if what held for it needs no second look: not for a new record, nor
/// for one that is being restored, around which everything may have changed.
pub fn standing<R: Resource>(before: Option<&R>) -> Option<&R> {
    before.filter(|before| before.meta().deleted_at.is_none())
}

/// Checks an owner whom a save brings in. One who left since is no reason against other changes.
///
/// # Errors
/// As [`check_owner`], at `/owner_id`.
pub async fn check_new_owner(
    tx: &mut Tx,
    ctx: &Ctx,
    owner: Option<UserId>,
    before: Option<UserId>,
) -> Result<()> {
    match owner {
        Some(owner) if before != Some(owner) => check_owner(tx, ctx, owner, "/owner_id").await,
        _ => Ok(()),
    }
}

/// The first of these users who can own something.
///
/// # Errors
/// Those of the store.
pub(crate) async fn first_fit(tx: &mut Tx, ctx: &Ctx, users: &[UserId]) -> Result<Option<UserId>> {
    for user in users {
        match check_owner(tx, ctx, *user, "/owner_id").await {
            Ok(()) => return Ok(Some(*user)),
            Err(gone) if gone.is(&INACTIVE_OWNER) || gone.is(&UNKNOWN_REFERENCE) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(None)
}

/// Which of the records the caller may see.
///
/// # Errors
/// Those of the store.
pub async fn visible<R: Resource>(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeSet<Uuid>> {
    let ids: Vec<Uuid> = ids.into_iter().collect();
    let found = resource::load_json::<R>(tx, ctx, &ids).await?;
    Ok(found.into_iter().map(|(id, _)| id).collect())
}

//! The rights of a user, and the guard against giving away more than one has.

use super::{
    model::{covers, may_give, resolve},
    store,
};
use crate::{custom_fields::is_snake, custom_objects::unknown_of, roles::RoleGrant};
use guanxi_kernel::{
    Ctx, Line, Result, RoleId, UserId,
    actor::{ANY, Grant, PART},
    problem::{FieldError, INVALID_FORMAT, Place, UNKNOWN_VALUE},
};
use guanxi_storage::{Tx, custom::carriers};
use std::{collections::BTreeSet, sync::OnceLock};

guanxi_kernel::problems! {
    /// Rights would be given away, or taken over, that the caller does not hold.
    FORBIDDEN_GRANT = Forbidden "forbidden_grant"
        ("Beyond your own rights", "You cannot give away or take over rights that you do not hold yourself.")
        ("超出本人权限", "您不能授予或取得您本人没有的权限。");
}

/// The names that a right can speak of, once the program has said which.
static RESOURCES: OnceLock<BTreeSet<&'static str>> = OnceLock::new();

/// Says which resources there are, by their plural names; the first call counts. Until then any
/// name is believed.
pub fn register(names: Vec<&'static str>) {
    RESOURCES.get_or_init(|| {
        let own = crate::kinds().into_iter().map(|kind| kind.plural);
        names.into_iter().chain(own).collect()
    });
}

/// Checks the name of a resource in a right: `any` or one that there is, or a part of one of which
/// rights can be given on parts. Whether there is such a part is not asked here.
pub(crate) fn check_resource(name: &str, pointer: String, findings: &mut Vec<FieldError>) {
    if name == ANY {
        return;
    }
    let name = match name.split_once(PART) {
        Some((whole, part)) if is_snake(part) && in_parts(whole) => whole,
        _ => name,
    };
    match RESOURCES.get() {
        Some(known) if !known.contains(name) => {
            let known: Vec<&str> = [ANY].into_iter().chain(known.iter().copied()).collect();
            let parts = known.iter().find(|name| in_parts(name));
            let parts = parts.map(|name| format!("; of one object {name}:object"));
            let expected = format!("one of {}{}", known.join(", "), parts.unwrap_or_default());
            findings.push(UNKNOWN_VALUE.field(pointer).with("expected", expected));
        }
        None if !is_kebab(name) => {
            let expected = "a plural name such as org-units, or any";
            findings.push(INVALID_FORMAT.field(pointer).with("expected", expected));
        }
        _ => {}
    }
}

/// Whether rights can be given on what has that name.
pub(crate) fn is_resource(name: &str) -> bool {
    RESOURCES.get().is_some_and(|known| known.contains(name))
}

/// Whether rights can be given on parts of a resource.
fn in_parts(name: &str) -> bool {
    carriers().into_iter().flatten().any(|kind| kind.plural == name && kind.parts.is_some())
}

/// The findings about those of these names of resources that are of a part that is not there: an
/// object of the tenant. Each with its place.
///
/// # Errors
/// Those of the store.
pub(crate) async fn unknown_parts(
    tx: &mut Tx,
    names: impl Iterator<Item = (String, &str)>,
) -> Result<Vec<FieldError>> {
    let mut findings = Vec::new();
    for (pointer, name) in names {
        let Some((_, part)) = name.split_once(PART) else { continue };
        let Ok(part) = Line::new(part) else { continue };
        let unknown = unknown_of(tx, &[part], "").await?;
        findings.extend(
            unknown
                .into_iter()
                .map(|finding| FieldError { place: Place::Pointer(pointer.clone()), ..finding }),
        );
    }
    Ok(findings)
}

fn is_kebab(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.split('-').all(|part| !part.is_empty() && part.chars().all(plain))
}

/// The rights of a user. Also of a disabled one, whose rights are those of whoever wakes them up:
/// that only active users come in is seen to where they do.
///
/// # Errors
/// Those of the store.
pub async fn of_user(tx: &mut Tx, user: UserId) -> Result<Vec<Grant>> {
    let Some(position) = store::position(tx, user).await? else { return Ok(Vec::new()) };
    let roles = store::roles(tx, &position.roles()).await?;
    Ok(resolve(&position, &roles))
}

/// The roles of a user, given or by a team, deleted ones too.
pub(crate) async fn roles_of(tx: &mut Tx, user: UserId) -> Result<BTreeSet<RoleId>> {
    Ok(store::position(tx, user).await?.map(|position| position.roles()).unwrap_or_default())
}

/// The rights of a user as they are for those who act in the user's name without being asked: none
/// once the user is disabled or deleted.
///
/// # Errors
/// Those of the store.
pub async fn of_active_user(tx: &mut Tx, user: UserId) -> Result<Vec<Grant>> {
    let active = store::is_active(tx, user).await?.unwrap_or(false);
    if active { of_user(tx, user).await } else { Ok(Vec::new()) }
}

/// Refuses to take over what is done by the rights of another user, unless the caller's contain
/// them.
///
/// # Errors
/// `forbidden_grant`.
pub async fn require_covering(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    let theirs = of_user(tx, user).await?;
    let allowed = user == ctx.actor.user || covers(&ctx.actor.grants, &theirs);
    if allowed { Ok(()) } else { Err(FORBIDDEN_GRANT.problem()) }
}

/// Refuses to give rights away that the caller does not hold.
pub(crate) fn require_giving(ctx: &Ctx, grants: &[RoleGrant]) -> Result<()> {
    let allowed = may_give(&ctx.actor.grants, grants);
    if allowed { Ok(()) } else { Err(FORBIDDEN_GRANT.problem()) }
}

/// Refuses to give roles away whose rights the caller does not hold. Whether the roles exist is
/// checked with the other references.
pub(crate) async fn require_giving_roles(
    tx: &mut Tx,
    ctx: &Ctx,
    ids: &BTreeSet<RoleId>,
) -> Result<()> {
    let roles = store::roles(tx, ids).await?;
    roles.values().try_for_each(|grants| require_giving(ctx, grants))
}

/// To be called in the transaction of each change that may change anybody's rights.
pub(crate) async fn changed(tx: &mut Tx) -> Result<()> {
    store::count_change(tx).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_resources_are_kebab_words() {
        for good in ["parties", "org-units", "rfm2-models"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-", "a--b", "-a", "Parties", "a b", "a_b", "客户"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}

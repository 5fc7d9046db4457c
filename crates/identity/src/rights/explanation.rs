//! Answering who may do what, and why, without telling more than the caller may see themself.

use super::{
    explain::{self, About, Owner, Reason, Step},
    model::{resolve, sources},
    store,
};
use crate::users::USER;
use guanxi_kernel::{
    Action, Ctx, Result, UserId,
    actor::{PART, forbidden, withheld},
    problem::NOT_FOUND,
};
use guanxi_storage::{Kind, Tx, scope};
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Wish {
    /// Whose rights.
    pub user: UserId,
    /// On which resource.
    pub kind: &'static Kind,
    /// On which part of it alone, such as an object of the tenant.
    pub part: Option<String>,
    /// To do what.
    pub action: Action,
    /// To which record, if to one in particular.
    pub record: Option<Uuid>,
}

/// Whether a user may do something, and why. It speaks of rights alone: the state of a record can
/// still stand in the way.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// Whether the user may; without a record, whether there can be one to which they may.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
    /// The user.
    pub user_id: UserId,
    /// The plural name of the resource; of an object of the tenant with its name, as rights have it.
    pub resource: String,
    /// The action.
    pub action: Action,
    /// The record.
    #[schema(required)]
    pub record_id: Option<Uuid>,
    /// Fields that the user neither sees nor writes: every right to read the resource hides them.
    pub hidden_fields: BTreeSet<String>,
    /// Fields that the user sees and does not write.
    pub readonly_fields: BTreeSet<String>,
    /// The rights that are needed, all of them: what is changed must be seen first.
    pub steps: Vec<Step>,
}

/// Explains a right of the caller, limits of the key included, or of another user.
///
/// # Errors
/// `forbidden` about others without the right to read users with scope all, and without the right
/// to read the resource if a record is named; `not_found` for a user, or about others for a record,
/// that the caller may not see.
pub async fn explain(tx: &mut Tx, ctx: &Ctx, wish: Wish) -> Result<Explanation> {
    let Wish { user, kind, part, action, record } = wish;
    let own = user == ctx.actor.user;
    if !own && !ctx.reach(USER.plural, Action::Read).all {
        return Err(forbidden(USER.plural, Action::Read));
    }
    let not_found = || NOT_FOUND.problem();
    let active = store::is_active(tx, user).await?.ok_or_else(not_found)?;
    let (about, part) = match record {
        None => (About::Anything, part),
        Some(id) => {
            if !own {
                ctx.require(kind.plural, Action::Read)?;
            }
            let found = about(tx, ctx, kind, id).await?;
            // A record of another part is not what was asked for.
            let (about, of) = match found {
                (_, Some(of)) if part.as_ref().is_some_and(|part| *part != of) => {
                    (About::Nothing, part)
                }
                (about, of) => (about, of.or(part)),
            };
            if !own && about == About::Nothing {
                return Err(not_found());
            }
            (about, of)
        }
    };
    let position = store::position(tx, user).await?.ok_or_else(not_found)?;
    let roles = store::roles(tx, &position.roles()).await?;
    let sources = sources(&position, &roles);
    let resource = match &part {
        Some(part) => format!("{}{PART}{part}", kind.plural),
        None => kind.plural.to_owned(),
    };
    let barrier = |action| if own { ctx.actor.barrier(&resource, action) } else { None };
    let of = (kind, part.as_deref());
    let step =
        |action: &Action| explain::step(of, user, &sources, barrier(*action), *action, &about);
    let steps: Vec<Step> = explain::needed(action).iter().map(step).collect();
    let refused = steps.iter().find(|step| !step.allowed).map(|step| step.reason);
    let reason = match refused {
        _ if !active => Reason::Inactive,
        Some(reason) => reason,
        None => Reason::Granted,
    };
    let allowed = reason == Reason::Granted;
    let withheld = withheld(&resolve(&position, &roles), kind.plural);
    Ok(Explanation {
        allowed,
        reason,
        user_id: user,
        resource,
        action,
        record_id: record,
        hidden_fields: withheld.hidden,
        readonly_fields: withheld.read_only,
        steps,
    })
}

/// The record as far as the caller may see it, and the part of its kind that it is of.
async fn about(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: &'static Kind,
    id: Uuid,
) -> Result<(About, Option<String>)> {
    let Some((_, record)) = (kind.load)(tx, ctx, &[id]).await?.pop() else {
        return Ok((About::Nothing, None));
    };
    let mut owners = Vec::new();
    for holder in scope::holders(tx, kind, id).await?.unwrap_or_default() {
        let owner = store::owner(tx, holder.user).await?;
        owners.push(Owner { reads_only: holder.reads_only, ..owner });
    }
    let part = kind.parts.and_then(|column| record[column].as_str());
    Ok((About::Record(owners), part.map(str::to_owned)))
}

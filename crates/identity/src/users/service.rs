//! The rules of saving and deleting a user, and who can own records.

use super::{INACTIVE_OWNER, LAST_ADMINISTRATOR, USER, User, leaving, store};
use crate::{
    rights::{self, is_administrator},
    sessions,
};
use guanxi_kernel::{
    Ctx, Problem, Result, UserId,
    period::business_date,
    problem::{DUPLICATE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{PoisonError, RwLock},
};

/// That somebody can own records today.
const FIT_OWNER: &str = "fit owner";

/// What stands in the way of a user who is to be disabled or deleted, in the same transaction; what it
/// refuses undoes that.
pub type Leaving = for<'a> fn(
    &'a mut Tx,
    &'a Ctx,
    UserId,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

static LEAVING: RwLock<BTreeMap<&'static str, Leaving>> = RwLock::new(BTreeMap::new());

/// Says what is asked, under a name, before a user is disabled or deleted: crates to the right know
/// what would be left behind.
pub fn before_leaving(name: &'static str, asked: Leaving) {
    let mut known = LEAVING.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(name, asked);
}

async fn let_go(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    let known: Vec<Leaving> =
        LEAVING.read().unwrap_or_else(PoisonError::into_inner).values().copied().collect();
    for asked in known {
        asked(tx, ctx, user).await?;
    }
    Ok(())
}

/// Refuses an owner who does not exist, is disabled, or whose time in sales is over by the
/// tenant's calendar. `pointer` names the member of the request that names the owner.
///
/// # Errors
/// `unknown_reference`, `inactive_owner`.
pub async fn check_owner(tx: &mut Tx, ctx: &Ctx, owner: UserId, pointer: &str) -> Result<()> {
    if tx.knows(FIT_OWNER, owner.uuid()) {
        return Ok(());
    }
    let found = store::owner(tx, owner).await?;
    let (active, profile) = found.ok_or_else(|| UNKNOWN_REFERENCE.at(pointer))?;
    let today = business_date(ctx.now, ctx.settings.time_zone);
    let fit = active && profile.can_own_on(today);
    if !fit {
        return Err(INACTIVE_OWNER.at(pointer));
    }
    tx.learn(FIT_OWNER, owner.uuid());
    Ok(())
}

/// The caller's own record, which everybody may see.
///
/// # Errors
/// Those of the store.
pub async fn me(tx: &mut Tx, ctx: &Ctx) -> Result<resource::Shown<User>> {
    let mut shown = resource::get::<User>(tx, &as_reader(ctx), ctx.actor.user.uuid()).await?;
    // What may be done is still up to the caller's rights.
    shown.actions.clear();
    for verb in shown.record.verbs() {
        if ctx.reach(USER.plural, verb.needs).all {
            shown.actions.push(verb.name);
        }
    }
    Ok(shown)
}

fn as_reader(ctx: &Ctx) -> Ctx {
    let actor = guanxi_kernel::Actor::system(ctx.actor.user);
    Ctx { actor: actor.into(), ..ctx.clone() }
}

impl Resource for User {
    fn kind() -> &'static Kind {
        &USER
    }

    async fn settle(&mut self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        Problem::collect(self.normalise())?;
        if store::email_is_taken(tx, &self.input.email, self.meta.id).await? {
            return Err(DUPLICATE.at("/email"));
        }
        rights::require_giving_roles(tx, ctx, &self.added_roles(before)).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        if before.is_active() && !self.is_active() {
            let_go(tx, ctx, self.meta.id).await?;
            sessions::end_all(tx, self.meta.id, ctx.now, None).await?;
        }
        if before.live_roles() == self.live_roles() && before.is_active() == self.is_active() {
            return Ok(());
        }
        keep_an_administrator(tx, before, self).await?;
        rights::changed(tx).await?;
        match before.is_active() && !self.is_active() {
            true => leaving::left(tx, ctx, self.meta.id).await,
            false => Ok(()),
        }
    }

    fn searchable(&self) -> Vec<&str> {
        vec![&self.input.name, &self.input.email]
    }

    fn example() -> Json {
        json!({
            "email": "wang.wei@example.com",
            "name": "王伟",
            "status": "active",
            "sales_profile": {
                "level": "senior", "region": "华东", "products": ["CRM"], "starts_on": "2026-01-01",
            },
        })
    }
}

/// Refuses a change by which the last active administrator would stop being one.
async fn keep_an_administrator(tx: &mut Tx, before: &User, after: &User) -> Result<()> {
    let lost = before.live_roles().difference(&after.live_roles()).copied().collect();
    let lost = rights::roles(tx, &lost).await?;
    let concerned = lost.values().any(|grants| is_administrator(grants));
    if concerned && !rights::administrator_left(tx).await? {
        return Err(LAST_ADMINISTRATOR.problem());
    }
    Ok(())
}

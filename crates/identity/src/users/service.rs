//! The rules of saving and deleting a user, and who can own records.

use super::{INACTIVE_OWNER, LAST_ADMINISTRATOR, OWN_EMAIL, USER, User, hooks, store};
use crate::{
    rights::{self, is_administrator},
    sessions::{
        self,
        letters::{self, LetterKind},
    },
};
use guanxi_kernel::{
    Ctx, Line, Problem, Result, UserId,
    period::business_date,
    problem::{DUPLICATE, UNKNOWN_REFERENCE},
};
use guanxi_storage::{Kind, Resource, Tx, resource};
use serde_json::{Value as Json, json};

/// That somebody can own records today.
const FIT_OWNER: &str = "fit owner";
/// That somebody has shown what it takes to give themselves another address.
const MAY_MOVE: &str = "may move to another address";

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
        require_free(tx, &self.input.email, self.meta.id).await?;
        if before.is_some_and(|before| before.input.email != self.input.email) {
            may_move(tx, ctx, self.meta.id).await?;
        }
        rights::require_giving_roles(tx, ctx, &self.added_roles(before)).await
    }

    async fn saved(&self, tx: &mut Tx, ctx: &Ctx, before: Option<&Self>) -> Result<()> {
        let Some(before) = before else { return Ok(()) };
        if before.input.email != self.input.email {
            moved(tx, ctx, before).await?;
        }
        if before.is_active() && !self.is_active() {
            hooks::let_go(tx, ctx, self.meta.id).await?;
            sessions::end_all(tx, self.meta.id, ctx.now, None).await?;
        }
        if before.live_roles() == self.live_roles() && before.is_active() == self.is_active() {
            return Ok(());
        }
        keep_an_administrator(tx, before, self).await?;
        rights::changed(tx).await?;
        match before.is_active() && !self.is_active() {
            true => hooks::left(tx, ctx, self.meta.id).await,
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

/// Refuses an address that another user has.
pub(crate) async fn require_free(tx: &mut Tx, email: &str, user: UserId) -> Result<()> {
    let taken = store::email_is_taken(tx, email, user).await?;
    if taken { Err(DUPLICATE.at("/email")) } else { Ok(()) }
}

/// Refuses to give a user another address to whoever may not take the account over: a new password is
/// sent to it. One's own takes more than a token that may be stolen, so it is not changed like the rest.
async fn may_move(tx: &mut Tx, ctx: &Ctx, user: UserId) -> Result<()> {
    if tx.knows(MAY_MOVE, user.uuid()) {
        return Ok(());
    }
    if ctx.actor.user == user {
        return Err(OWN_EMAIL.problem());
    }
    rights::require_covering(tx, ctx, user).await
}

/// Gives the acting user, who has shown what it takes, another address.
///
/// # Errors
/// `duplicate` at `/email`, and those of a save.
pub(crate) async fn move_to(tx: &mut Tx, ctx: &Ctx, email: Line<254>) -> Result<()> {
    let user = ctx.actor.user;
    tx.learn(MAY_MOVE, user.uuid());
    let change = |user: &mut User| {
        user.input.email = email;
        Ok(())
    };
    resource::change::<User>(tx, &ctx.on_behalf(), user.uuid(), "email_changed", change)
        .await
        .map(drop)
}

/// What was sent to the old address works no more, and whoever reads there is told.
async fn moved(tx: &mut Tx, ctx: &Ctx, before: &User) -> Result<()> {
    let user = before.meta.id;
    letters::revoke(tx, user).await?;
    letters::tell(tx, LetterKind::EmailChanged, user, &before.input.email, ctx.now).await
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

//! The one who lets people in, and the sessions of a user.

use super::{
    authenticate::{self, Known, Origins},
    model::{SESSION_REQUIRED, SessionList},
    store,
};
use crate::secrets::{Passwords, SigningKeys};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Action, Clock, Ctx, Result, SessionId, UserId, actor::forbidden, problem::NOT_FOUND,
};
use guanxi_storage::{Db, Resource as _, Tx, resource};
use std::sync::{Arc, RwLock};

/// Sessions that are listed at most.
const LISTED: i64 = 100;

/// Lets people and programs in. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Auth {
    pub(super) db: Db,
    pub(super) passwords: Passwords,
    pub(super) keys: Arc<SigningKeys>,
    pub(super) clock: Clock,
    pub(super) known: Arc<Known>,
    pub(super) origins: Arc<RwLock<Arc<Origins>>>,
}

impl Auth {
    /// Over this store, with these keys.
    pub fn new(db: Db, passwords: Passwords, keys: Arc<SigningKeys>, clock: Clock) -> Self {
        let (known, origins) = (Arc::new(authenticate::known()), Arc::default());
        Self { db, passwords, keys, clock, known, origins }
    }

    /// The public keys by which others can check access tokens.
    pub fn jwks(&self) -> serde_json::Value {
        self.keys.jwks()
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The caller's sessions that are not over, the latest first.
    ///
    /// # Errors
    /// `session_required`.
    pub async fn sessions(&self, ctx: &Ctx) -> Result<SessionList> {
        own_session(ctx)?;
        let list = async |tx: &mut _| store::of_user(tx, ctx.actor.user, ctx.now, LISTED).await;
        let found = self.db.read(ctx.tenant, list).await?;
        let data = found.into_iter().map(|session| session.show(ctx.actor.session)).collect();
        Ok(SessionList { data })
    }

    /// Ends all sessions of another user, for administrators.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub async fn end_sessions_of(&self, ctx: &Ctx, user: UserId) -> Result<()> {
        let end = async |tx: &mut _| {
            let kind = crate::users::User::kind();
            resource::load::<crate::users::User>(tx, ctx, user.uuid()).await?;
            if !resource::may(tx, ctx, kind, Action::Update, user.uuid()).await? {
                return Err(forbidden(kind.plural, Action::Update));
            }
            store::end_all(tx, user, ctx.now, None).await
        };
        self.db.write(ctx.tenant, end).await
    }
}

/// Ends the caller's session.
///
/// # Errors
/// `session_required`.
pub async fn logout(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let session = own_session(ctx)?;
    store::end_one(tx, ctx.actor.user, session, ctx.now).await.map(drop)
}

/// Ends all sessions of the caller.
///
/// # Errors
/// `session_required`.
pub async fn logout_everywhere(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    own_session(ctx)?;
    store::end_all(tx, ctx.actor.user, ctx.now, None).await
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// `session_required`; `not_found` if it is over already or somebody else's.
pub async fn end_session(tx: &mut Tx, ctx: &Ctx, session: SessionId) -> Result<()> {
    own_session(ctx)?;
    let ended = store::end_one(tx, ctx.actor.user, session, ctx.now).await?;
    if ended { Ok(()) } else { Err(NOT_FOUND.problem()) }
}

/// The caller's session: only a person has one.
pub(super) fn own_session(ctx: &Ctx) -> Result<SessionId> {
    ctx.actor.session.ok_or_else(|| SESSION_REQUIRED.problem())
}

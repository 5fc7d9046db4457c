//! Who sends a request, by token or by key.
//!
//! Each request costs one small query: does the session or key still count, and which versions of
//! rights and settings are current? What those are is kept under these versions, so a change of
//! anybody's rights is known with the next request, on every node.

use super::{
    Auth,
    model::{ORIGIN_NOT_ALLOWED, TOKEN_EXPIRED, UNAUTHENTICATED},
    second_factor,
    store::{self, Versions},
};
use crate::{
    api_keys::{self, ApiKey, Presented},
    rights, secrets,
    secrets::{Claims, KeyError, SigningKeys, TokenError},
    tenants,
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{
    Actor, Problem, Result, SessionId, TenantId, UserId, ctx::Settings, problem::INTERNAL,
};
use guanxi_storage::Tx;
use quick_cache::sync::Cache;
use std::{
    collections::BTreeSet,
    sync::{Arc, PoisonError},
};
use uuid::Uuid;

/// How many callers are remembered.
const REMEMBERED: usize = 10_000;
/// For how long the origins of keys are remembered.
const ORIGINS_LIFE: TimeDelta = TimeDelta::seconds(30);

/// Who sends a request, and with what rights.
#[derive(Clone)]
pub struct Caller {
    /// The tenant.
    pub tenant: TenantId,
    /// Its settings.
    pub settings: Arc<Settings>,
    /// Who acts.
    pub actor: Arc<Actor>,
    /// Whether somebody has signed in whose roles require a second factor, and who has none yet.
    pub lacks_second_factor: bool,
}

/// Recent callers by session or key, as of these versions.
pub(super) type Known = Cache<(Uuid, Versions), Caller>;

/// Nobody is known yet.
pub(super) fn known() -> Known {
    Cache::new(REMEMBERED)
}

/// The origins that any key allows, and when that was so.
#[derive(Debug, Default)]
pub(super) struct Origins {
    at: Option<DateTime<Utc>>,
    all: BTreeSet<String>,
}

impl Auth {
    /// Who shows this access token.
    ///
    /// # Errors
    /// `token_expired`, else `unauthenticated`.
    pub async fn by_access_token(&self, token: &str) -> Result<Caller> {
        let now = self.now();
        let claims = self.verify(token, now).await?;
        let (tenant, user) = (TenantId::from(claims.tenant), UserId::from(claims.sub));
        let session = SessionId::from(claims.sid);
        let find = async |tx: &mut Tx| {
            let alive = store::alive(tx, user, session, now).await?;
            let versions = alive.ok_or_else(|| UNAUTHENTICATED.problem())?;
            let actor = Actor { session: Some(session), ..nobody(user) };
            self.resolve(tx, (claims.sid, versions), actor).await
        };
        self.db.read(tenant, find).await
    }

    /// Who shows this API key. `origin` is the web page that does, if a browser says so.
    ///
    /// # Errors
    /// `token_expired`, `origin_not_allowed`, else `unauthenticated`.
    pub async fn by_api_key(&self, text: &str, origin: Option<&str>) -> Result<Caller> {
        let refused = || UNAUTHENTICATED.problem();
        let key = secrets::ApiKey::parse(text).map_err(|_| refused())?;
        // Whose it is comes out only now, so no tenant asks.
        let nobodys = TenantId::from(Uuid::nil());
        let found = self.db.read(nobodys, async |tx| api_keys::present(tx, key.id()).await).await?;
        let found = found.filter(|found| key.digest().matches_hex(&found.digest));
        let found = found.ok_or_else(refused)?;
        if found.expires_at.is_some_and(|end| end <= self.now()) {
            return Err(TOKEN_EXPIRED.problem());
        }
        if origin
            .is_some_and(|origin| !found.allowed_origins.iter().any(|allowed| allowed == origin))
        {
            return Err(ORIGIN_NOT_ALLOWED.problem());
        }
        self.key_holder(found).await
    }

    async fn key_holder(&self, key: Presented) -> Result<Caller> {
        let Presented { access_version, tenant_version, .. } = key;
        let known = (key.id.uuid(), Versions { access_version, tenant_version });
        if let Some(caller) = self.known.get(&known) {
            return Ok(caller);
        }
        let (api_key, limits) = (Some(key.id), Some(ApiKey::limits(key.scopes.0)));
        let actor = Actor { api_key, limits, ..nobody(key.owner_id) };
        self.db.read(key.tenant_id, async |tx| self.resolve(tx, known, actor).await).await
    }

    /// Whether any key of any tenant may be used by web pages of that origin: what is answered when
    /// a browser asks beforehand. It may be true or false half a minute too long.
    pub async fn allowed_origin(&self, origin: &str) -> bool {
        let now = self.now();
        let known = self.origins.read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.at.is_some_and(|at| (now - at).abs() < ORIGINS_LIFE) {
            return known.all.contains(origin);
        }
        let nobodys = TenantId::from(Uuid::nil());
        let all = match self.db.read(nobodys, async |tx| api_keys::origins(tx, now).await).await {
            Ok(all) => all.into_iter().collect(),
            Err(problem) => {
                tracing::warn!(%problem, "the origins of API keys could not be read");
                return known.all.contains(origin);
            }
        };
        let current = Arc::new(Origins { at: Some(now), all });
        *self.origins.write().unwrap_or_else(PoisonError::into_inner) = current.clone();
        current.all.contains(origin)
    }

    /// Checks a token; if it names an unknown key, another node may have made it just now.
    async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Claims> {
        let mut verified = self.keys.verify(token, now);
        if matches!(verified, Err(TokenError::UnknownKey))
            && self.read_keys(move |keys| keys.reload(now)).await?
        {
            verified = self.keys.verify(token, now);
        }
        verified.map_err(refusal)
    }

    /// Reads the signing keys again by `read`, which blocks; whether there are others now.
    pub(super) async fn read_keys(
        &self,
        read: impl FnOnce(&SigningKeys) -> Result<bool, KeyError> + Send + 'static,
    ) -> Result<bool> {
        let keys = self.keys.clone();
        let failed = |error: &dyn std::fmt::Display| {
            tracing::warn!(%error, "the signing keys could not be read again");
            false
        };
        let reloaded = tokio::task::spawn_blocking(move || read(&keys)).await;
        let reloaded = reloaded.map_err(|error| INTERNAL.problem().because(error))?;
        Ok(reloaded.unwrap_or_else(|error| failed(&error)))
    }

    /// The caller with their rights and settings. The versions were read before these, so what is
    /// kept under them is never older than they say.
    async fn resolve(
        &self,
        tx: &mut Tx,
        known: (Uuid, Versions),
        mut actor: Actor,
    ) -> Result<Caller> {
        if let Some(caller) = self.known.get(&known) {
            return Ok(caller);
        }
        actor.grants = rights::of_user(tx, actor.user).await?;
        let tenant = tenants::load(tx).await?.ok_or_else(|| UNAUTHENTICATED.problem())?;
        // A key has no second factor; who has made it was asked for theirs.
        let lacks_second_factor =
            actor.session.is_some() && second_factor::is_missing(tx, actor.user).await?;
        let caller = Caller {
            tenant: tenant.id,
            settings: tenant.settings,
            actor: actor.into(),
            lacks_second_factor,
        };
        self.known.insert(known, caller.clone());
        Ok(caller)
    }
}

/// The user without any rights.
fn nobody(user: UserId) -> Actor {
    Actor { user, session: None, api_key: None, grants: Vec::new(), limits: None }
}

/// The refusal of a token. Why is for the log.
fn refusal(error: TokenError) -> Problem {
    match error {
        TokenError::Expired => TOKEN_EXPIRED.problem(),
        other => UNAUTHENTICATED.problem().because(other),
    }
}

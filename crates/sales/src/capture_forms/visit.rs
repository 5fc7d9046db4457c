//! Somebody with the key of a form. They have no account: the form says what they may.

use super::{
    model::{CaptureFormId, tenant_of},
    store::{self, Open},
};
use crate::problems::FORM_ORIGIN_NOT_ALLOWED;
use chrono::{DateTime, Utc};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Actor, Ctx, Result, preferences::Module, problem::NOT_FOUND};
use guanxi_storage::Db;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// A visit to a form.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The program, in the name of whoever made the form.
    pub(super) ctx: Ctx,
    pub(super) form: CaptureFormId,
    /// Where it comes from, so that it is known again and not to be read.
    pub(super) sender: Uuid,
}

/// Where a visit comes from.
#[derive(Debug, Clone, Copy)]
pub struct CameFrom<'a> {
    /// The web page, if a browser says so.
    pub origin: Option<&'a str>,
    /// The address in the network.
    pub address: &'a str,
}

/// Lets somebody in who has the key of a form.
///
/// # Errors
/// `not_found` for a key that no form has that takes something, and where the company does without marketing
/// or sales; `form_origin_not_allowed` from other pages.
pub async fn enter(
    db: &Db,
    key: &str,
    from: CameFrom<'_>,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<Visit> {
    let unknown = || NOT_FOUND.problem();
    let tenant = tenant_of(key).ok_or_else(unknown)?;
    let nobody = Uuid::nil().into();
    let ctx = bootstrap::as_program(db, tenant, nobody, now, request_id).await?;
    let disabled = &ctx.settings.preferences.disabled_modules;
    if disabled.iter().any(|one| matches!(one, Module::Marketing | Module::Sales)) {
        return Err(unknown());
    }
    let found = db.read(tenant, async |tx| store::by_key(tx, key).await).await?;
    let found = found.ok_or_else(unknown)?;
    if from.origin.is_some_and(|origin| !found.allows(origin)) {
        return Err(FORM_ORIGIN_NOT_ALLOWED.problem());
    }
    let sender = sender(&ctx.settings.seal, from.address);
    let actor = Actor::system(found.created_by).into();
    let ctx = Ctx { actor, source: "capture_form".into(), ..ctx };
    Ok(Visit { ctx, form: found.id, sender })
}

/// Whether pages of that origin may send the form with that key: what is answered when a browser asks
/// beforehand.
pub async fn allows(db: &Db, key: &str, origin: &str) -> bool {
    let Some(tenant) = tenant_of(key) else { return false };
    match db.read(tenant, async |tx| store::by_key(tx, key).await).await {
        Ok(found) => found.is_some_and(|found| found.allows(origin)),
        Err(problem) => {
            tracing::warn!(%problem, "the origins of a form could not be read");
            false
        }
    }
}

impl Open {
    fn allows(&self, origin: &str) -> bool {
        self.allowed_origins.iter().any(|allowed| allowed == origin)
    }
}

/// A digest of an address under the tenant's own key: without that, all addresses could be tried.
fn sender(key: &[u8], address: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(b"form sender");
    hash.update(key.len().to_be_bytes());
    hash.update(key);
    hash.update(address.as_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Uuid::from_bytes(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_48_a_sender_is_known_again_by_one_tenant_only() {
        let one = sender(b"one", "192.0.2.1");
        assert_eq!(one, sender(b"one", "192.0.2.1"));
        assert_ne!(one, sender(b"one", "192.0.2.2"));
        assert_ne!(one, sender(b"other", "192.0.2.1"));
    }
}

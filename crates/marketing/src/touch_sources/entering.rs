//! A provider that tells something. It has no account: its key says where, its signature who.

use super::{
    model::{TouchSource, TouchSourceId, tenant_of},
    store,
};
use crate::problems::SIGNATURE_REFUSED;
use chrono::{DateTime, Utc};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Actor, Ctx, Result, preferences::Module, problem::NOT_FOUND};
use guanxi_outbound::verify;
use guanxi_storage::{Db, Tx, resource};
use std::sync::Arc;
use uuid::Uuid;

/// What was posted, before anybody reads it.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// A source that tells something, and is who it says.
#[derive(Debug, Clone)]
pub struct Telling {
    /// The program, in the name of whoever made the source.
    pub(super) ctx: Ctx,
    pub(super) source: TouchSourceId,
}

/// Lets a source in that has signed what it posts. Nothing is written.
///
/// # Errors
/// `not_found` for a key that no source has of which something is taken, and where the company does without
/// marketing; `signature_refused`; `sealing_key_missing` and `seal_refused` where the secret cannot be read.
pub async fn enter(
    db: &Db,
    key: &str,
    signed: Signed<'_>,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<Telling> {
    let unknown = || NOT_FOUND.problem();
    let tenant = tenant_of(key).ok_or_else(unknown)?;
    let nobody = Uuid::nil().into();
    let ctx = bootstrap::as_program(db, tenant, nobody, now, request_id).await?;
    let disabled = &ctx.settings.preferences.disabled_modules;
    if disabled.iter().any(|one| matches!(one, Module::Marketing)) {
        return Err(unknown());
    }
    let found = db.read(tenant, async |tx| known(tx, &ctx, key).await).await?;
    let source = found.ok_or_else(unknown)?;
    let secrets = db.read(tenant, async |tx| source.secrets(&tx.sealer(), now)).await?;
    verify(&secrets, signed.id, signed.timestamp, signed.signature, signed.body, now)
        .map_err(|why| SIGNATURE_REFUSED.problem().because(why))?;
    let actor = Actor::system(source.meta.created_by).into();
    let ctx = Ctx { actor, source: "touch_source".into(), ..ctx };
    Ok(Telling { ctx, source: source.meta.id })
}

async fn known(tx: &mut Tx, ctx: &Ctx, key: &str) -> Result<Option<TouchSource>> {
    match store::by_key(tx, key).await? {
        Some(id) => resource::load(tx, ctx, id.uuid()).await.map(Some),
        None => Ok(None),
    }
}

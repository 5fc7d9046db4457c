//! The word of somebody who was written to that they want no more of it. They have no account: what they
//! hold is a token that only this program can have made.

use crate::{
    consents::withdraw,
    message_deliveries::{Mailed, MessageDeliveryId, mailed, note_unsubscribed},
};
use chrono::{DateTime, Utc};
use guanxi_identity::bootstrap;
use guanxi_kernel::{Actor, Ctx, Problem, Result, TenantId, problem::NOT_FOUND};
use guanxi_storage::{Db, Tx, cursor, sql};
use std::sync::Arc;
use uuid::Uuid;

fn print(tenant: TenantId) -> String {
    cursor::fingerprint(&["unsubscribe", &tenant.to_string()])
}

/// The token of a delivery: the tenant, and what its key has sealed. It is good for ever, as letters are kept.
pub(crate) fn token(ctx: &Ctx, id: MessageDeliveryId) -> String {
    let sealed = cursor::seal(&ctx.settings.seal, &print(ctx.tenant), &id);
    format!("{}.{sealed}", ctx.tenant.uuid().simple())
}

/// Whom a token was made for, and the context of the program there.
async fn holder(
    db: &Db,
    token: &str,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<(Ctx, MessageDeliveryId, Mailed)> {
    let unknown = || NOT_FOUND.problem();
    let (tenant, sealed) = token.split_once('.').ok_or_else(unknown)?;
    let tenant = TenantId::from(Uuid::try_parse(tenant).map_err(|_| unknown())?);
    let nobody = Uuid::nil().into();
    let ctx = bootstrap::as_program(db, tenant, nobody, now, request_id).await?;
    let forged = |_: Problem| NOT_FOUND.problem();
    let id: MessageDeliveryId =
        cursor::open(&ctx.settings.seal, &print(tenant), sealed).map_err(forged)?;
    let found = db.read(tenant, async |tx| mailed(tx, id).await).await?.ok_or_else(unknown)?;
    let ctx = Ctx { actor: Actor::system(found.created_by).into(), ..ctx };
    Ok((Ctx { source: "unsubscribe".into(), ..ctx }, id, found))
}

/// Whether there is a delivery that the token was made for.
///
/// # Errors
/// `not_found`.
pub async fn known(db: &Db, token: &str, now: DateTime<Utc>, request_id: Arc<str>) -> Result<()> {
    holder(db, token, now, request_id).await.map(drop)
}

/// Withdraws the consent of whoever was written to, for the purpose of the message. Again is no harm.
///
/// # Errors
/// `not_found` for a token that was not made here.
pub async fn unsubscribe(
    db: &Db,
    token: &str,
    now: DateTime<Utc>,
    request_id: Arc<str>,
) -> Result<()> {
    let (ctx, id, found) = holder(db, token, now, request_id).await?;
    let work = async |tx: &mut Tx| {
        let who = (found.party_id, found.contact_id);
        let proof = format!("Unsubscribed by the link of message delivery {id}.");
        withdraw(tx, &ctx, who, (found.medium, &found.purpose), &proof).await?;
        note_unsubscribed(tx, id, now).await?;
        tx.execute(sql!(
            "INSERT INTO touches (tenant_id, source, event_id, kind, source_code_id, campaign_id,
                 recipient, party_id, occurred_at, received_at)
             SELECT $1, 'guanxi', $2, 'unsubscribed', source_code_id, campaign_id, person, party_id, $3, $3
             FROM message_deliveries WHERE tenant_id = $1 AND id = $4
             ON CONFLICT (tenant_id, source, event_id) DO NOTHING",
            format!("unsubscribed:{id}"),
            now,
            id
        ))
        .await
        .map(drop)
    };
    db.write(ctx.tenant, work).await
}

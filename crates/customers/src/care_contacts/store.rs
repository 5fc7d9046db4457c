//! Care contacts in the store. Nothing is decided here.

use super::CareContactId;
use crate::{assets::AssetId, care_plans::CarePlanId, parties::PartyId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Line, Result, UserId};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// The contacts about an asset that plans have called for and that are still to be made.
pub(super) async fn open_of_asset(tx: &mut Tx, asset: AssetId) -> Result<Vec<CareContactId>> {
    let sql = sql!(
        "SELECT id FROM care_contacts WHERE tenant_id = $1 AND asset_id = $2
             AND status IN ('planned', 'open') AND step IS NOT NULL ORDER BY id",
        asset
    );
    Ok(tx.all::<(CareContactId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// The contacts that somebody has to make with a customer and that are still to be made.
pub(super) async fn open_of_owner(
    tx: &mut Tx,
    party: PartyId,
    owner: UserId,
) -> Result<Vec<CareContactId>> {
    let sql = sql!(
        "SELECT id FROM care_contacts WHERE tenant_id = $1 AND party_id = $2 AND owner_id = $3
             AND status IN ('planned', 'open') AND deleted_at IS NULL ORDER BY id",
        party,
        owner
    );
    Ok(tx.all::<(CareContactId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether a step has an open contact about an asset.
pub(super) async fn has_open(
    tx: &mut Tx,
    plan: CarePlanId,
    step: &Line<100>,
    asset: AssetId,
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM care_contacts WHERE tenant_id = $1 AND care_plan_id = $2
             AND step = $3 AND asset_id = $4 AND status IN ('planned', 'open') LIMIT 1",
        plan,
        step.clone(),
        asset
    );
    tx.exists(sql).await
}

/// The contacts whose tasks are to be made now, with who gets them; those of deleted parties wait.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT c.id, c.owner_id FROM care_contacts c WHERE c.tenant_id = $1 AND c.status = 'planned'
             AND c.owner_id IS NOT NULL AND c.deleted_at IS NULL AND c.tell_at <= $2
             AND EXISTS (SELECT 1 FROM parties p WHERE p.tenant_id = $1 AND p.id = c.party_id
                 AND p.deleted_at IS NULL)
         ORDER BY c.tell_at, c.id LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// The task of a contact is made at that time at the earliest.
pub(super) async fn put_off(tx: &mut Tx, id: Uuid, to: DateTime<Utc>) -> Result<()> {
    let sql =
        sql!("UPDATE care_contacts SET tell_at = $3 WHERE tenant_id = $1 AND id = $2", id, to);
    tx.execute(sql).await.map(drop)
}

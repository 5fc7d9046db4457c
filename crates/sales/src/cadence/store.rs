//! For which opportunities visits are expected, and from when on those of the next week are due.

use crate::opportunities::{Opportunity, OpportunityId};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, sql};
use uuid::Uuid;

/// An opportunity has entered a stage that expects visits, in that version.
pub(super) async fn enter(tx: &mut Tx, one: &Opportunity) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO opportunity_cadences (tenant_id, opportunity_id, due_at, entry)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, opportunity_id) DO UPDATE SET entry = $4",
        one.meta.id,
        one.stage_entered_at,
        one.meta.version
    );
    tx.execute(upsert).await.map(drop)
}

/// The next visits are due then; the version in which the opportunity has entered its stage, if visits
/// are expected.
pub(super) async fn keep(
    tx: &mut Tx,
    id: OpportunityId,
    due_at: DateTime<Utc>,
) -> Result<Option<i64>> {
    let update = sql!(
        "UPDATE opportunity_cadences SET due_at = $3 WHERE tenant_id = $1 AND opportunity_id = $2
         RETURNING entry",
        id,
        due_at
    );
    Ok(tx.optional::<(i64,)>(update).await?.map(|(entry,)| entry))
}

/// No more visits are due.
pub(super) async fn forget(tx: &mut Tx, id: OpportunityId) -> Result<()> {
    let delete =
        sql!("DELETE FROM opportunity_cadences WHERE tenant_id = $1 AND opportunity_id = $2", id);
    tx.execute(delete).await.map(drop)
}

/// Opportunities whose next visits are due, with who controls them.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let select = sql!(
        "SELECT c.opportunity_id, o.owner_id FROM opportunity_cadences c
         JOIN opportunities o ON o.tenant_id = c.tenant_id AND o.id = c.opportunity_id
         WHERE c.tenant_id = $1 AND c.due_at <= $2 ORDER BY c.due_at, c.opportunity_id LIMIT $3",
        now,
        most
    );
    tx.all(select).await
}

/// Whether the next visits of an opportunity are due.
pub(super) async fn is_due(tx: &mut Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool> {
    let select = sql!(
        "SELECT CAST(1 AS BIGINT) FROM opportunity_cadences
         WHERE tenant_id = $1 AND opportunity_id = $2 AND due_at <= $3",
        id,
        now
    );
    tx.exists(select).await
}

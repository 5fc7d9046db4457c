//! Pools in the store. Nothing is decided here.

use super::{LeadPool, LeadPoolId};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use uuid::Uuid;

/// Replaces who may draw from a pool: those named, or everybody.
pub(super) async fn set_members(tx: &mut Tx, pool: &LeadPool) -> Result<()> {
    let id = pool.meta.id;
    let clear = sql!("DELETE FROM lead_pool_members WHERE tenant_id = $1 AND pool_id = $2", id);
    tx.execute(clear).await?;
    let units = pool.input.org_unit_ids.iter().map(|unit| (unit.uuid(), "unit"));
    let teams = pool.input.team_ids.iter().map(|team| (team.uuid(), "team"));
    let mut members: Vec<(Uuid, &str)> = units.chain(teams).collect();
    if members.is_empty() {
        members.push((id.uuid(), "everybody"));
    }
    let mut insert =
        Sql::new("INSERT INTO lead_pool_members (tenant_id, pool_id, member_id, kind) VALUES ");
    for (at, (member, kind)) in members.into_iter().enumerate() {
        insert.push(if at == 0 { "($1, " } else { ", ($1, " }).bind(id).push(", ");
        insert.bind(member).push(", ").bind(kind).push(")");
    }
    tx.execute(insert).await.map(drop)
}

/// Has every lead that is held of the pool looked at now.
pub(super) async fn look_again(tx: &mut Tx, id: LeadPoolId, now: DateTime<Utc>) -> Result<()> {
    let update =
        sql!("UPDATE lead_watch SET look_at = $3 WHERE tenant_id = $1 AND pool_id = $2", id, now);
    tx.execute(update).await.map(drop)
}

/// Whether a live lead names the pool.
pub(super) async fn is_used(tx: &mut Tx, id: LeadPoolId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM leads
         WHERE tenant_id = $1 AND pool_id = $2 AND deleted_at IS NULL LIMIT 1",
        id
    );
    tx.exists(sql).await
}

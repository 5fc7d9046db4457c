//! Steps of roll-outs in the store. Nothing is decided here.

use super::{
    model::RolloutStepId,
    parts::{RolloutStepStatus, StepResponsibility, accountable},
};
use crate::rollouts::RolloutId;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{OrgUnitId, Result, UserId};
use guanxi_storage::{Sql, Tx, expansion::Json, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A step as its roll-out sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(crate) struct StepLine {
    pub(crate) id: RolloutStepId,
    pub(crate) code: String,
    pub(crate) name: String,
    pub(crate) name_zh: Option<String>,
    pub(crate) position: i64,
    pub(crate) status: RolloutStepStatus,
    pub(crate) planned_on: Option<NaiveDate>,
    pub(crate) limit_hours: Option<i64>,
    pub(crate) responsibilities: Json<Vec<StepResponsibility>>,
}

impl StepLine {
    /// Whether it is known by when it is due.
    pub(crate) fn is_planned(&self) -> bool {
        self.planned_on.is_some() || self.limit_hours.is_some()
    }

    /// The department that answers for it.
    pub(crate) fn accountable(&self) -> Option<OrgUnitId> {
        accountable(&self.responsibilities.0)
    }
}

/// The steps of a roll-out, in order.
pub(crate) async fn lines(tx: &mut Tx, rollout: RolloutId) -> Result<Vec<StepLine>> {
    let sql = sql!(
        "SELECT id, code, name, name_zh, position, status, planned_on, limit_hours, responsibilities
         FROM rollout_steps WHERE tenant_id = $1 AND rollout_id = $2 AND deleted_at IS NULL
         ORDER BY position",
        rollout
    );
    tx.all(sql).await
}

/// Which of these departments are there.
pub(super) async fn live_units(
    tx: &mut Tx,
    units: &BTreeSet<OrgUnitId>,
) -> Result<BTreeSet<OrgUnitId>> {
    let mut sql =
        Sql::new("SELECT id FROM org_units WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ");
    sql.bind_all(units.iter().copied());
    Ok(tx.all::<(OrgUnitId,)>(sql).await?.into_iter().map(|row| row.0).collect())
}

/// Steps of which somebody is to be told that they are overdue, each with its owner.
pub(super) async fn due(tx: &mut Tx, now: DateTime<Utc>, most: i64) -> Result<Vec<(Uuid, UserId)>> {
    let sql = sql!(
        "SELECT id, COALESCE(owner_id, created_by) FROM rollout_steps
         WHERE tenant_id = $1 AND remind_at IS NOT NULL AND remind_at <= $2 AND deleted_at IS NULL
         ORDER BY remind_at, id LIMIT $3",
        now,
        most
    );
    tx.all(sql).await
}

/// A step is looked at then, or no more.
pub(super) async fn look_at(
    tx: &mut Tx,
    id: RolloutStepId,
    at: Option<DateTime<Utc>>,
) -> Result<()> {
    let sql =
        sql!("UPDATE rollout_steps SET remind_at = $3 WHERE tenant_id = $1 AND id = $2", id, at);
    tx.execute(sql).await.map(drop)
}

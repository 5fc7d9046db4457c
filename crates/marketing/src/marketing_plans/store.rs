//! Plans, their campaigns and allocations in the store. Nothing is decided here.

use super::{
    model::MarketingPlanId,
    parts::{AllocatedBy, AllocatedOver, MarketingPlanPart},
};
use crate::{
    campaigns::{BudgetLine, CampaignId, CampaignState, Objective},
    media::MediumId,
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Sql, Tx, error::corrupt, sql};
use sqlx::types::Json;
use uuid::Uuid;

/// What a plan may cost and whether it may be more, kept from others until the transaction ends.
pub(super) async fn lock(tx: &mut Tx, id: MarketingPlanId) -> Result<Option<(i64, bool)>> {
    let mut sql = Sql::new(
        "SELECT budget_minor, allows_overrun FROM marketing_plans WHERE tenant_id = $1 AND id = ",
    );
    sql.bind(id).push(tx.for_update());
    tx.optional(sql).await
}

/// What the campaigns of a plan, but for one, take of its budget, and how many they are. One that was
/// cancelled takes what was spent on it.
pub(super) async fn taken(
    tx: &mut Tx,
    id: MarketingPlanId,
    besides: Option<CampaignId>,
) -> Result<(i64, i64)> {
    let mut sql = Sql::new(
        "SELECT CAST(COALESCE(SUM(CASE WHEN state = 'cancelled' THEN COALESCE(spent_minor, 0)
             ELSE COALESCE(budget_minor, 0) END), 0) AS BIGINT), COUNT(*) FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND marketing_plan_id = ",
    );
    sql.bind(id);
    if let Some(besides) = besides {
        sql.push(" AND id <> ").bind(besides);
    }
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

/// Whether a campaign of a plan begins outside these days.
pub(super) async fn begins_outside(
    tx: &mut Tx,
    id: MarketingPlanId,
    (from, to): (NaiveDate, NaiveDate),
) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND marketing_plan_id = $2
             AND (starts_on < $3 OR starts_on > $4) LIMIT 1",
        id,
        from,
        to
    );
    tx.exists(sql).await
}

/// Whether a campaign names the plan.
pub(super) async fn is_used(tx: &mut Tx, id: MarketingPlanId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND marketing_plan_id = $2 LIMIT 1",
        id
    );
    tx.exists(sql).await
}

/// A campaign as its plan sees it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Planned {
    pub(super) id: CampaignId,
    pub(super) name: String,
    pub(super) kind: Option<String>,
    pub(super) state: CampaignState,
    pub(super) starts_on: NaiveDate,
    pub(super) budget_minor: Option<i64>,
    pub(super) spent_minor: Option<i64>,
    pub(super) objectives: Json<Vec<Objective>>,
    pub(super) media_ids: Json<Vec<MediumId>>,
    pub(super) budget_lines: Json<Vec<BudgetLine>>,
}

/// The campaigns of a plan in the order of their first days.
pub(super) async fn campaigns(tx: &mut Tx, id: MarketingPlanId) -> Result<Vec<Planned>> {
    let sql = sql!(
        "SELECT id, name, kind, state, starts_on, budget_minor, spent_minor, objectives, media_ids,
             budget_lines
         FROM campaigns WHERE tenant_id = $1 AND deleted_at IS NULL AND marketing_plan_id = $2
         ORDER BY starts_on, id LIMIT $3",
        id,
        super::room::MOST
    );
    tx.all(sql).await
}

/// The results that were entered for the campaigns of a plan by metric: numbers and minor units.
pub(super) async fn entered(tx: &mut Tx, id: MarketingPlanId) -> Result<Vec<(String, i64, i64)>> {
    let sql = sql!(
        "SELECT r.metric, CAST(COALESCE(SUM(r.value), 0) AS BIGINT),
             CAST(COALESCE(SUM(r.amount_minor), 0) AS BIGINT)
         FROM campaign_results r
         JOIN campaigns p ON p.tenant_id = r.tenant_id AND p.id = r.campaign_id
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND p.deleted_at IS NULL
             AND p.marketing_plan_id = $2
         GROUP BY r.metric ORDER BY r.metric",
        id
    );
    tx.all(sql).await
}

/// What was spent on the campaigns of a plan by medium or by source code.
pub(super) async fn spent_by(
    tx: &mut Tx,
    id: MarketingPlanId,
    column: &'static str,
) -> Result<Vec<(Option<Uuid>, i64)>> {
    let mut sql = Sql::new("SELECT e.");
    sql.push(column).push(
        ", CAST(COALESCE(SUM(e.amount_minor), 0) AS BIGINT) FROM campaign_expenses e
         JOIN campaigns p ON p.tenant_id = e.tenant_id AND p.id = e.campaign_id
         WHERE e.tenant_id = $1 AND e.deleted_at IS NULL AND p.deleted_at IS NULL
             AND p.marketing_plan_id = ",
    );
    sql.bind(id).push(" GROUP BY e.").push(column);
    tx.all(sql).await
}

/// The names of these media, in the order of their codes.
pub(super) async fn media(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut sql = Sql::new("SELECT id, name FROM media WHERE tenant_id = $1 AND id IN ");
    sql.bind_all(ids.iter().copied()).push(" ORDER BY code, id");
    tx.all(sql).await
}

/// The source codes in use of the campaigns of a plan that were not cancelled, in order.
pub(super) async fn codes(
    tx: &mut Tx,
    id: MarketingPlanId,
    most: i64,
) -> Result<Vec<(Uuid, String)>> {
    let sql = sql!(
        "SELECT s.id, s.code FROM source_codes s
         JOIN campaigns p ON p.tenant_id = s.tenant_id AND p.id = s.campaign_id
         WHERE s.tenant_id = $1 AND s.deleted_at IS NULL AND s.active = TRUE AND p.deleted_at IS NULL
             AND p.state <> 'cancelled' AND p.marketing_plan_id = $2
         ORDER BY s.code, s.id LIMIT $3",
        id,
        most
    );
    tx.all(sql).await
}

/// The codes of these.
pub(super) async fn codes_of(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<(Uuid, String)>> {
    let mut sql = Sql::new("SELECT id, code FROM source_codes WHERE tenant_id = $1 AND id IN ");
    sql.bind_all(ids.iter().copied()).push(" ORDER BY code, id");
    tx.all(sql).await
}

/// An allocation as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Kept {
    pub(super) number: i64,
    pub(super) allocated_over: AllocatedOver,
    pub(super) allocated_by: AllocatedBy,
    pub(super) window_from: Option<NaiveDate>,
    pub(super) window_to: Option<NaiveDate>,
    pub(super) budget_minor: i64,
    pub(super) parts: Json<Vec<MarketingPlanPart>>,
    pub(super) reason: String,
    pub(super) author_id: UserId,
    pub(super) made_at: DateTime<Utc>,
}

const KEPT: &str = "SELECT number, allocated_over, allocated_by, window_from, window_to, budget_minor,
    parts, reason, author_id, made_at FROM marketing_plan_allocations WHERE tenant_id = $1 AND plan_id = ";

/// Keeps an allocation; it never changes.
pub(super) async fn keep(
    tx: &mut Tx,
    id: MarketingPlanId,
    currency: &str,
    one: &Kept,
) -> Result<()> {
    let parts = serde_json::to_value(&one.parts.0).map_err(corrupt)?;
    let sql = sql!(
        "INSERT INTO marketing_plan_allocations (tenant_id, plan_id, number, allocated_over, allocated_by,
             window_from, window_to, budget_minor, currency, parts, reason, author_id, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        id,
        one.number,
        one.allocated_over,
        one.allocated_by,
        one.window_from,
        one.window_to,
        one.budget_minor,
        currency,
        parts,
        one.reason.clone(),
        one.author_id,
        one.made_at
    );
    tx.execute(sql).await.map(drop)
}

/// The allocations of a plan, the last first.
pub(super) async fn kept(tx: &mut Tx, id: MarketingPlanId, most: i64) -> Result<Vec<Kept>> {
    let mut sql = Sql::new(KEPT);
    sql.bind(id).push(" ORDER BY number DESC LIMIT ").bind(most);
    tx.all(sql).await
}

/// The allocation over these that is in force.
pub(super) async fn in_force(
    tx: &mut Tx,
    id: MarketingPlanId,
    over: AllocatedOver,
) -> Result<Option<Kept>> {
    let mut sql = Sql::new(KEPT);
    sql.bind(id).push(" AND allocated_over = ").bind(over);
    sql.push(" ORDER BY number DESC LIMIT 1");
    tx.optional(sql).await
}

//! Evaluations in the store. Nothing is decided here.

use super::indicators::CampaignEvaluationPart;
use crate::campaigns::{CampaignId, Figures};
use chrono::{DateTime, Utc};
use guanxi_kernel::{Result, UserId};
use guanxi_storage::{Tx, error::corrupt, sql};
use sqlx::types::Json;
use uuid::Uuid;

/// An evaluation as it is kept.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Kept {
    pub(super) number: i64,
    pub(super) template_id: Option<Uuid>,
    pub(super) template_version: Option<i64>,
    pub(super) figures: Json<Figures>,
    pub(super) budget_minor: i64,
    pub(super) parts: Json<Vec<CampaignEvaluationPart>>,
    pub(super) score: i64,
    pub(super) author_id: UserId,
    pub(super) made_at: DateTime<Utc>,
}

/// Keeps an evaluation; it never changes.
pub(super) async fn keep(tx: &mut Tx, id: CampaignId, one: &Kept) -> Result<()> {
    let figures = serde_json::to_value(&one.figures.0).map_err(corrupt)?;
    let parts = serde_json::to_value(&one.parts.0).map_err(corrupt)?;
    let sql = sql!(
        "INSERT INTO campaign_evaluations (tenant_id, campaign_id, number, template_id, template_version,
             figures, budget_minor, parts, score, author_id, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        id,
        one.number,
        one.template_id,
        one.template_version,
        figures,
        one.budget_minor,
        parts,
        one.score,
        one.author_id,
        one.made_at
    );
    tx.execute(sql).await.map(drop)
}

/// The evaluations of a campaign, the last first.
pub(super) async fn kept(tx: &mut Tx, id: CampaignId, most: i64) -> Result<Vec<Kept>> {
    let sql = sql!(
        "SELECT number, template_id, template_version, figures, budget_minor, parts, score, author_id, made_at
         FROM campaign_evaluations WHERE tenant_id = $1 AND campaign_id = $2
         ORDER BY number DESC LIMIT $3",
        id,
        most
    );
    tx.all(sql).await
}

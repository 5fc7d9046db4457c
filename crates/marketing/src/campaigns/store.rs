//! Campaigns in the store. Nothing is decided here.

use super::model::CampaignId;
use chrono::NaiveDate;
use guanxi_kernel::{Line, Result};
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Whether another live campaign has the number.
pub(super) async fn has_number(tx: &mut Tx, number: &Line<40>, of: CampaignId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND number = $2 AND id <> $3 LIMIT 1",
        number.clone(),
        of
    );
    tx.exists(sql).await
}

/// Which of these products there are.
pub(super) async fn products(tx: &mut Tx, ids: &[Uuid]) -> Result<BTreeSet<Uuid>> {
    let mut sql =
        Sql::new("SELECT id FROM products WHERE tenant_id = $1 AND deleted_at IS NULL AND id IN ");
    sql.bind_all(ids.iter().copied());
    Ok(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Whether something names the campaign.
pub(super) async fn is_used(tx: &mut Tx, id: CampaignId) -> Result<bool> {
    let sql = sql!(
        "SELECT CAST(1 AS BIGINT) WHERE
             EXISTS (SELECT 1 FROM source_codes c WHERE c.tenant_id = $1 AND c.campaign_id = $2
                 AND c.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM campaign_members m WHERE m.tenant_id = $1
                 AND m.campaign_id = $2 AND m.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM campaign_expenses e WHERE e.tenant_id = $1
                 AND e.campaign_id = $2 AND e.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM messages s WHERE s.tenant_id = $1
                 AND s.campaign_id = $2 AND s.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM responses r WHERE r.tenant_id = $1 AND r.campaign_id = $2
                 AND r.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM walk_ins w WHERE w.tenant_id = $1 AND w.campaign_id = $2
                 AND w.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM health_checks h WHERE h.tenant_id = $1 AND h.campaign_id = $2
                 AND h.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM offers o WHERE o.tenant_id = $1 AND o.campaign_id = $2
                 AND o.deleted_at IS NULL)
             OR EXISTS (SELECT 1 FROM campaign_links l WHERE l.tenant_id = $1
                 AND l.campaign_id = $2)",
        id
    );
    tx.exists(sql).await
}

/// What was spent on a campaign by budget line; those of no line have none.
pub(super) async fn spent(tx: &mut Tx, id: CampaignId) -> Result<Vec<(Option<i64>, i64)>> {
    let sql = sql!(
        "SELECT budget_line, CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM campaign_expenses
         WHERE tenant_id = $1 AND campaign_id = $2 AND deleted_at IS NULL
         GROUP BY budget_line ORDER BY budget_line",
        id
    );
    tx.all(sql).await
}

/// The results that were entered for a campaign by metric: numbers and minor units.
pub(super) async fn entered(tx: &mut Tx, id: CampaignId) -> Result<Vec<(String, i64, i64)>> {
    let sql = sql!(
        "SELECT metric, CAST(COALESCE(SUM(value), 0) AS BIGINT),
             CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT)
         FROM campaign_results WHERE tenant_id = $1 AND campaign_id = $2 AND deleted_at IS NULL
         GROUP BY metric ORDER BY metric",
        id
    );
    tx.all(sql).await
}

/// How many tasks about a campaign there are, and how many of them are done; those that were given up
/// do not count.
pub(super) async fn tasks(tx: &mut Tx, id: CampaignId) -> Result<(i64, i64)> {
    let sql = sql!(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN status = 'done' THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM tasks WHERE tenant_id = $1 AND subject_type = 'campaign' AND subject_id = $2
             AND status <> 'cancelled' AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

/// The campaigns whose days overlap a range, the first first.
pub(super) async fn overlapping(
    tx: &mut Tx,
    (from, to): (NaiveDate, NaiveDate),
    most: i64,
) -> Result<Vec<(CampaignId, String, String, NaiveDate, NaiveDate, Uuid)>> {
    let sql = sql!(
        "SELECT id, name, state, starts_on, ends_on, owner_id FROM campaigns
         WHERE tenant_id = $1 AND deleted_at IS NULL AND starts_on <= $3 AND ends_on >= $2
             AND state <> 'cancelled'
         ORDER BY starts_on, id LIMIT $4",
        from,
        to,
        most
    );
    tx.all(sql).await
}

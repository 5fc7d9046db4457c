//! The figures of all campaigns of a plan together. Money is divided among campaigns already; whoever and
//! whatever belongs to several of them counts once.
//!
//! Price: counts of a plan may be less than the sum of those of its campaigns.

use super::figures::{Figures, MARGIN, contracts, narrow, opportunities, ours};
use crate::marketing_plans::MarketingPlanId;
use guanxi_kernel::{Currency, Result};
use guanxi_storage::{Sql, Tx, filter::condition::Ids};

const OF_PLAN: &str = " JOIN campaigns p ON p.tenant_id = l.tenant_id AND p.id = l.campaign_id
         AND p.deleted_at IS NULL";

/// The figures of the campaigns of a plan together, from those of each, all in `currency`; of these parties where
/// any are named.
///
/// # Errors
/// Those of the store.
pub(crate) async fn together(
    tx: &mut Tx,
    plan: MarketingPlanId,
    (currency, parties): (Currency, Option<&Ids>),
    each: impl Iterator<Item = Figures>,
) -> Result<Figures> {
    let mut sum = Figures::none(currency);
    for one in each {
        sum.add(&one).map_err(ours)?;
    }
    let mut responders = Sql::new(
        "SELECT COUNT(DISTINCT r.responder) FROM responses r
         JOIN campaigns p ON p.tenant_id = r.tenant_id AND p.id = r.campaign_id
         WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND p.deleted_at IS NULL
             AND p.marketing_plan_id = ",
    );
    responders.bind(plan);
    narrow(&mut responders, "r.party_id", parties);
    sum.responders = count(tx, responders).await?;
    let mut sql = Sql::new("SELECT COUNT(DISTINCT o.id) FROM campaign_links l");
    sql.push(OF_PLAN);
    opportunities(&mut sql, None);
    sql.push(
        " WHERE l.tenant_id = $1 AND l.subject_type = 'opportunity' AND p.marketing_plan_id = ",
    );
    sql.bind(plan);
    narrow(&mut sql, "o.party_id", parties);
    sum.opportunities = count(tx, sql).await?;
    let mut sql = Sql::new("SELECT COUNT(DISTINCT c.id), COUNT(DISTINCT CASE WHEN ");
    sql.push(MARGIN).push(" IS NULL THEN c.id END) FROM campaign_links l");
    sql.push(OF_PLAN);
    contracts(&mut sql, None);
    sql.push(" WHERE l.tenant_id = $1 AND l.subject_type = 'contract' AND p.marketing_plan_id = ");
    sql.bind(plan);
    narrow(&mut sql, "c.party_id", parties);
    let counts = tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default();
    (sum.contracts, sum.contracts_without_cost) = counts;
    Ok(sum)
}

async fn count(tx: &mut Tx, sql: Sql) -> Result<i64> {
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

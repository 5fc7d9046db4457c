//! Which opportunities and contracts come from which campaigns, and with which weights. They say it
//! themselves; whoever saves one calls [`follow`] or [`add_new`].
//!
//! The weights are one whole. As the field belongs to the opportunity or contract, links have the rights,
//! events and checks of the record; the table made of it makes sums over campaigns one grouped statement,
//! and only what is shared is divided one by one. Ids from before there were campaigns stay as they are and
//! count for none.

use super::{
    model::{Campaign, CampaignId},
    parts::CampaignWeight,
};
use guanxi_kernel::{Ctx, Result, Share};
use guanxi_storage::{Sql, Tx, resource, sql};
use uuid::Uuid;

/// Links that are listed at most.
const MOST: i64 = 10_000;

/// What comes from campaigns: what it is, and its weights in ten-thousandths, together one whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// The record.
    pub id: Uuid,
    /// Its campaigns with their weights.
    pub shares: Vec<(CampaignId, i64)>,
}

impl Linked {
    /// What a record says of its campaigns: by weights, else by one campaign; nothing while it is deleted.
    pub fn new(
        id: Uuid,
        campaign: Option<CampaignId>,
        weights: &[CampaignWeight],
        alive: bool,
    ) -> Self {
        let mut shares: Vec<(CampaignId, i64)> =
            weights.iter().map(|one| (one.campaign, one.weight.ten_thousandths())).collect();
        if shares.is_empty() {
            shares.extend(campaign.map(|one| (one, Share::ONE.ten_thousandths())));
        }
        if !alive {
            shares.clear();
        }
        Self { id, shares }
    }
}

/// A link of a campaign.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Link {
    /// `opportunity` or `contract`.
    pub subject_type: String,
    /// The record.
    pub subject_id: Uuid,
    /// How much of it comes from the campaign, in ten-thousandths.
    pub weight: i64,
}

/// Keeps what a record of that kind says of its campaigns, if it is something else than before.
///
/// # Errors
/// Those of the store.
pub async fn follow(
    tx: &mut Tx,
    kind: &'static str,
    now: Linked,
    before: Option<Linked>,
) -> Result<()> {
    if before.as_ref() == Some(&now) {
        return Ok(());
    }
    if before.is_some_and(|before| !before.shares.is_empty()) {
        let delete = sql!(
            "DELETE FROM campaign_links WHERE tenant_id = $1 AND subject_type = $2 AND subject_id = $3",
            kind,
            now.id
        );
        tx.execute(delete).await?;
    }
    add_new(tx, kind, &[now]).await
}

/// Keeps what new records of that kind say of their campaigns. Ids of campaigns from before there were
/// any name nothing and are passed over.
///
/// # Errors
/// Those of the store.
pub async fn add_new(tx: &mut Tx, kind: &'static str, linked: &[Linked]) -> Result<()> {
    for one in linked {
        for (place, (campaign, weight)) in (0_i64..).zip(&one.shares) {
            let mut insert = Sql::new(
                "INSERT INTO campaign_links (tenant_id, campaign_id, subject_type, subject_id, place, weight)
                 SELECT c.tenant_id, c.id, ",
            );
            insert.bind(kind).push(", ").bind(one.id).push(", ").bind(place).push(", ");
            insert.bind(*weight).push(" FROM campaigns c WHERE c.tenant_id = $1 AND c.id = ");
            insert.bind(*campaign);
            tx.execute(insert).await?;
        }
    }
    Ok(())
}

/// What comes from a campaign, by kind and id; the first ten thousand.
///
/// # Errors
/// `not_found`, `forbidden`.
pub async fn list(tx: &mut Tx, ctx: &Ctx, id: CampaignId) -> Result<Vec<Link>> {
    resource::load::<Campaign>(tx, ctx, id.uuid()).await?;
    let sql = sql!(
        "SELECT subject_type, subject_id, weight FROM campaign_links
         WHERE tenant_id = $1 AND campaign_id = $2 ORDER BY subject_type, subject_id LIMIT $3",
        id,
        MOST
    );
    tx.all(sql).await
}

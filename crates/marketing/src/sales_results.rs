//! What field sales came to with those whom marketing has handed over: told by sales, and shown at the
//! answer, the member of the campaign and the source code that it came from.

use crate::{
    campaign_members::{CampaignMember, CampaignMemberId},
    campaigns::CampaignId,
    responses::{Response, ResponseId},
    source_codes::SourceCodeId,
};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Result};
use guanxi_storage::{Sql, Tx, resource, sql};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

guanxi_kernel::words! {
    /// What field sales came to with somebody.
    pub enum SalesResult {
        /// They have bought.
        Bought = "bought" ("Bought", "已成交"),
        /// They have not.
        NotBought = "not_bought" ("Not bought", "未成交"),
        /// They were given back, not yet ripe.
        Returned = "returned" ("Given back", "已退回"),
        /// They were not accepted.
        Refused = "refused" ("Refused", "已拒绝"),
    }
}

/// How often it came to that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct SalesResultCount {
    /// What.
    pub result: SalesResult,
    /// How often.
    pub count: i64,
}

/// Answers of one lead that are told at most, the oldest.
const MOST: i64 = 100;

/// Notes what sales came to with a lead, at the answers that it came from and the members of campaigns who
/// gave them; where it came from no answer, at the member that its party is. The right on these is not asked
/// for: whoever calls it has answered for the lead.
///
/// # Errors
/// Those of the store.
pub async fn told(
    tx: &mut Tx,
    ctx: &Ctx,
    lead: Uuid,
    (campaign, party): (Option<CampaignId>, Option<PartyId>),
    result: SalesResult,
) -> Result<()> {
    let system = ctx.on_behalf();
    let answers = answers(tx, lead).await?;
    let mut members: BTreeSet<CampaignMemberId> =
        answers.iter().filter_map(|(_, member)| *member).collect();
    if let (Some(campaign), Some(party), true) = (campaign, party, answers.is_empty()) {
        members.extend(member(tx, campaign, party).await?);
    }
    for (id, _) in answers {
        let note = |one: &mut Response| {
            (one.sales_result, one.sales_result_at) = (Some(result), Some(ctx.now));
            Ok(())
        };
        resource::change(tx, &system, id.uuid(), "resulted", note).await?;
    }
    for id in members {
        let note = |one: &mut CampaignMember| {
            (one.sales_result, one.sales_result_at) = (Some(result), Some(ctx.now));
            Ok(())
        };
        resource::change(tx, &system, id.uuid(), "resulted", note).await?;
    }
    Ok(())
}

/// The live answers that have become a lead, each with the live member who gave it.
async fn answers(tx: &mut Tx, lead: Uuid) -> Result<Vec<(ResponseId, Option<CampaignMemberId>)>> {
    let sql = sql!(
        "SELECT r.id, m.id FROM responses r
         JOIN campaigns c ON c.tenant_id = r.tenant_id AND c.id = r.campaign_id
             AND c.deleted_at IS NULL
         LEFT JOIN campaign_members m ON m.tenant_id = r.tenant_id AND m.id = r.member_id
             AND m.deleted_at IS NULL
         WHERE r.tenant_id = $1 AND r.lead_id = $2 AND r.deleted_at IS NULL
         ORDER BY r.created_at, r.id LIMIT $3",
        lead,
        MOST
    );
    tx.all(sql).await
}

/// The live member of a campaign that a party is: the party as such, else any contact of it.
async fn member(
    tx: &mut Tx,
    campaign: CampaignId,
    party: PartyId,
) -> Result<Option<CampaignMemberId>> {
    let sql = sql!(
        "SELECT m.id FROM campaign_members m
         JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
             AND c.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.campaign_id = $2 AND m.party_id = $3 AND m.deleted_at IS NULL
         ORDER BY CASE WHEN m.contact_id IS NULL THEN 0 ELSE 1 END, m.id LIMIT 1",
        campaign,
        party
    );
    Ok(tx.optional::<(CampaignMemberId,)>(sql).await?.map(|(id,)| id))
}

/// What sales came to with the leads that each of these codes has brought.
pub(crate) async fn of_codes(
    tx: &mut Tx,
    codes: impl IntoIterator<Item = SourceCodeId>,
) -> Result<BTreeMap<SourceCodeId, Vec<SalesResultCount>>> {
    let mut sql = Sql::new(
        "SELECT source_code_id, result, COUNT(*) FROM field_handovers
         WHERE tenant_id = $1 AND deleted_at IS NULL AND result IS NOT NULL AND source_code_id IN ",
    );
    sql.bind_all(codes).push(" GROUP BY source_code_id, result ORDER BY source_code_id, result");
    let mut counts: BTreeMap<SourceCodeId, Vec<SalesResultCount>> = BTreeMap::new();
    for (code, result, count) in tx.all::<(SourceCodeId, SalesResult, i64)>(sql).await? {
        counts.entry(code).or_default().push(SalesResultCount { result, count });
    }
    Ok(counts)
}

//! Members in the store. Nothing is decided here.

use super::{CampaignMember, CampaignMemberId, CampaignMemberStatus};
use crate::{campaigns::CampaignId, experiments::ExperimentId, source_codes::SourceCodeId};
use guanxi_customers::{contacts::ContactId, parties::PartyId};
use guanxi_kernel::Result;
use guanxi_storage::{Sql, Tx, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whether another live member of the campaign is the same person, or the same party as such.
pub(super) async fn is_member(tx: &mut Tx, one: &CampaignMember) -> Result<bool> {
    let mut sql = sql!(
        "SELECT CAST(1 AS BIGINT) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND id <> $3 AND deleted_at IS NULL",
        one.input.campaign_id,
        one.meta.id
    );
    match one.input.contact_id {
        Some(contact) => sql.push(" AND contact_id = ").bind(contact),
        None => sql.push(" AND contact_id IS NULL AND party_id = ").bind(one.input.party_id),
    };
    sql.push(" LIMIT 1");
    tx.exists(sql).await
}

/// A member, and how far it has come.
pub(super) type Standing = (CampaignMemberId, CampaignMemberStatus);

/// The members, in the same campaigns, that two parties are as such.
pub(super) async fn parties_twice(
    tx: &mut Tx,
    ours: Uuid,
    theirs: Uuid,
) -> Result<Vec<(Standing, Standing)>> {
    let sql = sql!(
        "SELECT o.id, o.status, t.id, t.status FROM campaign_members t
         JOIN campaign_members o ON o.tenant_id = t.tenant_id AND o.campaign_id = t.campaign_id
             AND o.party_id = $2 AND o.contact_id IS NULL AND o.deleted_at IS NULL
         WHERE t.tenant_id = $1 AND t.party_id = $3 AND t.contact_id IS NULL
             AND t.deleted_at IS NULL ORDER BY t.id",
        ours,
        theirs
    );
    tx.all(sql).await.map(paired)
}

/// The members, in the same campaigns, that two contacts are.
pub(super) async fn contacts_twice(
    tx: &mut Tx,
    ours: Uuid,
    theirs: Uuid,
) -> Result<Vec<(Standing, Standing)>> {
    let sql = sql!(
        "SELECT o.id, o.status, t.id, t.status FROM campaign_members t
         JOIN campaign_members o ON o.tenant_id = t.tenant_id AND o.campaign_id = t.campaign_id
             AND o.contact_id = $2 AND o.deleted_at IS NULL
         WHERE t.tenant_id = $1 AND t.contact_id = $3 AND t.deleted_at IS NULL ORDER BY t.id",
        ours,
        theirs
    );
    tx.all(sql).await.map(paired)
}

/// A row of each two.
type Both = (CampaignMemberId, CampaignMemberStatus, CampaignMemberId, CampaignMemberStatus);

fn paired(rows: Vec<Both>) -> Vec<(Standing, Standing)> {
    rows.into_iter().map(|(ours, one, theirs, other)| ((ours, one), (theirs, other))).collect()
}

/// How many live members a campaign has.
pub(super) async fn count(tx: &mut Tx, id: CampaignId) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND deleted_at IS NULL",
        id
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// How many live members of a campaign have a seat, and how many wait for one.
pub(crate) async fn seated_and_waiting(tx: &mut Tx, id: CampaignId) -> Result<(i64, i64)> {
    let sql = sql!(
        "SELECT COUNT(CASE WHEN status <> 'waiting' THEN 1 END),
             COUNT(CASE WHEN status = 'waiting' THEN 1 END) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND deleted_at IS NULL
             AND status IN ('registered', 'attended', 'waiting')",
        id
    );
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

/// How many live members of a campaign other than that one have a seat.
pub(super) async fn seated_others(
    tx: &mut Tx,
    id: CampaignId,
    but: CampaignMemberId,
) -> Result<i64> {
    let sql = sql!(
        "SELECT COUNT(*) FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND id <> $3 AND deleted_at IS NULL
             AND status IN ('registered', 'attended')",
        id,
        but
    );
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Who waits for a seat, the longest first.
pub(super) async fn waiting(
    tx: &mut Tx,
    id: CampaignId,
    most: i64,
) -> Result<Vec<CampaignMemberId>> {
    let sql = sql!(
        "SELECT id FROM campaign_members
         WHERE tenant_id = $1 AND campaign_id = $2 AND status = 'waiting' AND deleted_at IS NULL
         ORDER BY waiting_since, id LIMIT $3",
        id,
        most
    );
    Ok(tx.all::<(CampaignMemberId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// By which code each of these is addressed.
pub(super) async fn codes_of(
    tx: &mut Tx,
    records: &[CampaignMember],
) -> Result<BTreeMap<CampaignMemberId, SourceCodeId>> {
    let mut found = BTreeMap::new();
    let mut by_campaign: BTreeMap<CampaignId, Vec<CampaignMemberId>> = BTreeMap::new();
    for one in records {
        if let Some(campaign) = one.input.campaign_id {
            by_campaign.entry(campaign).or_default().push(one.meta.id);
        }
    }
    for (campaign, ids) in by_campaign {
        let mut sql = Sql::new(
            "SELECT member_id, source_code_id FROM source_code_assignments
             WHERE tenant_id = $1 AND campaign_id = ",
        );
        sql.bind(campaign).push(" AND member_id IN ").bind_all(ids);
        found.extend(tx.all::<(CampaignMemberId, SourceCodeId)>(sql).await?);
    }
    Ok(found)
}

/// A member that is in an arm of the experiment of its campaign.
#[derive(Debug, Clone, Copy, sqlx::FromRow)]
pub(super) struct InArm {
    pub(super) id: CampaignMemberId,
    pub(super) party_id: PartyId,
    pub(super) experiment_id: ExperimentId,
    pub(super) arm: i64,
}

/// In which arms these are, those who are in any.
pub(super) async fn in_arms(tx: &mut Tx, records: &[CampaignMember]) -> Result<Vec<InArm>> {
    let mut sql = Sql::new(
        "SELECT m.id, m.party_id, e.experiment_id, e.arm FROM campaign_members m
         JOIN campaigns c ON c.tenant_id = m.tenant_id AND c.id = m.campaign_id
         JOIN experiment_assignments e ON e.tenant_id = m.tenant_id
             AND e.experiment_id = c.experiment_id AND e.party_id = m.party_id
         WHERE m.tenant_id = $1 AND m.id IN ",
    );
    sql.bind_all(records.iter().map(|one| one.meta.id));
    tx.all(sql).await
}

/// By which code a member is addressed.
pub(crate) async fn code_of(
    tx: &mut Tx,
    campaign: CampaignId,
    member: CampaignMemberId,
) -> Result<Option<SourceCodeId>> {
    let sql = sql!(
        "SELECT source_code_id FROM source_code_assignments
         WHERE tenant_id = $1 AND campaign_id = $2 AND member_id = $3",
        campaign,
        member
    );
    Ok(tx.optional::<(SourceCodeId,)>(sql).await?.map(|(id,)| id))
}

/// The live member of a campaign that a contact or a party is: the contact first, then the party as such,
/// then any contact of it.
pub(crate) async fn member_of(
    tx: &mut Tx,
    campaign: CampaignId,
    party: PartyId,
    contact: Option<ContactId>,
) -> Result<Option<CampaignMemberId>> {
    let mut sql = sql!(
        "SELECT id FROM campaign_members WHERE tenant_id = $1 AND campaign_id = $2
             AND party_id = $3 AND deleted_at IS NULL",
        campaign,
        party
    );
    match contact {
        Some(contact) => {
            sql.push(" AND (contact_id IS NULL OR contact_id = ").bind(contact);
            sql.push(") ORDER BY CASE WHEN contact_id IS NULL THEN 1 ELSE 0 END, id LIMIT 1")
        }
        None => sql.push(" ORDER BY CASE WHEN contact_id IS NULL THEN 0 ELSE 1 END, id LIMIT 1"),
    };
    Ok(tx.optional::<(CampaignMemberId,)>(sql).await?.map(|(id,)| id))
}

/// Members of a campaign by how far they are from those whom the company has invited itself: how many, and how many
/// of them have accepted. Deleted members count for nothing, but those whom they have invited stay where they are.
pub(super) async fn generations(
    tx: &mut Tx,
    id: CampaignId,
    most: i64,
) -> Result<Vec<(i64, i64, i64)>> {
    let sql = sql!(
        "WITH RECURSIVE chain (id, generation) AS (
             SELECT m.id, CAST(0 AS BIGINT) FROM campaign_members m
             WHERE m.tenant_id = $1 AND m.campaign_id = $2 AND m.invited_by_id IS NULL
             UNION ALL
             SELECT m.id, c.generation + 1 FROM chain c
             JOIN campaign_members m ON m.tenant_id = $1 AND m.invited_by_id = c.id
             WHERE c.generation < $3
         )
         SELECT c.generation, COUNT(*),
             CAST(SUM(CASE WHEN m.responded_at IS NOT NULL
                 OR m.status IN ('registered', 'attended', 'no_show') THEN 1 ELSE 0 END) AS BIGINT)
         FROM chain c JOIN campaign_members m ON m.tenant_id = $1 AND m.id = c.id
         WHERE m.deleted_at IS NULL GROUP BY c.generation ORDER BY c.generation",
        id,
        most
    );
    tx.all(sql).await
}

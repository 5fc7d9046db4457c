//! Programmes in the store. Nothing is decided here.

use super::{model::ProgrammeId, parts::ProgrammeCampaign};
use crate::campaigns::CampaignId;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{OrgUnitId, Result};
use guanxi_storage::{Sql, Tx, filter::condition::Ids, sql};
use std::collections::BTreeSet;

/// Which of these campaigns belong to another programme.
pub(super) async fn of_others(
    tx: &mut Tx,
    but: ProgrammeId,
    ids: &[CampaignId],
) -> Result<BTreeSet<CampaignId>> {
    let mut sql = Sql::new(
        "SELECT campaign_id FROM programme_campaigns WHERE tenant_id = $1 AND programme_id <> ",
    );
    sql.bind(but).push(" AND campaign_id IN ").bind_all(ids.iter().copied());
    Ok(tx.all::<(CampaignId,)>(sql).await?.into_iter().map(|(id,)| id).collect())
}

/// Forgets which campaigns belong to a programme.
pub(super) async fn unlink(tx: &mut Tx, id: ProgrammeId) -> Result<()> {
    let sql =
        sql!("DELETE FROM programme_campaigns WHERE tenant_id = $1 AND programme_id = $2", id);
    tx.execute(sql).await.map(drop)
}

/// Keeps which campaigns belong to a programme.
pub(super) async fn link(
    tx: &mut Tx,
    id: ProgrammeId,
    campaigns: &[ProgrammeCampaign],
) -> Result<()> {
    let link = |one: &ProgrammeCampaign| {
        sql!(
            "INSERT INTO programme_campaigns (tenant_id, programme_id, campaign_id, stage)
             VALUES ($1, $2, $3, $4)",
            id,
            one.campaign_id,
            one.stage
        )
    };
    let each: Vec<Sql> = campaigns.iter().map(link).collect();
    tx.execute_each(each.into_iter()).await
}

fn not_yet(sql: &mut Sql, campaign: CampaignId, contacts: &Ids) {
    sql.push(" FROM (");
    contacts.write(sql);
    sql.push(
        ") l WHERE NOT EXISTS (SELECT 1 FROM campaign_members m WHERE m.tenant_id = $1
             AND m.party_id = l.id AND m.deleted_at IS NULL AND m.campaign_id = ",
    );
    sql.bind(campaign).push(")");
}

/// Those on a list who are no members of a campaign, the first by id, and how many there are.
pub(super) async fn not_members(
    tx: &mut Tx,
    campaign: CampaignId,
    contacts: &Ids,
    most: i64,
) -> Result<(Vec<PartyId>, i64)> {
    let mut counted = Sql::new("SELECT COUNT(*)");
    not_yet(&mut counted, campaign, contacts);
    let count = tx.optional::<(i64,)>(counted).await?.map_or(0, |(count,)| count);
    let mut first = Sql::new("SELECT l.id");
    not_yet(&mut first, campaign, contacts);
    first.push(" ORDER BY l.id LIMIT ").bind(most);
    let ids = tx.all::<(PartyId,)>(first).await?.into_iter().map(|(id,)| id).collect();
    Ok((ids, count))
}

/// How many of those on a list have come to which stage, by its place from 0: the furthest of a party and of its
/// people, the first where nothing is said.
pub(super) async fn stages(tx: &mut Tx, contacts: &Ids) -> Result<Vec<(i64, i64)>> {
    let mut sql = Sql::new(
        "SELECT x.place, COUNT(*) FROM (
             SELECT l.id, CAST(COALESCE(MAX(CASE d.stage WHEN 'growth_and_retention' THEN 3
                 WHEN 'in_sale' THEN 2 WHEN 'pre_sale' THEN 1 ELSE 0 END), 0) AS BIGINT) AS place
             FROM (",
    );
    contacts.write(&mut sql);
    sql.push(
        ") l LEFT JOIN decision_stages d ON d.tenant_id = $1 AND d.party_id = l.id
                 AND d.deleted_at IS NULL
             GROUP BY l.id) x GROUP BY x.place ORDER BY x.place",
    );
    tx.all(sql).await
}

/// What a department has done.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Done {
    pub(super) org_unit_id: Option<OrgUnitId>,
    pub(super) name: Option<String>,
    pub(super) activities: i64,
    pub(super) responses: i64,
    pub(super) messages: i64,
    pub(super) people: i64,
    pub(super) parties: i64,
}

/// What departments have done with those on the list of a programme: activities that were done in its time,
/// answers to its campaigns that were taken, and messages of these that were sent.
pub(super) async fn done_by(
    tx: &mut Tx,
    id: ProgrammeId,
    contacts: Option<&Ids>,
    (begins, ends): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Done>> {
    let mut sql = Sql::new(
        "SELECT u.org_unit_id, o.name,
             CAST(SUM(CASE WHEN x.kind = 'activity' THEN 1 ELSE 0 END) AS BIGINT) AS activities,
             CAST(SUM(CASE WHEN x.kind = 'response' THEN 1 ELSE 0 END) AS BIGINT) AS responses,
             CAST(SUM(CASE WHEN x.kind = 'message' THEN 1 ELSE 0 END) AS BIGINT) AS messages,
             COUNT(DISTINCT x.user_id) AS people, COUNT(DISTINCT x.party_id) AS parties
         FROM (SELECT CAST('response' AS TEXT) AS kind, r.created_by AS user_id, r.party_id
                 FROM programme_campaigns p
                 JOIN responses r ON r.tenant_id = p.tenant_id AND r.campaign_id = p.campaign_id
                     AND r.deleted_at IS NULL
                 WHERE p.tenant_id = $1 AND p.programme_id = ",
    );
    sql.bind(id).push(
        " UNION ALL SELECT CAST('message' AS TEXT), d.created_by, d.party_id
                 FROM programme_campaigns p
                 JOIN message_deliveries d ON d.tenant_id = p.tenant_id
                     AND d.campaign_id = p.campaign_id AND d.status = 'sent' AND d.deleted_at IS NULL
                 WHERE p.tenant_id = $1 AND p.programme_id = ",
    );
    sql.bind(id);
    if let Some(contacts) = contacts {
        sql.push(
            " UNION ALL SELECT CAST('activity' AS TEXT), a.owner_id, a.party_id FROM activities a
                 WHERE a.tenant_id = $1 AND a.deleted_at IS NULL AND a.status = 'done'
                     AND a.starts_at >= ",
        );
        sql.bind(begins).push(" AND a.starts_at <= ").bind(ends).push(" AND a.party_id IN (");
        contacts.write(&mut sql);
        sql.push(")");
    }
    sql.push(
        ") x LEFT JOIN users u ON u.tenant_id = $1 AND u.id = x.user_id
         LEFT JOIN org_units o ON o.tenant_id = $1 AND o.id = u.org_unit_id
         GROUP BY u.org_unit_id, o.name",
    );
    tx.all(sql).await
}

/// How many who had bought before a day were touched by a programme or not, and how many of them have bought in its
/// time: whether they were touched, all, and those who have bought again.
pub(super) async fn kept(
    tx: &mut Tx,
    id: ProgrammeId,
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Vec<(i64, i64, i64)>> {
    let mut sql = Sql::new(
        "SELECT CAST(x.touched AS BIGINT), COUNT(*), CAST(SUM(x.kept) AS BIGINT) FROM (
             SELECT CASE WHEN EXISTS (SELECT 1 FROM touches t WHERE t.tenant_id = $1
                     AND t.party_id = b.party_id AND t.kind NOT IN ('held_out', 'bounced')
                     AND t.campaign_id IN (SELECT p.campaign_id FROM programme_campaigns p
                         WHERE p.tenant_id = $1 AND p.programme_id = ",
    );
    sql.bind(id).push(
        ")) OR EXISTS (SELECT 1 FROM responses r WHERE r.tenant_id = $1 AND r.party_id = b.party_id
                     AND r.deleted_at IS NULL
                     AND r.campaign_id IN (SELECT p.campaign_id FROM programme_campaigns p
                         WHERE p.tenant_id = $1 AND p.programme_id = ",
    );
    sql.bind(id).push(
        ")) THEN 1 ELSE 0 END AS touched,
                 CASE WHEN EXISTS (SELECT 1 FROM contracts c WHERE c.tenant_id = $1
                     AND c.party_id = b.party_id AND c.deleted_at IS NULL AND c.stage <> 'cancelled'
                     AND c.signed_on >= ",
    );
    sql.bind(first).push(" AND c.signed_on <= ").bind(last).push(
        ") OR EXISTS (SELECT 1 FROM orders o WHERE o.tenant_id = $1 AND o.party_id = b.party_id
                     AND o.deleted_at IS NULL AND o.bought_steps > 0 AND o.placed_on >= ",
    );
    sql.bind(first).push(" AND o.placed_on <= ").bind(last).push(
        ") THEN 1 ELSE 0 END AS kept
             FROM (SELECT c.party_id FROM contracts c WHERE c.tenant_id = $1 AND c.deleted_at IS NULL
                     AND c.party_id IS NOT NULL AND c.stage <> 'cancelled' AND c.signed_on < ",
    );
    sql.bind(first).push(
        " UNION SELECT o.party_id FROM orders o WHERE o.tenant_id = $1 AND o.deleted_at IS NULL
                     AND o.party_id IS NOT NULL AND o.bought_steps > 0 AND o.placed_on < ",
    );
    sql.bind(first).push(") b) x GROUP BY x.touched");
    tx.all(sql).await
}

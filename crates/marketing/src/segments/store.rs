//! Members of segments in the store. Nothing is decided here.

use super::{
    model::{SegmentId, SegmentPreview},
    rule::reached,
    service::Members,
};
use crate::{campaigns::CampaignId, population::Population};
use guanxi_customers::parties::{PARTY, PartyId};
use guanxi_kernel::{Action, Ctx, Result};
use guanxi_storage::{Sql, Tx, filter::condition::Ids, scope, sql, sql::rows_at_once};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Ids of a preview.
const SAMPLE: i64 = 10;

/// Parties that one statement asks for.
const AT_ONCE: usize = 1_000;

/// How many members there are among those that the caller may see, and the first of them.
pub(super) async fn count(
    tx: &mut Tx,
    ctx: &Ctx,
    population: Population,
    members: &Members,
) -> Result<SegmentPreview> {
    let mut counted = Sql::new("SELECT COUNT(*) FROM ");
    members.write(&mut counted);
    reached(&mut counted, ctx, population)?;
    let count = tx.optional::<(i64,)>(counted).await?.map_or(0, |(count,)| count);
    let mut first = Sql::new("SELECT t.id FROM ");
    members.write(&mut first);
    reached(&mut first, ctx, population)?;
    first.push(" ORDER BY t.id LIMIT ").bind(SAMPLE);
    let sample = tx.all::<(PartyId,)>(first).await?.into_iter().map(|(id,)| id).collect();
    Ok(SegmentPreview { count, sample, population, as_of: ctx.now })
}

/// How many ids a statement selects.
pub(super) async fn count_ids(tx: &mut Tx, ids: &Ids) -> Result<i64> {
    let mut sql = Sql::new("SELECT COUNT(*) FROM (");
    ids.write(&mut sql);
    sql.push(") counted");
    Ok(tx.optional::<(i64,)>(sql).await?.map_or(0, |(count,)| count))
}

/// Makes those that a statement selects the members of a list.
pub(super) async fn fill(tx: &mut Tx, segment: SegmentId, ids: &Ids) -> Result<()> {
    let mut sql = Sql::new(
        "INSERT INTO segment_members (tenant_id, segment_id, party_id)
         SELECT s.tenant_id, s.id, m.id FROM segments s JOIN (",
    );
    ids.write(&mut sql);
    sql.push(") m ON TRUE WHERE s.tenant_id = $1 AND s.id = ").bind(segment);
    tx.execute(sql).await.map(drop)
}

/// Makes these parties the members of a list.
pub(super) async fn fill_with(
    tx: &mut Tx,
    segment: SegmentId,
    parties: &BTreeSet<Uuid>,
) -> Result<()> {
    let parties: Vec<Uuid> = parties.iter().copied().collect();
    for some in parties.chunks(rows_at_once(3)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO segment_members (tenant_id, segment_id, party_id) VALUES ",
        );
        for (at, party) in some.iter().enumerate() {
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant();
            sql.push(", ").bind(segment).push(", ").bind(*party).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// Makes a party a member of every list that one which became part of it is in, and says by which merge; lists that it
/// is in stay as they are.
pub(super) async fn inherit(tx: &mut Tx, survivor: Uuid) -> Result<()> {
    let sql = sql!(
        "INSERT INTO segment_members (tenant_id, segment_id, party_id, brought_by)
         SELECT l.tenant_id, l.segment_id, g.survivor_id, g.id FROM merges g
         JOIN segment_members l ON l.tenant_id = g.tenant_id AND l.party_id = g.merged_id
         WHERE g.tenant_id = $1 AND g.survivor_id = $2 AND g.undone_at IS NULL ORDER BY g.id
         ON CONFLICT (tenant_id, segment_id, party_id) DO NOTHING",
        survivor
    );
    tx.execute(sql).await.map(drop)
}

/// Takes a party out of the lists that it came into by a merge.
pub(super) async fn give_back(tx: &mut Tx, survivor: Uuid, merge: Uuid) -> Result<()> {
    let sql = sql!(
        "DELETE FROM segment_members WHERE tenant_id = $1 AND party_id = $2 AND brought_by = $3",
        survivor,
        merge
    );
    tx.execute(sql).await.map(drop)
}

/// Those of these parties that are there and that the caller may see.
pub(super) async fn seen(
    tx: &mut Tx,
    ctx: &Ctx,
    parties: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>> {
    let reach = ctx.require(PARTY.plural, Action::Read)?;
    let parties: Vec<Uuid> = parties.iter().copied().collect();
    let mut found = BTreeSet::new();
    for some in parties.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id IN ",
        );
        sql.bind_all(some.iter().copied()).push(" AND ");
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
        found.extend(tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id));
    }
    Ok(found)
}

/// A customer of a campaign.
pub(super) struct Respondent {
    pub(super) party: Uuid,
    pub(super) is_member: bool,
    pub(super) has_answered: bool,
}

/// The parties that are members of a campaign or have answered to it, of those that the caller may see, so many at most.
pub(super) async fn respondents(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: CampaignId,
    most: usize,
) -> Result<Vec<Respondent>> {
    let reach = ctx.require(PARTY.plural, Action::Read)?;
    let mut sql = Sql::new(
        "SELECT t.id, CAST(MAX(x.is_member) AS BIGINT), CAST(MAX(x.has_answered) AS BIGINT) FROM (
             SELECT m.party_id, 1 AS is_member, 0 AS has_answered FROM campaign_members m
             WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.campaign_id = ",
    );
    sql.bind(campaign).push(
        " UNION ALL
             SELECT r.party_id, 0 AS is_member, 1 AS has_answered FROM responses r
             WHERE r.tenant_id = $1 AND r.deleted_at IS NULL AND r.party_id IS NOT NULL
                 AND r.campaign_id = ",
    );
    sql.bind(campaign).push(
        ") x JOIN parties t ON t.tenant_id = $1 AND t.id = x.party_id
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ",
    );
    scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
    sql.push(" GROUP BY t.id ORDER BY t.id LIMIT ").bind(i64::try_from(most).unwrap_or(i64::MAX));
    let rows = tx.all::<(Uuid, i64, i64)>(sql).await?.into_iter();
    let one = |(party, is_member, has_answered): (Uuid, i64, i64)| Respondent {
        party,
        is_member: is_member == 1,
        has_answered: has_answered == 1,
    };
    Ok(rows.map(one).collect())
}

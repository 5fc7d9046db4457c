//! Customers chosen by their level and by what they have bought.

use super::{CampaignMember, CampaignMemberInput, CampaignMemberStatus, service::IS_NEW};
use crate::{
    campaigns::{Campaign, CampaignId},
    problems::CAP_REACHED,
};
use chrono::NaiveDate;
use guanxi_customers::{
    parties::{PARTY, PartyId},
    rules::{likely_date, not_negative, refuse, repeated},
};
use guanxi_kernel::{
    Action, Ctx, Line, Money, Problem, Result,
    problem::{OUT_OF_RANGE, REQUIRED},
};
use guanxi_storage::{
    Meta, Sql, Tx, bulk, filter::condition::Ids, kind::Parts as _, resource, scope,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Members that are added at once at most; the same again adds the next.
const MOST: i64 = 5_000;

/// Which customers are to take part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "tiers": ["key"], "min_volume": { "amount": "10000.00", "currency": "CNY" },
    "from": "2026-01-01", "until": "2026-03-31" })))]
pub struct SelectCampaignMembers {
    /// Of these levels, each once; of any when there are none.
    #[serde(default)]
    #[validate(length(max = 50))]
    #[schema(max_items = 50)]
    pub tiers: Vec<Line<40>>,
    /// Who have bought at least so much, by contracts that were signed in the time, without tax. Contracts
    /// in other currencies do not count.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub min_volume: Option<Money>,
    /// The first day of that time; needed with a volume.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub from: Option<NaiveDate>,
    /// The last day of that time; needed with a volume.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub until: Option<NaiveDate>,
}

/// What came of selecting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CampaignMembersSelected {
    /// Customers whom you may see: the sum of all below.
    pub considered: i64,
    /// Customers who are members now and were none.
    pub added: i64,
    /// Customers of other levels.
    pub other_tier: i64,
    /// Customers who have bought less.
    pub too_little_volume: i64,
    /// Customers who take part already.
    pub already_members: i64,
    /// Customers who fit and were left for the next time, because only 5,000 are added at once.
    pub left: i64,
}

impl SelectCampaignMembers {
    fn check(&self) -> Result<()> {
        Problem::collect(repeated(&self.tiers, "/tiers", ToString::to_string))?;
        if self.min_volume.is_none() {
            return Ok(());
        }
        let from = self.from.ok_or_else(|| REQUIRED.at("/from"))?;
        let until = self.until.ok_or_else(|| REQUIRED.at("/until"))?;
        match until < from {
            true => Err(refuse(&OUT_OF_RANGE, "/until", ("expected", "not before from"))),
            false => Ok(()),
        }
    }

    /// `WITH pool AS (…)`: each customer whom the caller may see, with what speaks for and against it.
    fn pool(&self, ctx: &Ctx, campaign: CampaignId) -> Sql {
        let mut sql = Sql::new("WITH pool AS (SELECT t.id, ");
        match self.tiers.is_empty() {
            true => sql.push("1"),
            false => {
                sql.push("CASE WHEN t.tier IN ").bind_all(self.tiers.iter().cloned());
                sql.push(" THEN 1 ELSE 0 END")
            }
        };
        sql.push(" AS fits, ");
        match (self.min_volume, self.from, self.until) {
            (Some(least), Some(from), Some(until)) => {
                sql.push(
                    "CASE WHEN (SELECT COALESCE(SUM(c.net_minor), 0) FROM contracts c
                         WHERE c.tenant_id = t.tenant_id AND c.party_id = t.id AND c.deleted_at IS NULL
                             AND c.stage <> 'cancelled' AND c.net_currency = ",
                );
                sql.bind(least.currency()).push(" AND c.signed_on >= ").bind(from);
                sql.push(" AND c.signed_on <= ").bind(until).push(") >= ").bind(least.minor());
                sql.push(" THEN 1 ELSE 0 END")
            }
            _ => sql.push("1"),
        };
        sql.push(
            " AS buys, CASE WHEN EXISTS (SELECT 1 FROM campaign_members m
                 WHERE m.tenant_id = t.tenant_id AND m.party_id = t.id AND m.deleted_at IS NULL
                     AND m.campaign_id = ",
        );
        sql.bind(campaign).push(
            ") THEN 1 ELSE 0 END AS takes_part FROM parties t
             WHERE t.tenant_id = $1 AND t.deleted_at IS NULL
                 AND EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = t.tenant_id
                     AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer'
                     AND x.record_id = t.id) AND ",
        );
        let reach = ctx.reach(PARTY.plural, Action::Read);
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
        sql.push(") ");
        sql
    }
}

/// Adds the customers who fit to a campaign, those whom the caller may see. Again it adds none but those who
/// fit by now.
///
/// # Errors
/// `not_found`, `forbidden`; `required` for a volume without its time; `cap_reached`.
pub async fn select(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    wish: &SelectCampaignMembers,
) -> Result<CampaignMembersSelected> {
    resource::require::<CampaignMember>(ctx, Action::Create)?;
    ctx.require(PARTY.plural, Action::Read)?;
    let campaign: Campaign = resource::load(tx, ctx, id.uuid()).await?;
    wish.check()?;
    let mut counts = wish.pool(ctx, id);
    counts.push(
        "SELECT CAST(fits AS BIGINT), CAST(buys AS BIGINT), CAST(takes_part AS BIGINT), COUNT(*)
         FROM pool GROUP BY fits, buys, takes_part",
    );
    let mut said = CampaignMembersSelected {
        considered: 0,
        added: 0,
        other_tier: 0,
        too_little_volume: 0,
        already_members: 0,
        left: 0,
    };
    let mut fitting = 0;
    for (fits, buys, takes_part, count) in tx.all::<(i64, i64, i64, i64)>(counts).await? {
        said.considered += count;
        match (fits, buys, takes_part) {
            (0, ..) => said.other_tier += count,
            (_, 0, _) => said.too_little_volume += count,
            (_, _, 1) => said.already_members += count,
            _ => fitting += count,
        }
    }
    let mut chosen = wish.pool(ctx, id);
    chosen.push(
        "SELECT id FROM pool WHERE fits = 1 AND buys = 1 AND takes_part = 0 ORDER BY id LIMIT ",
    );
    chosen.bind(MOST);
    let ids: Vec<PartyId> =
        tx.all::<(PartyId,)>(chosen).await?.into_iter().map(|(id,)| id).collect();
    said.added = i64::try_from(ids.len()).unwrap_or(MOST);
    said.left = fitting - said.added;
    if let Some(limit) = campaign.input.max_invitees
        && super::store::count(tx, id).await? + said.added > limit
    {
        return Err(CAP_REACHED.with("limit", limit));
    }
    add(tx, ctx, id, ids).await?;
    Ok(said)
}

/// Makes parties members of a campaign who are none; how many. The rights must have been required, and the parties
/// be those that the caller may see.
///
/// # Errors
/// `cap_reached`; those of the store.
pub(crate) async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CampaignId,
    parties: Vec<PartyId>,
) -> Result<i64> {
    let added = i64::try_from(parties.len()).unwrap_or(i64::MAX);
    let member = |party_id: PartyId| {
        let status = CampaignMemberStatus::Invited;
        let campaign_id = Some(id);
        let input = CampaignMemberInput {
            campaign_id,
            party_id,
            contact_id: None,
            status,
            invited_by_id: None,
            note: None,
        };
        CampaignMember::assemble(Meta::new(ctx), input)
    };
    let records: Vec<CampaignMember> = parties.into_iter().map(member).collect();
    for one in &records {
        tx.learn(PARTY.name, one.input.party_id.uuid());
        tx.learn(IS_NEW, one.meta.id.uuid());
    }
    bulk::insert_many(tx, ctx, records).await?;
    Ok(added)
}

/// Those of these parties whom the caller may see.
///
/// # Errors
/// `forbidden`.
pub(crate) fn seen(ctx: &Ctx, parties: Ids) -> Result<Ids> {
    let (reach, user) = (ctx.require(PARTY.plural, Action::Read)?, ctx.actor.user);
    Ok(Ids::new(move |sql| {
        sql.push("SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND t.id IN (");
        parties.write(sql);
        sql.push(") AND ");
        scope::within(sql, &PARTY, &reach, user);
    }))
}

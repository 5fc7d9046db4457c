//! Customers chosen by a segment, by their level and by what they have bought.

use super::{CampaignMember, CampaignMemberInput, CampaignMemberStatus, service::IS_NEW};
use crate::{
    campaigns::{Campaign, CampaignEvent, CampaignId, CampaignState},
    experiments::{self, HoldOut},
    media::{self, MediumKind},
    problems::{CAP_REACHED, ILLEGAL_TRANSITION},
    segments::{self, SEGMENT, SegmentId},
};
use chrono::NaiveDate;
use guanxi_customers::{
    parties::{PARTY, PartyId},
    rules::{likely_date, not_negative, refuse, repeated},
};
use guanxi_kernel::{
    Action, Ctx, Line, Money, Problem, Result, Word as _,
    problem::{OUT_OF_RANGE, REQUIRED, UNKNOWN_REFERENCE},
};
use guanxi_storage::{
    Meta, Sql, Tx, bulk, filter::condition::Ids, kind::Parts as _, resource, scope,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
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
    /// Of the members of this segment, whatever their roles; of all customers when absent.
    #[serde(default)]
    pub segment_id: Option<SegmentId>,
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
    /// Customers whom you may see, or members of the segment: the sum of all below.
    pub considered: i64,
    /// Customers who are members now and were none.
    pub added: i64,
    /// Customers of other levels.
    pub other_tier: i64,
    /// Customers who have bought less.
    pub too_little_volume: i64,
    /// Customers who take part already.
    pub already_members: i64,
    /// Customers whom the experiment of the campaign keeps out.
    pub held_out: i64,
    /// Of a campaign with an event: customers who have withdrawn their consent to be invited, by a medium of the
    /// campaign or, where it names none, by any.
    pub opted_out: i64,
    /// Of a campaign with an event: customers who came to one of the same kind within the months that it names.
    pub attended_lately: i64,
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

    /// `WITH pool AS (…)`: each customer whom the caller may see, with the first thing that speaks against it.
    fn pool(&self, ctx: &Ctx, among: &Among) -> Sql {
        let mut sql = Sql::new("WITH pool AS (SELECT t.id, CASE");
        if !self.tiers.is_empty() {
            sql.push(" WHEN t.tier IS NULL OR t.tier NOT IN ").bind_all(self.tiers.iter().cloned());
            sql.push(" THEN 'other_tier'");
        }
        if let (Some(least), Some(from), Some(until)) = (self.min_volume, self.from, self.until) {
            sql.push(
                " WHEN (SELECT COALESCE(SUM(c.net_minor), 0) FROM contracts c
                     WHERE c.tenant_id = t.tenant_id AND c.party_id = t.id AND c.deleted_at IS NULL
                         AND c.stage <> 'cancelled' AND c.net_currency = ",
            );
            sql.bind(least.currency()).push(" AND c.signed_on >= ").bind(from);
            sql.push(" AND c.signed_on <= ").bind(until).push(") < ").bind(least.minor());
            sql.push(" THEN 'too_little_volume'");
        }
        sql.push(" WHEN k.party_id IS NOT NULL THEN 'already_member'");
        among.keeps_out(&mut sql);
        // Read once: looked for one by one, SQLite may go through all members for each party.
        sql.push(
            " ELSE 'fits' END AS verdict FROM parties t LEFT JOIN (
                 SELECT DISTINCT m.party_id FROM campaign_members m
                 WHERE m.tenant_id = $1 AND m.deleted_at IS NULL AND m.campaign_id = ",
        );
        sql.bind(among.campaign.meta.id).push(") k ON k.party_id = t.id");
        sql.push(" WHERE t.tenant_id = $1 AND t.deleted_at IS NULL AND ");
        match &among.segment {
            Some(members) => {
                sql.push("t.id IN (");
                members.write(&mut sql);
                sql.push(")")
            }
            None => sql.push(
                "EXISTS (SELECT 1 FROM record_terms x WHERE x.tenant_id = t.tenant_id
                     AND x.kind = 'party' AND x.field = 'role' AND x.term = 'customer'
                     AND x.record_id = t.id)",
            ),
        };
        sql.push(" AND ");
        let reach = ctx.reach(PARTY.plural, Action::Read);
        scope::within(&mut sql, &PARTY, &reach, ctx.actor.user);
        sql.push(") ");
        sql
    }
}

/// Of whom members are chosen, and who is none of them.
struct Among {
    campaign: Campaign,
    /// The sorts of media by which people are invited to its event; any when there are none.
    media: BTreeSet<MediumKind>,
    segment: Option<Ids>,
    held_out: Option<HoldOut>,
}

impl Among {
    async fn asked(
        tx: &mut Tx,
        ctx: &Ctx,
        campaign: Campaign,
        segment: Option<SegmentId>,
    ) -> Result<Self> {
        let segment = match segment {
            Some(id) => {
                let reads = !ctx.reach(SEGMENT.plural, Action::Read).is_nothing();
                if !reads || !resource::visible(tx, ctx, &SEGMENT, id.uuid()).await? {
                    return Err(UNKNOWN_REFERENCE.at("/segment_id"));
                }
                Some(segments::members(tx, ctx, id).await?.0)
            }
            None => None,
        };
        let media = match campaign.input.event {
            Some(_) => media::kinds_of(tx, campaign.input.media_ids.clone()).await?,
            None => BTreeSet::new(),
        };
        let held_out = match campaign.input.experiment_id {
            Some(experiment) => Some(experiments::hold_out(tx, ctx, experiment).await?),
            None => None,
        };
        Ok(Self { campaign, media, segment, held_out })
    }

    /// Adds what keeps the party `t` out of the campaign, each with its verdict.
    fn keeps_out(&self, sql: &mut Sql) {
        if let Some(held_out) = &self.held_out {
            sql.push(" WHEN ");
            held_out.has(sql, "t.id");
            sql.push(" THEN 'held_out'");
        }
        self.opted_out(sql);
        self.attended_lately(sql);
    }

    /// Adds the condition that the party `t` has withdrawn its consent to be invited.
    fn opted_out(&self, sql: &mut Sql) {
        let Some(event) = &self.campaign.input.event else { return };
        sql.push(
            " WHEN EXISTS (SELECT 1 FROM consents w
                 WHERE w.tenant_id = t.tenant_id AND w.party_id = t.id AND w.contact_id IS NULL
                     AND w.deleted_at IS NULL AND w.state = 'withdrawn' AND w.purpose = ",
        );
        sql.bind(event.purpose.clone());
        if !self.media.is_empty() {
            sql.push(" AND w.medium IN ").bind_all(self.media.iter().copied());
        }
        sql.push(") THEN 'opted_out'");
    }

    /// Adds the condition that the party `t`, or somebody there, came to a campaign of the same kind in the months
    /// before.
    fn attended_lately(&self, sql: &mut Sql) {
        let input = &self.campaign.input;
        let Some(since) = input.event.as_ref().and_then(CampaignEvent::not_again_since) else {
            return;
        };
        sql.push(
            " WHEN EXISTS (SELECT 1 FROM campaign_members p
                 JOIN campaigns c ON c.tenant_id = p.tenant_id AND c.id = p.campaign_id
                 WHERE p.tenant_id = t.tenant_id AND p.party_id = t.id AND p.deleted_at IS NULL
                     AND p.status = 'attended' AND p.attended_at >= ",
        );
        sql.bind(since).push(" AND c.id <> ").bind(self.campaign.meta.id);
        match &input.kind {
            Some(kind) => sql.push(" AND c.kind = ").bind(kind.clone()),
            None => sql.push(" AND c.kind IS NULL"),
        };
        sql.push(") THEN 'attended_lately'");
    }
}

/// Those of these parties whom nothing keeps out of a campaign: not its experiment and, where it has an event, neither
/// that they have withdrawn their consent nor that they came to such a one lately.
///
/// # Errors
/// Those of the store.
pub(crate) async fn not_kept_out(
    tx: &mut Tx,
    ctx: &Ctx,
    campaign: &Campaign,
    parties: &Ids,
) -> Result<Ids> {
    let parties = parties.clone();
    let among = Among::asked(tx, ctx, campaign.clone(), None).await?;
    if among.held_out.is_none() && campaign.input.event.is_none() {
        return Ok(parties);
    }
    Ok(Ids::new(move |sql| {
        sql.push("SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND t.id IN (");
        parties.write(sql);
        sql.push(") AND CASE WHEN FALSE THEN 'fits'");
        among.keeps_out(sql);
        sql.push(" ELSE 'fits' END = 'fits'");
    }))
}

/// Adds the customers who fit to a campaign, those whom the caller may see. Again it adds none but those who
/// fit by now. To an event nobody is invited who has withdrawn their consent, or came to such a one lately.
///
/// # Errors
/// `not_found`, `forbidden`; `required` for a volume without its time; `unknown_reference` for a segment that the caller
/// does not see; `illegal_transition` for a campaign that has ended; `cap_reached`.
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
    if matches!(campaign.state, CampaignState::Finished | CampaignState::Cancelled) {
        let allowed: Vec<&str> = Vec::new();
        let refused = ILLEGAL_TRANSITION.with("state", campaign.state.word());
        return Err(refused.with("allowed", allowed));
    }
    let limit = campaign.input.max_invitees;
    let among = Among::asked(tx, ctx, campaign, wish.segment_id).await?;
    let mut counts = wish.pool(ctx, &among);
    counts.push("SELECT verdict, COUNT(*) FROM pool GROUP BY verdict");
    let verdicts: BTreeMap<String, i64> =
        tx.all::<(String, i64)>(counts).await?.into_iter().collect();
    let mut chosen = wish.pool(ctx, &among);
    chosen.push("SELECT id FROM pool WHERE verdict = 'fits' ORDER BY id LIMIT ");
    chosen.bind(MOST);
    let ids: Vec<PartyId> =
        tx.all::<(PartyId,)>(chosen).await?.into_iter().map(|(id,)| id).collect();
    let added = i64::try_from(ids.len()).unwrap_or(MOST);
    if let Some(limit) = limit
        && super::store::count(tx, id).await? + added > limit
    {
        return Err(CAP_REACHED.with("limit", limit));
    }
    add(tx, ctx, id, ids).await?;
    let of = |verdict: &str| verdicts.get(verdict).copied().unwrap_or_default();
    Ok(CampaignMembersSelected {
        considered: verdicts.values().sum(),
        added,
        other_tier: of("other_tier"),
        too_little_volume: of("too_little_volume"),
        already_members: of("already_member"),
        held_out: of("held_out"),
        opted_out: of("opted_out"),
        attended_lately: of("attended_lately"),
        left: of("fits") - added,
    })
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

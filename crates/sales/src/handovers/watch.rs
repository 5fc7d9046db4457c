//! What became of the customers in the 90 days after a hand-over, for those who look after it.

use super::{
    model::{Handover, HandoverId, HandoverStatus},
    service::require_supervisor,
};
use crate::{opportunities::OpportunityId, quotes::QuoteId};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::parties::PartyId;
use guanxi_kernel::{Ctx, Currency, Money, Proportion, Result, UserId, ratio::Ratio};
use guanxi_storage::{Tx, resource, sql};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

/// How long customers are watched.
const DAYS: TimeDelta = TimeDelta::days(90);

/// Of how long before the usual discount is.
const YEAR: TimeDelta = TimeDelta::days(365);

/// What became of the customers of a hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HandoverWatch {
    /// From when: when everything changed hands. Absent as long as it has not; the lists are empty then.
    pub from: Option<DateTime<Utc>>,
    /// To when: 90 days later.
    pub until: Option<DateTime<Utc>>,
    /// Opportunities with these customers that were lost in this time, the first first; at most 500.
    pub lost_deals: Vec<LostDeal>,
    /// The usual discount: the mean of what all quotes of the company took off list prices that were sent in the
    /// 365 days before, but for those that ask more than twice the list price. Its value is absent if there are
    /// none, and no discount is above it then.
    pub discount_norm: Ratio,
    /// Quotes to these customers that were sent in this time and take off more than that, the first first; at most
    /// 500.
    pub discounts: Vec<SteepDiscount>,
    /// Customers with whom less than half as much was done as in as many days before, where that were
    /// two activities or more; the earliest last contact first; at most 500.
    pub activity_drops: Vec<ActivityDrop>,
}

/// An opportunity that was lost after a hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HandoverLostDeal)]
pub struct LostDeal {
    /// The opportunity.
    pub opportunity_id: OpportunityId,
    /// What it is called.
    pub name: String,
    /// The customer.
    pub party_id: PartyId,
    /// Who controlled it.
    pub owner_id: UserId,
    /// What it would have brought.
    pub amount: Option<Money>,
    /// The business day on which it was lost.
    pub closed_on: Option<NaiveDate>,
    /// When that was told.
    pub closed_at: DateTime<Utc>,
}

/// A quote that takes off more than is usual, after a hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HandoverSteepDiscount)]
pub struct SteepDiscount {
    /// The quote.
    pub quote_id: QuoteId,
    /// Its number.
    pub number: String,
    /// The opportunity that it is made on.
    pub opportunity_id: OpportunityId,
    /// The customer.
    pub party_id: PartyId,
    /// Who controls the opportunity.
    pub owner_id: UserId,
    /// What it takes off list prices.
    pub discount_rate: Proportion,
    /// What is left, without tax.
    pub net: Money,
    /// When it was sent.
    pub sent_at: DateTime<Utc>,
}

/// A customer with whom less is done since a hand-over.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = HandoverActivityDrop)]
pub struct ActivityDrop {
    /// The customer.
    pub party_id: PartyId,
    /// What it is called.
    pub name: String,
    /// Activities that were done in the days before.
    pub before: i64,
    /// Activities that were done since, in as many days.
    pub after: i64,
    /// When the last of all these began.
    pub last_contact_at: DateTime<Utc>,
}

/// What became of the customers of a hand-over in the 90 days after it, so far.
///
/// # Errors
/// `not_found`, `forbidden`; `not_the_supervisor`.
pub async fn watch(tx: &mut Tx, ctx: &Ctx, id: HandoverId) -> Result<HandoverWatch> {
    let handover: Handover = resource::load(tx, ctx, id.uuid()).await?;
    require_supervisor(tx, ctx, handover.input.from_user).await?;
    let completed = handover.status == HandoverStatus::Completed;
    let Some(from) = handover.closed_at.filter(|_| completed) else {
        return Ok(HandoverWatch {
            from: None,
            until: None,
            lost_deals: Vec::new(),
            discount_norm: norm((0, 0)),
            discounts: Vec::new(),
            activity_drops: Vec::new(),
        });
    };
    let until = from + DAYS;
    let usual = usual(tx, from).await?;
    Ok(HandoverWatch {
        from: Some(from),
        until: Some(until),
        lost_deals: lost(tx, id, from, until).await?,
        discount_norm: norm(usual),
        discounts: steep(tx, id, (from, until), usual).await?,
        activity_drops: drops(tx, id, from, ctx.now.min(until)).await?,
    })
}

async fn lost(
    tx: &mut Tx,
    id: HandoverId,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<LostDeal>> {
    type Row = (
        OpportunityId,
        String,
        PartyId,
        UserId,
        Option<i64>,
        Option<Currency>,
        Option<NaiveDate>,
        DateTime<Utc>,
    );
    let sql = sql!(
        "SELECT o.id, o.name, o.party_id, o.owner_id, o.amount_minor, o.amount_currency,
             o.closed_on, o.closed_at
         FROM opportunities o WHERE o.tenant_id = $1 AND o.status = 'lost'
             AND o.deleted_at IS NULL AND o.closed_at >= $3 AND o.closed_at < $4
             AND o.party_id IN (SELECT l.party_id FROM handover_lines l
                 WHERE l.tenant_id = $1 AND l.handover_id = $2 AND l.party_id IS NOT NULL)
         ORDER BY o.closed_at, o.id LIMIT 500",
        id,
        from,
        until
    );
    let deal = |row: Row| {
        let (opportunity_id, name, party_id, owner_id, minor, currency, closed_on, closed_at) = row;
        let amount = minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency));
        LostDeal { opportunity_id, name, party_id, owner_id, amount, closed_on, closed_at }
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(deal).collect())
}

/// How many quotes of the company were sent in the year up to then, and what they took off list prices together, in
/// ten-thousandths. What asks more than twice the list price says nothing of discounts, and its sum knows no bound.
async fn usual(tx: &mut Tx, until: DateTime<Utc>) -> Result<(i64, i64)> {
    let sql = sql!(
        "SELECT COUNT(*),
             CAST(COALESCE(SUM(CAST(REPLACE(q.list_discount_rate, '.', '') AS BIGINT)), 0) AS BIGINT)
         FROM quotes q WHERE q.tenant_id = $1 AND q.deleted_at IS NULL AND q.sent_at IS NOT NULL
             AND q.sent_at > $2 AND q.sent_at <= $3
             AND CAST(REPLACE(q.list_discount_rate, '.', '') AS BIGINT) >= -10000",
        until - YEAR,
        until
    );
    Ok(tx.optional::<(i64, i64)>(sql).await?.unwrap_or_default())
}

/// The mean of so many that come to so many ten-thousandths.
fn norm((count, sum): (i64, i64)) -> Ratio {
    Ratio::new(Decimal::new(sum, 4), count)
}

/// The quotes that take off more than the mean.
async fn steep(
    tx: &mut Tx,
    id: HandoverId,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
    (count, sum): (i64, i64),
) -> Result<Vec<SteepDiscount>> {
    type Row =
        (QuoteId, String, OpportunityId, PartyId, UserId, Proportion, i64, Currency, DateTime<Utc>);
    if count == 0 {
        return Ok(Vec::new());
    }
    let sql = sql!(
        "SELECT q.id, q.number, q.opportunity_id, q.party_id, o.owner_id, q.list_discount_rate,
             q.net_minor, q.net_currency, q.sent_at
         FROM quotes q JOIN opportunities o ON o.tenant_id = q.tenant_id AND o.id = q.opportunity_id
         WHERE q.tenant_id = $1 AND q.deleted_at IS NULL AND q.sent_at IS NOT NULL
             AND q.sent_at > $3 AND q.sent_at < $4
             AND CAST(REPLACE(q.list_discount_rate, '.', '') AS BIGINT) > $5
             AND q.party_id IN (SELECT l.party_id FROM handover_lines l
                 WHERE l.tenant_id = $1 AND l.handover_id = $2 AND l.party_id IS NOT NULL)
         ORDER BY q.sent_at, q.id LIMIT 500",
        id,
        from,
        until,
        // Whole ten-thousandths are above the mean if they are above what is whole of it.
        sum.div_euclid(count)
    );
    let quote = |row: Row| {
        let (quote_id, number, opportunity_id, party_id, owner_id, rate, minor, code, sent_at) =
            row;
        SteepDiscount {
            quote_id,
            number,
            opportunity_id,
            party_id,
            owner_id,
            discount_rate: rate,
            net: Money::new(minor, code),
            sent_at,
        }
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(quote).collect())
}

async fn drops(
    tx: &mut Tx,
    id: HandoverId,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<ActivityDrop>> {
    let sql = sql!(
        "SELECT p.id, p.name, x.before, x.after, x.last FROM (
             SELECT a.party_id, COUNT(*) FILTER (WHERE a.starts_at < $3) AS before,
                 COUNT(*) FILTER (WHERE a.starts_at >= $3) AS after, MAX(a.starts_at) AS last
             FROM activities a WHERE a.tenant_id = $1 AND a.status = 'done'
                 AND a.deleted_at IS NULL AND a.starts_at >= $4 AND a.starts_at < $5
                 AND a.party_id IN (SELECT l.party_id FROM handover_lines l
                     WHERE l.tenant_id = $1 AND l.handover_id = $2 AND l.party_id IS NOT NULL)
             GROUP BY a.party_id) x
         JOIN parties p ON p.tenant_id = $1 AND p.id = x.party_id AND p.deleted_at IS NULL
         WHERE x.before >= 2 AND 2 * x.after < x.before
         ORDER BY x.last, p.id LIMIT 500",
        id,
        from,
        from - (to - from),
        to
    );
    type Row = (PartyId, String, i64, i64, DateTime<Utc>);
    let drop = |(party_id, name, before, after, last_contact_at): Row| ActivityDrop {
        party_id,
        name,
        before,
        after,
        last_contact_at,
    };
    Ok(tx.all::<Row>(sql).await?.into_iter().map(drop).collect())
}

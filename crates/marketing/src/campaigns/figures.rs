//! The figures that outcomes are made of, of many campaigns at once. What several campaigns share is
//! divided exactly by their weights, so no money counts twice.
//!
//! Opportunities, contracts and leads belong to crates further right and are read from their tables.
//!
//! Margins are those of contracts whose cost is known, by what was bought or by their quote; answers say
//! how many are not. Whoever may read a campaign sees its sums, also of records of others; whoever may not
//! see such amounts at all sees none.

use super::model::CampaignId;
use crate::past::{self, Columns, Past};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Currency, Money, Result, money::MoneyError, problem::INTERNAL, split::allocate,
};
use guanxi_storage::{Sql, Tx, filter::condition::Ids, rates};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, str::FromStr as _};
use uuid::Uuid;

/// Campaigns that one statement asks for.
const AT_ONCE: usize = 500;

/// The whole of something in ten-thousandths.
const WHOLE: i64 = 10_000;

/// The figures of a campaign, amounts in its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Members in whatever status.
    pub members: i64,
    /// Members who have registered or came.
    pub registered: i64,
    /// Members who came.
    pub attended: i64,
    /// Answers.
    pub responses: i64,
    /// People who answered, each once.
    pub responders: i64,
    /// Prospects.
    pub leads: i64,
    /// Opportunities that come from it, also in part.
    pub opportunities: i64,
    /// Its part of what they may bring.
    pub opportunity_amount: Money,
    /// Signed contracts that come from it, also in part.
    pub contracts: i64,
    /// Its part of what they come to without tax.
    pub contract_amount: Money,
    /// Its part of what is left of that above the cost, where the cost is known.
    pub contract_margin: Money,
    /// Contracts of which no cost is known: their margin is not counted.
    pub contracts_without_cost: i64,
    /// What was spent on it.
    pub cost: Money,
}

impl Figures {
    /// Nothing yet, in that currency.
    pub fn none(currency: Currency) -> Self {
        let zero = Money::zero(currency);
        Self {
            members: 0,
            registered: 0,
            attended: 0,
            responses: 0,
            responders: 0,
            leads: 0,
            opportunities: 0,
            opportunity_amount: zero,
            contracts: 0,
            contract_amount: zero,
            contract_margin: zero,
            contracts_without_cost: 0,
            cost: zero,
        }
    }

    /// Adds those of another campaign in the same currency.
    pub(crate) fn add(&mut self, other: &Self) -> Result<(), MoneyError> {
        self.members += other.members;
        self.registered += other.registered;
        self.attended += other.attended;
        self.responses += other.responses;
        self.responders += other.responders;
        self.leads += other.leads;
        self.opportunities += other.opportunities;
        self.contracts += other.contracts;
        self.contracts_without_cost += other.contracts_without_cost;
        self.opportunity_amount = self.opportunity_amount.checked_add(other.opportunity_amount)?;
        self.contract_amount = self.contract_amount.checked_add(other.contract_amount)?;
        self.contract_margin = self.contract_margin.checked_add(other.contract_margin)?;
        self.cost = self.cost.checked_add(other.cost)?;
        Ok(())
    }
}

/// What a contract leaves above its cost: the cost is what was bought for it, else what its quote says;
/// none where neither is known.
pub(crate) const MARGIN: &str = "(CASE WHEN c.cost_minor > 0 AND c.cost_currency = c.net_currency THEN c.net_minor - c.cost_minor
     WHEN q.margin_minor IS NOT NULL AND q.margin_currency = c.net_currency THEN q.margin_minor END)";

/// Adds the signed contracts `c` of the links `l`, with their quotes.
pub(super) fn contracts(sql: &mut Sql, past: Option<Past>) {
    sql.push(" JOIN contracts c ON c.tenant_id = l.tenant_id AND c.id = l.subject_id AND ");
    past::signed(sql, past);
    sql.push(" LEFT JOIN quotes q ON q.tenant_id = c.tenant_id AND q.id = c.quote_id");
}

/// Adds the opportunities `o` of the links `l`.
pub(super) fn opportunities(sql: &mut Sql, past: Option<Past>) {
    sql.push(" JOIN opportunities o ON o.tenant_id = l.tenant_id AND o.id = l.subject_id AND ");
    let columns = Columns { created: "o.created_at", deleted: "o.deleted_at", at: "o.created_at" };
    past::there(sql, past, columns);
}

/// The figures of these campaigns, each in its own currency at the rates of a day.
///
/// # Errors
/// `no_exchange_rate`; those of the store.
pub async fn of_campaigns(
    tx: &mut Tx,
    campaigns: &[(CampaignId, Currency)],
    day: NaiveDate,
) -> Result<BTreeMap<CampaignId, Figures>> {
    of_parties(tx, campaigns, day, None).await
}

/// The same by the rates that were known at an instant, so that none which came in later moves a figure; of what had
/// come in by the instants of the past, if they are given.
///
/// # Errors
/// As [`of_campaigns`].
pub async fn of_campaigns_by(
    tx: &mut Tx,
    campaigns: &[(CampaignId, Currency)],
    (day, known): (NaiveDate, DateTime<Utc>),
    past: Option<Past>,
) -> Result<BTreeMap<CampaignId, Figures>> {
    let sums = Sums { rates_known: Some(known), past, ..Sums::none(campaigns, day) };
    sums.of_all(tx, campaigns).await
}

/// The same, counting only what comes from these parties where any are named: then nothing is told of the cost,
/// which is spent on no party in particular.
///
/// # Errors
/// As [`of_campaigns`].
pub(crate) async fn of_parties(
    tx: &mut Tx,
    campaigns: &[(CampaignId, Currency)],
    day: NaiveDate,
    parties: Option<&Ids>,
) -> Result<BTreeMap<CampaignId, Figures>> {
    let sums = Sums { parties, ..Sums::none(campaigns, day) };
    sums.of_all(tx, campaigns).await
}

struct Sums<'a> {
    day: NaiveDate,
    /// Only rates that had come in by then; all when absent.
    rates_known: Option<DateTime<Utc>>,
    past: Option<Past>,
    parties: Option<&'a Ids>,
    all: BTreeMap<CampaignId, Figures>,
}

/// Adds that a column names one of these parties, where any are named.
pub(super) fn narrow(sql: &mut Sql, column: &'static str, parties: Option<&Ids>) {
    if let Some(parties) = parties {
        sql.push(" AND ").push(column).push(" IN (");
        parties.write(sql);
        sql.push(")");
    }
}

pub(super) fn ours(error: MoneyError) -> guanxi_kernel::Problem {
    INTERNAL.problem().because(error)
}

impl Sums<'_> {
    fn none(campaigns: &[(CampaignId, Currency)], day: NaiveDate) -> Self {
        let nothing = |(id, currency): &(CampaignId, Currency)| (*id, Figures::none(*currency));
        let all = campaigns.iter().map(nothing).collect();
        Self { day, rates_known: None, past: None, parties: None, all }
    }

    async fn of_all(
        mut self,
        tx: &mut Tx,
        campaigns: &[(CampaignId, Currency)],
    ) -> Result<BTreeMap<CampaignId, Figures>> {
        for some in campaigns.chunks(AT_ONCE) {
            let ids: Vec<CampaignId> = some.iter().map(|(id, _)| *id).collect();
            self.people(tx, &ids).await?;
            if self.parties.is_none() {
                self.spent(tx, &ids).await?;
            }
            self.whole(tx, &ids).await?;
            self.shared_opportunities(tx, &ids).await?;
            self.shared_contracts(tx, &ids).await?;
        }
        Ok(self.all)
    }

    /// A piece of text, and of which rows it tells: those that are there of these campaigns and of the parties
    /// that count.
    fn of(
        &self,
        text: &'static str,
        ids: &[CampaignId],
        (columns, party): (Columns, &'static str),
        rest: &'static str,
    ) -> Sql {
        let mut sql = Sql::new(text);
        sql.push(" WHERE tenant_id = $1 AND ");
        past::there(&mut sql, self.past, columns);
        sql.push(" AND campaign_id IN ").bind_all(ids.iter().copied());
        narrow(&mut sql, party, self.parties);
        sql.push(rest);
        sql
    }

    fn figures(&mut self, id: CampaignId) -> Option<&mut Figures> {
        self.all.get_mut(&id)
    }

    async fn people(&mut self, tx: &mut Tx, ids: &[CampaignId]) -> Result<()> {
        let members = self.of(
            "SELECT campaign_id, status, COUNT(*) FROM campaign_members",
            ids,
            (past::PLAIN, "party_id"),
            " GROUP BY campaign_id, status",
        );
        for (id, status, count) in tx.all::<(CampaignId, String, i64)>(members).await? {
            let Some(one) = self.figures(id) else { continue };
            one.members += count;
            one.attended += if status == "attended" { count } else { 0 };
            let came = matches!(status.as_str(), "registered" | "attended" | "no_show");
            one.registered += if came { count } else { 0 };
        }
        let responses = self.of(
            "SELECT campaign_id, COUNT(*), COUNT(DISTINCT responder) FROM responses",
            ids,
            (Columns { at: "responded_at", ..past::PLAIN }, "party_id"),
            " GROUP BY campaign_id",
        );
        for (id, all, people) in tx.all::<(CampaignId, i64, i64)>(responses).await? {
            if let Some(one) = self.figures(id) {
                (one.responses, one.responders) = (all, people);
            }
        }
        let leads = self.of(
            "SELECT campaign_id, COUNT(*) FROM leads",
            ids,
            (past::PLAIN, "party_id"),
            " GROUP BY campaign_id",
        );
        for (id, count) in tx.all::<(CampaignId, i64)>(leads).await? {
            if let Some(one) = self.figures(id) {
                one.leads = count;
            }
        }
        Ok(())
    }

    async fn spent(&mut self, tx: &mut Tx, ids: &[CampaignId]) -> Result<()> {
        let mut spent = Sql::new(
            "SELECT campaign_id, amount_currency, CAST(SUM(amount_minor) AS BIGINT)
             FROM campaign_expenses WHERE tenant_id = $1 AND ",
        );
        past::there(&mut spent, self.past, past::PLAIN);
        if let Some(past) = self.past {
            spent.push(" AND spent_on <= ").bind(past.day);
        }
        spent.push(" AND campaign_id IN ").bind_all(ids.iter().copied());
        spent.push(" GROUP BY campaign_id, amount_currency");
        for (id, code, minor) in tx.all::<(CampaignId, String, i64)>(spent).await? {
            let amount = self.own(tx, id, minor, &code).await?;
            if let Some(one) = self.figures(id) {
                one.cost = one.cost.checked_add(amount).map_err(ours)?;
            }
        }
        Ok(())
    }

    /// What comes from one campaign alone, summed by the store.
    async fn whole(&mut self, tx: &mut Tx, ids: &[CampaignId]) -> Result<()> {
        let mut sql = Sql::new(
            "SELECT l.campaign_id, o.amount_currency, COUNT(*),
                 CAST(COALESCE(SUM(o.amount_minor), 0) AS BIGINT) FROM campaign_links l",
        );
        opportunities(&mut sql, self.past);
        sql.push(
            " WHERE l.tenant_id = $1 AND l.subject_type = 'opportunity' AND l.weight = 10000
                 AND l.campaign_id IN ",
        );
        sql.bind_all(ids.iter().copied());
        narrow(&mut sql, "o.party_id", self.parties);
        sql.push(" GROUP BY l.campaign_id, o.amount_currency");
        let rows = tx.all::<(CampaignId, Option<String>, i64, i64)>(sql).await?;
        for (id, code, count, minor) in rows {
            self.add_opportunities(tx, id, count, code.as_deref().map(|code| (minor, code)))
                .await?;
        }
        let mut sql = Sql::new(
            "SELECT l.campaign_id, c.net_currency, COUNT(*), CAST(COALESCE(SUM(c.net_minor), 0) AS BIGINT),
                 CAST(COALESCE(SUM(",
        );
        sql.push(MARGIN).push("), 0) AS BIGINT), COUNT(");
        sql.push(MARGIN).push(") FROM campaign_links l");
        contracts(&mut sql, self.past);
        sql.push(
            " WHERE l.tenant_id = $1 AND l.subject_type = 'contract' AND l.weight = 10000
                 AND l.campaign_id IN ",
        );
        sql.bind_all(ids.iter().copied());
        narrow(&mut sql, "c.party_id", self.parties);
        sql.push(" GROUP BY l.campaign_id, c.net_currency");
        let rows = tx.all::<(CampaignId, String, i64, i64, i64, i64)>(sql).await?;
        for (id, code, count, net, margin, known) in rows {
            self.add_contracts(tx, id, (count, known), (net, margin), &code).await?;
        }
        Ok(())
    }

    async fn shared_opportunities(&mut self, tx: &mut Tx, ids: &[CampaignId]) -> Result<()> {
        type Row = (Uuid, CampaignId, i64, i64, Option<String>, Option<i64>);
        let mut sql = Sql::new(
            "SELECT DISTINCT s.subject_id, s.campaign_id, s.place, s.weight, o.amount_currency, o.amount_minor
             FROM campaign_links l",
        );
        opportunities(&mut sql, self.past);
        sql.push(SHARED).push("'opportunity' AND l.campaign_id IN ");
        sql.bind_all(ids.iter().copied());
        narrow(&mut sql, "o.party_id", self.parties);
        sql.push(" ORDER BY s.subject_id, s.place");
        let rows = tx.all::<Row>(sql).await?;
        for group in rows.chunk_by(|one, other| one.0 == other.0) {
            let weights: Vec<i64> = group.iter().map(|row| row.3).collect();
            let whole = group[0].5.zip(group[0].4.as_deref());
            let parts = split(whole.map_or(0, |(minor, _)| minor), &weights)?;
            for (row, part) in group.iter().zip(parts) {
                let part = whole.map(|(_, code)| (part, code));
                self.add_opportunities(tx, row.1, 1, part).await?;
            }
        }
        Ok(())
    }

    async fn shared_contracts(&mut self, tx: &mut Tx, ids: &[CampaignId]) -> Result<()> {
        type Row = (Uuid, CampaignId, i64, i64, String, i64, Option<i64>);
        let mut sql = Sql::new(
            "SELECT DISTINCT s.subject_id, s.campaign_id, s.place, s.weight, c.net_currency, c.net_minor, ",
        );
        sql.push(MARGIN).push(" FROM campaign_links l");
        contracts(&mut sql, self.past);
        sql.push(SHARED).push("'contract' AND l.campaign_id IN ");
        sql.bind_all(ids.iter().copied());
        narrow(&mut sql, "c.party_id", self.parties);
        sql.push(" ORDER BY s.subject_id, s.place");
        let rows = tx.all::<Row>(sql).await?;
        for group in rows.chunk_by(|one, other| one.0 == other.0) {
            let weights: Vec<i64> = group.iter().map(|row| row.3).collect();
            let (code, net, margin) = (group[0].4.as_str(), group[0].5, group[0].6);
            let nets = split(net, &weights)?;
            let margins = split(margin.unwrap_or(0), &weights)?;
            for (row, (net, left)) in group.iter().zip(nets.into_iter().zip(margins)) {
                let known = i64::from(margin.is_some());
                self.add_contracts(tx, row.1, (1, known), (net, left), code).await?;
            }
        }
        Ok(())
    }

    async fn add_opportunities(
        &mut self,
        tx: &mut Tx,
        id: CampaignId,
        count: i64,
        amount: Option<(i64, &str)>,
    ) -> Result<()> {
        if !self.all.contains_key(&id) {
            return Ok(());
        }
        let amount = match amount {
            Some((minor, code)) => Some(self.own(tx, id, minor, code).await?),
            None => None,
        };
        let Some(one) = self.figures(id) else { return Ok(()) };
        one.opportunities += count;
        if let Some(amount) = amount {
            one.opportunity_amount = one.opportunity_amount.checked_add(amount).map_err(ours)?;
        }
        Ok(())
    }

    async fn add_contracts(
        &mut self,
        tx: &mut Tx,
        id: CampaignId,
        (count, known): (i64, i64),
        (net, margin): (i64, i64),
        code: &str,
    ) -> Result<()> {
        if !self.all.contains_key(&id) {
            return Ok(());
        }
        let net = self.own(tx, id, net, code).await?;
        let margin = self.own(tx, id, margin, code).await?;
        let Some(one) = self.figures(id) else { return Ok(()) };
        one.contracts += count;
        one.contracts_without_cost += count - known;
        one.contract_amount = one.contract_amount.checked_add(net).map_err(ours)?;
        one.contract_margin = one.contract_margin.checked_add(margin).map_err(ours)?;
        Ok(())
    }

    /// An amount in the currency of a campaign.
    async fn own(&self, tx: &mut Tx, id: CampaignId, minor: i64, code: &str) -> Result<Money> {
        let given = Currency::from_str(code).map_err(ours)?;
        let amount = Money::new(minor, given);
        let wanted = self.all.get(&id).map_or(given, |one| one.cost.currency());
        if wanted == given {
            return Ok(amount);
        }
        let Some(known) = self.rates_known else {
            return Ok(rates::convert(tx, amount, wanted, self.day).await?.amount);
        };
        let rate = rates::rate_as_known(tx, (given, wanted), self.day, known).await?;
        Ok(rates::use_rate(&rate, amount, wanted)?.amount)
    }
}

/// The links of everything that one of the campaigns shares with others.
const SHARED: &str =
    " JOIN campaign_links s ON s.tenant_id = l.tenant_id AND s.subject_type = l.subject_type
         AND s.subject_id = l.subject_id
     WHERE l.tenant_id = $1 AND l.weight < 10000 AND l.subject_type = ";

/// Exact parts of an amount by weights that are one whole.
pub(super) fn split(whole: i64, weights: &[i64]) -> Result<Vec<i64>> {
    debug_assert_eq!(weights.iter().sum::<i64>(), WHOLE);
    allocate(whole, weights).map_err(|error| INTERNAL.problem().because(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_39_what_is_shared_is_divided_exactly() {
        assert_eq!(split(100, &[3_333, 3_333, 3_334]).unwrap(), [33, 33, 34]);
        assert_eq!(split(1, &[5_000, 5_000]).unwrap(), [1, 0]);
        for whole in [0, 1, 99, 100_001, -7] {
            let parts = split(whole, &[2_500, 2_500, 4_999, 1]).unwrap();
            assert_eq!(parts.iter().sum::<i64>(), whole);
        }
    }
}

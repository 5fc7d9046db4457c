//! By what customers are ranked: their figures, places, and several angles weighed together.

use super::{
    customer_ranking::CustomerAngle,
    purchases::{self, Buyer},
    receivables::open_lines,
};
use crate::{Asked, Definition, exchange::currency, report::reach};
use chrono::NaiveDate;
use guanxi_contracts::{contracts::CONTRACT, receipts::RECEIPT};
use guanxi_customers::{activities::ACTIVITY, orders::ORDER, referrals::REFERRAL};
use guanxi_kernel::{
    Action, Ctx, FineAmount, Money, Result, Share, actor::forbidden, ratio::Ratio,
};
use guanxi_marketing::population::Population;
use guanxi_storage::{Kind, Sql, Tx, scope};
use rust_decimal::Decimal;
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};
use uuid::Uuid;

/// The figures of a customer; amounts in steps of the currency of the report.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    /// What it has bought, less what came back.
    pub(super) revenue: i128,
    /// What that has cost the company, as far as it was told.
    pub(super) cost: i128,
    /// How many purchases.
    pub(super) purchases: i64,
    /// The day of the last one.
    pub(super) last_on: Option<NaiveDate>,
    /// What it has bought in the last 365 days, and in the 365 days before.
    pub(super) years: [i128; 2],
    /// What it is still to pay.
    pub(super) receivables: i128,
    /// How many it has recommended.
    pub(super) referrals: i64,
    /// What was spent on it.
    pub(super) served: i128,
}

/// What one is ranked by: the greater, the better; nothing where there is no figure.
pub(super) type Standing = Option<Decimal>;

impl Figures {
    /// What was earned with it; nothing where no cost was ever told.
    pub(super) fn margin(&self) -> Option<i128> {
        (self.cost != 0).then_some(self.revenue - self.cost)
    }

    /// What it has bought in a year more or less than in the year before, by the latter.
    pub(super) fn growth(&self) -> Ratio {
        let [last, before] = self.years.map(FineAmount::sum_to_decimal);
        Ratio::new(last - before, before)
    }

    /// The figure of an angle.
    pub(super) fn standing(&self, angle: CustomerAngle) -> Standing {
        let number = FineAmount::sum_to_decimal;
        match angle {
            CustomerAngle::Revenue | CustomerAngle::Composite => Some(number(self.revenue)),
            CustomerAngle::GrossMargin => self.margin().map(number),
            CustomerAngle::OrderCount => Some(self.purchases.into()),
            CustomerAngle::Recency => {
                self.last_on.map(|day| (day - NaiveDate::default()).num_days().into())
            }
            CustomerAngle::Growth if self.years[1] <= 0 => None,
            CustomerAngle::Growth => {
                let growth = self.growth();
                growth.numerator().checked_div(growth.denominator())
            }
            CustomerAngle::Receivables => Some(number(self.receivables)),
            CustomerAngle::Referrals => Some(self.referrals.into()),
            CustomerAngle::CostToServe => Some(number(self.served)),
        }
    }
}

/// The place of each: one more than there are greater ones. Those without a figure are last.
pub(super) fn ranks(standings: &[Standing]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..standings.len()).collect();
    order.sort_by_key(|at| Reverse(standings[*at]));
    let mut ranks = vec![0; standings.len()];
    let mut rank = 0;
    for (place, at) in (1_i64..).zip(&order) {
        let before = usize::try_from(place - 2).ok().map(|before| order[before]);
        if before.is_none_or(|before| standings[before] != standings[*at]) {
            rank = place;
        }
        ranks[*at] = rank;
    }
    ranks
}

/// What an angle gives to a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// Its place, if it has a figure.
    pub(super) rank: Option<i64>,
    /// From 1 for the first place down to 0 for the last.
    pub(super) place: Ratio,
    /// The same by the weight of the angle. All have one denominator, so that points are added exactly.
    pub(super) points: Ratio,
}

/// What an angle of that weight gives to each: 1 for the first place, 0 for the last and to those without a
/// figure, the places between in equal steps.
pub(super) fn given(standings: &[Standing], weight: Share) -> Vec<Given> {
    let last = i64::try_from(standings.len()).unwrap_or(i64::MAX).saturating_sub(1);
    let steps = last.max(1);
    let each = ranks(standings).into_iter().zip(standings);
    each.map(|(rank, standing)| {
        // Who is alone is first.
        let reached = if standing.is_some() { steps - (rank - 1) } else { 0 };
        Given {
            rank: standing.map(|_| rank),
            place: Ratio::new(reached, steps),
            points: Ratio::new(weight.to_decimal() * Decimal::from(reached), steps),
        }
    })
    .collect()
}

/// Refuses whoever may not read what the angles are worked out from.
///
/// # Errors
/// `forbidden`.
pub(super) fn require(ctx: &Ctx, angles: &[CustomerAngle]) -> Result<()> {
    readable(ctx, &CONTRACT, &["party_id", "net", "signed_on"])?;
    readable(ctx, &ORDER, &["party_id", "net", "placed_at"])?;
    for angle in angles {
        match angle {
            CustomerAngle::GrossMargin => readable(ctx, &CONTRACT, &["cost"])?,
            CustomerAngle::Receivables => {
                readable(ctx, &CONTRACT, &["receivables", "outstanding"])?;
                readable(ctx, &RECEIPT, &["amount"])?;
            }
            CustomerAngle::Referrals => readable(ctx, &REFERRAL, &["referrer_party_id"])?,
            CustomerAngle::CostToServe => readable(ctx, &ACTIVITY, &["expenses"])?,
            CustomerAngle::Revenue
            | CustomerAngle::OrderCount
            | CustomerAngle::Recency
            | CustomerAngle::Growth
            | CustomerAngle::Composite => {}
        }
    }
    Ok(())
}

/// Whether the caller may see what purchases have cost.
pub(super) fn shows_cost(ctx: &Ctx) -> bool {
    readable(ctx, &CONTRACT, &["cost"]).is_ok()
}

fn readable(ctx: &Ctx, kind: &'static Kind, fields: &[&str]) -> Result<()> {
    ctx.require(kind.plural, Action::Read)?;
    let hidden = ctx.actor.withheld(kind.plural).hidden;
    let is_open = fields.iter().all(|field| !hidden.contains(*field));
    if is_open { Ok(()) } else { Err(forbidden(kind.plural, Action::Read)) }
}

/// The figures of everybody who has bought something and, where it is asked how many they have recommended, of
/// everybody who has recommended somebody. What no angle asks for is left at nothing.
///
/// # Errors
/// `no_exchange_rate`, `conversion_overflow`, those of the store.
pub(super) async fn figures(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    angles: &[CustomerAngle],
) -> Result<BTreeMap<Uuid, Figures>> {
    let buyers = purchases::buyers(tx, ctx, definition, asked, (None, None)).await?;
    let figures = |buyer: Buyer| {
        let (revenue, cost) = (buyer.left(), buyer.cost.into());
        let (purchases, last_on) = (buyer.purchases, Some(buyer.last_on));
        (buyer.id, Figures { revenue, cost, purchases, last_on, ..Figures::default() })
    };
    let mut all: BTreeMap<Uuid, Figures> = buyers.into_iter().map(figures).collect();
    for (id, years) in purchases::two_years(tx, ctx, definition, asked).await? {
        if let Some(one) = all.get_mut(&id) {
            one.years = years;
        }
    }
    if angles.contains(&CustomerAngle::Receivables) {
        for (id, steps) in outstanding(tx, ctx, definition, asked).await? {
            if let Some(one) = all.get_mut(&id) {
                one.receivables = steps;
            }
        }
    }
    if angles.contains(&CustomerAngle::CostToServe) {
        let spent = purchases::spent(tx, ctx, definition, asked, (None, None)).await?;
        for (id, each) in spent {
            if let Some(one) = all.get_mut(&id) {
                one.served = each.iter().map(|(_, steps)| steps).sum();
            }
        }
    }
    if angles.contains(&CustomerAngle::Referrals) {
        for (id, count) in tx.all::<(Uuid, i64)>(recommended(ctx, definition, asked)).await? {
            all.entry(id).or_default().referrals = count;
        }
    }
    Ok(all)
}

/// Keeps those who belong to a population, by their roles of now.
///
/// # Errors
/// Those of the store.
pub(super) async fn keep(
    tx: &mut Tx,
    all: &mut BTreeMap<Uuid, Figures>,
    population: Population,
) -> Result<()> {
    if population == Population::Everybody {
        return Ok(());
    }
    let mut sql = Sql::new("SELECT t.id FROM parties t WHERE t.tenant_id = $1 AND ");
    population.write(&mut sql);
    let own = tx.all::<(Uuid,)>(sql).await?.into_iter().map(|(id,)| id);
    let own: BTreeSet<Uuid> = own.collect();
    all.retain(|id, _| own.contains(id));
    Ok(())
}

/// What each customer is still to pay, by the rates of the day of the report.
async fn outstanding(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, i128>> {
    let mut sql = Sql::new(
        "SELECT x.party_id, x.currency, CAST(SUM(x.open_minor) AS BIGINT)
             FROM (SELECT t.party_id, d.currency, ",
    );
    open_lines(&mut sql, asked);
    sql.push(
        " AND EXISTS (SELECT 1 FROM parties p WHERE p.tenant_id = t.tenant_id AND p.id = t.party_id AND ",
    );
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, definition), ctx.actor.user);
    sql.push(")) x WHERE x.open_minor <> 0 GROUP BY x.party_id, x.currency ORDER BY x.party_id");
    let mut all: BTreeMap<Uuid, i128> = BTreeMap::new();
    for (party, code, minor) in tx.all::<(Uuid, String, i64)>(sql).await? {
        let (today, known) = (asked.today, asked.known_at);
        let open = Money::new(minor, currency(&code)?);
        let open = asked.exchange.convert(tx, open, today, known).await?;
        *all.entry(party).or_default() += i128::from(FineAmount::from(open).steps());
    }
    Ok(all)
}

/// How many each customer has recommended by the instant of the report.
fn recommended(ctx: &Ctx, definition: &Definition, asked: &Asked) -> Sql {
    let mut sql = Sql::new(
        "SELECT t.referrer_party_id, COUNT(*) FROM referrals t
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.referrer_party_id
             WHERE t.tenant_id = $1 AND p.tenant_id = $1 AND t.created_at <= ",
    );
    sql.bind(asked.as_of).push(" AND t.created_at <= ").bind(asked.known_at);
    for gone in ["t.deleted_at", "p.deleted_at"] {
        sql.push(" AND (").push(gone).push(" IS NULL OR ").push(gone).push(" > ");
        sql.bind(asked.known_at).push(")");
    }
    sql.push(" AND ");
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, definition), ctx.actor.user);
    sql.push(" GROUP BY t.referrer_party_id");
    sql
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(figures: &[i64]) -> Vec<Standing> {
        figures.iter().map(|figure| Some(Decimal::from(*figure))).collect()
    }

    #[test]
    fn m_14_ties_share_a_place() {
        assert_eq!(ranks(&known(&[50, 40, 40, 30])), [1, 2, 2, 4]);
        assert_eq!(ranks(&known(&[30, 40, 50, 40])), [4, 2, 1, 2]);
        assert_eq!(ranks(&known(&[7, 7])), [1, 1]);
        assert_eq!(ranks(&[None, Some(Decimal::ZERO), None]), [2, 1, 2]);
        assert_eq!(ranks(&[]), [0_i64; 0]);
    }

    #[test]
    fn m_14_a_place_gives_points_in_equal_steps() {
        let half = Share::of_ten_thousandths(5_000);
        let points: Vec<_> =
            given(&known(&[50, 40, 40, 30]), half).iter().map(|one| one.points.value()).collect();
        let number = |text: &str| Some(text.parse::<Decimal>().unwrap());
        assert_eq!(points, [number("0.5"), number("0.3333"), number("0.3333"), number("0")]);
        let told = given(&[None, Some(Decimal::ONE), None], Share::ONE);
        assert_eq!(told[0].rank, None);
        assert_eq!(told[0].place, Ratio::new(0, 2));
        assert_eq!(told[1].place, Ratio::new(2, 2));
        // Who is alone is first, unless there is no figure at all.
        assert_eq!(given(&known(&[3]), Share::ONE)[0].place, Ratio::new(1, 1));
        assert_eq!(given(&[None], Share::ONE)[0].place, Ratio::new(0, 1));
    }

    #[test]
    fn m_14_some_angles_have_no_figure() {
        let never = Figures::default();
        for angle in [CustomerAngle::GrossMargin, CustomerAngle::Recency, CustomerAngle::Growth] {
            assert_eq!(never.standing(angle), None, "{angle}");
        }
        let grown = Figures { years: [1_500_000, 1_000_000], ..Figures::default() };
        assert_eq!(grown.standing(CustomerAngle::Growth), Some(Decimal::new(5, 1)));
        let new = Figures { years: [1_500_000, 0], ..Figures::default() };
        assert_eq!(new.standing(CustomerAngle::Growth), None);
        assert_eq!(new.growth().value(), None);
        let earned = Figures { revenue: 1_000_000, cost: 600_000, ..Figures::default() };
        assert_eq!(earned.margin(), Some(400_000));
    }
}

//! What customers have bought: orders that were told of, and contracts that were signed.
//!
//! All is summed by the store, customer by customer, in steps of a ten-thousandth of the major unit of the
//! currency of the report. What is in another currency is converted by the rate of its day.
//!
//! A purchase is an order of which something was bought, or a contract that was signed and not cancelled by the end of
//! the time that is asked for; what came back, amendments and cancellations change the amount on their own days and
//! are no purchases.
//!
//! A report may go over a million customers, so of each it keeps 56 bytes and its place, which stands for its
//! code; codes and names are looked up for the rows that are shown. The store sums both orders and contracts
//! in one statement, whose rows are read as they come. Price: what customers have bought in other currencies is
//! looked at again, twice, and who is shown is asked for once more; an amount of a customer beyond 64 bits of
//! steps (some 900 million millions) is refused.
//!
//! | file | holds |
//! | --- | --- |
//! | `kind.rs` | orders and contracts as statements |
//! | `lasts.rs` | on which day customers have bought last |
//! | `months.rs` | what was bought month by month, by pages of customers |
//! | `years.rs` | what was bought in the last year and in the one before |

mod kind;
mod lasts;
mod months;
mod years;

pub(super) use self::{
    kind::Kind,
    lasts::lasts,
    months::{Monthly, Pages, by_month_of, by_month_on},
    years::two_years,
};

use crate::{Asked, Definition, exchange::currency, report::reach};
use chrono::NaiveDate;
use guanxi_customers::activities::Expense;
use guanxi_kernel::{
    Ctx, Currency, FineAmount, Money, Problem, Result, money::MoneyError, problem::INTERNAL,
};
use guanxi_storage::{Sql, Tx, error::CONVERSION_OVERFLOW, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a customer has bought in a time; amounts are in steps.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buyer {
    /// The customer.
    pub(super) id: Uuid,
    /// The day of the last one.
    pub(super) last_on: NaiveDate,
    /// How many purchases there are.
    pub(super) purchases: i64,
    /// What they come to.
    pub(super) bought: i64,
    /// What came back, zero or below, also of purchases of before.
    pub(super) returned: i64,
    /// What both have cost the company, as far as it is known.
    pub(super) cost: i64,
}

impl Buyer {
    /// One that has not bought anything yet.
    fn new(id: Uuid) -> Self {
        Self { id, last_on: NaiveDate::MIN, purchases: 0, bought: 0, returned: 0, cost: 0 }
    }

    /// What it has bought, less what came back.
    pub(super) fn left(&self) -> i128 {
        i128::from(self.bought) + i128::from(self.returned)
    }

    /// Adds what was bought, what came back, and what both have cost.
    fn add(&mut self, steps: [i128; 3], into: Currency) -> Result<()> {
        let sums = [&mut self.bought, &mut self.returned, &mut self.cost];
        for (sum, steps) in sums.into_iter().zip(steps) {
            *sum = narrow(i128::from(*sum) + steps, into)?;
        }
        Ok(())
    }
}

/// The steps of one customer.
///
/// # Errors
/// `conversion_overflow`.
pub(super) fn narrow(steps: i128, into: Currency) -> Result<i64> {
    i64::try_from(steps).map_err(|_| too_large(into))
}

/// Days from which and up to which purchases count; without an end where there is none.
pub(super) type Time = (Option<NaiveDate>, Option<NaiveDate>);

/// The customers that have bought something in that time, in the order of their codes, those without last,
/// and then of their ids.
///
/// # Errors
/// `no_exchange_rate`, `conversion_overflow`, those of the store.
pub(super) async fn buyers(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    time: Time,
) -> Result<Vec<Buyer>> {
    let mut buyers = everybody(tx, ctx, definition, asked, time).await?;
    buyers.retain(|buyer| buyer.purchases > 0);
    Ok(buyers)
}

/// The same with those of whom something came back only; their days are then those of the report.
///
/// # Errors
/// As [`buyers`].
pub(super) async fn everybody(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    time: Time,
) -> Result<Vec<Buyer>> {
    /// The customer, whether it is by contracts, the last day, purchases, the three sums, and what is in other
    /// currencies.
    type Found = (Uuid, i64, Option<NaiveDate>, i64, i64, i64, i64, i64);
    let mut all: Vec<Buyer> = Vec::new();
    let mut others = [false; 2];
    let sql = kind::in_order(tx, ctx, definition, asked, time);
    let exchange = &asked.exchange;
    tx.each(sql, |found: Found| {
        let (id, source, last_on, purchases, bought, returned, cost, in_others) = found;
        let at = usize::from(source != 0);
        others[at] |= in_others > 0;
        // What one has bought by orders and by contracts comes together.
        if all.last().is_none_or(|last| last.id != id) {
            all.push(Buyer::new(id));
        }
        let Some(buyer) = all.last_mut() else { return Ok(()) };
        buyer.last_on = last_on.map_or(buyer.last_on, |last_on| buyer.last_on.max(last_on));
        buyer.purchases += purchases;
        let steps = [bought, returned, cost].map(|sum| KINDS[at].steps(exchange.money(sum)));
        buyer.add(steps, exchange.currency())
    })
    .await?;
    add_others(tx, ctx, definition, asked, (time, others), &mut all).await?;
    let today = asked.today;
    all.iter_mut().filter(|one| one.purchases == 0).for_each(|one| one.last_on = today);
    Ok(all)
}

const KINDS: [Kind; 2] = [Kind::Orders, Kind::Contracts];

/// Adds what customers have bought in other currencies, as far as there is any of a kind.
async fn add_others(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    (time, others): (Time, [bool; 2]),
    all: &mut [Buyer],
) -> Result<()> {
    type Found = (Uuid, String, NaiveDate, i64, i64, i64);
    if others == [false; 2] {
        return Ok(());
    }
    let (into, known_at) = (asked.exchange.currency(), asked.known_at);
    let mut places: Vec<usize> = (0..all.len()).collect();
    places.sort_unstable_by_key(|at| all[*at].id);
    for kind in KINDS.into_iter().zip(others).filter_map(|(kind, any)| any.then_some(kind)) {
        let days = tx.all::<(String, NaiveDate)>(kind.others(ctx, definition, asked, time)).await?;
        for (code, day) in days {
            asked.exchange.look_up(tx, currency(&code)?, day, known_at).await?;
        }
        let sql = kind.in_others(ctx, definition, asked, time);
        let exchange = &asked.exchange;
        tx.each(sql, |(id, code, day, bought, returned, cost): Found| {
            // Who or what has come since the first statement is left to the next report.
            let Ok(at) = places.binary_search_by_key(&id, |at| all[*at].id) else { return Ok(()) };
            let mut steps = [0; 3];
            for (steps, sum) in steps.iter_mut().zip([bought, returned, cost]) {
                let given = given(kind, (sum, &code))?;
                let Some(sum) = exchange.convert_known(given, day)? else { return Ok(()) };
                *steps = i128::from(FineAmount::from(sum).steps());
            }
            all[places[at]].add(steps, into)
        })
        .await?;
    }
    Ok(())
}

/// The numbers of those of some customers that have one.
///
/// # Errors
/// Those of the store.
pub(super) async fn codes(tx: &mut Tx, customers: &[Uuid]) -> Result<BTreeMap<Uuid, String>> {
    const AT_ONCE: usize = 200;
    let mut found = BTreeMap::new();
    for some in customers.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT p.id, p.code FROM parties p
                 WHERE p.tenant_id = $1 AND p.code IS NOT NULL AND p.id IN ",
        );
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(Uuid, String)>(sql).await?);
    }
    Ok(found)
}

/// What was spent on customers on the days of a time: the expenses of activities with them, by customer.
///
/// # Errors
/// As [`buyers`].
pub(super) async fn spent(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    (from, until): Time,
) -> Result<BTreeMap<Uuid, Vec<(NaiveDate, i128)>>> {
    type Found = (Uuid, String);
    let mut sql = Sql::new(
        "SELECT t.party_id, CAST(t.expenses AS TEXT) FROM activities t
             JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id
             WHERE t.tenant_id = $1 AND p.tenant_id = $1 AND t.deleted_at IS NULL
                 AND CAST(t.expenses AS TEXT) <> '[]' AND ",
    );
    scope::covers(&mut sql, "p.owner_id", &reach(ctx, definition), ctx.actor.user);
    let mut all: BTreeMap<Uuid, Vec<(NaiveDate, i128)>> = BTreeMap::new();
    for (party, expenses) in tx.all::<Found>(sql).await? {
        let expenses: Vec<Expense> =
            serde_json::from_str(&expenses).map_err(|error| INTERNAL.problem().because(error))?;
        for one in expenses {
            let day = one.spent_on;
            let within = from.is_none_or(|from| from <= day)
                && day <= until.unwrap_or(asked.today)
                && one.recorded_at <= asked.known_at;
            if within {
                let sum = asked.exchange.convert(tx, one.amount, day, asked.known_at).await?;
                let steps = i128::from(FineAmount::from(sum).steps());
                all.entry(party).or_default().push((day, steps));
            }
        }
    }
    Ok(all)
}

/// What was summed in another currency on a day, in steps of that of the report.
pub(super) async fn converted(
    tx: &mut Tx,
    asked: &mut Asked,
    from: Kind,
    sum: (i64, &str),
    on: NaiveDate,
) -> Result<i128> {
    let sum = asked.exchange.convert(tx, given(from, sum)?, on, asked.known_at).await?;
    Ok(i128::from(FineAmount::from(sum).steps()))
}

/// What was summed in a currency, as an amount of it.
fn given(from: Kind, (sum, code): (i64, &str)) -> Result<Money> {
    let given = currency(code)?;
    match from {
        Kind::Orders => FineAmount::of_steps(sum).to_money(given).map_err(overflow),
        Kind::Contracts => Ok(Money::new(sum, given)),
    }
}

fn overflow(error: MoneyError) -> Problem {
    INTERNAL.problem().because(error)
}

fn too_large(into: Currency) -> Problem {
    CONVERSION_OVERFLOW.with("to", into.code())
}

/// A sum of steps as an amount of the currency of the report, rounded half-even once.
///
/// # Errors
/// `conversion_overflow`.
pub(super) fn money(asked: &Asked, steps: i128) -> Result<Money> {
    let into = asked.exchange.currency();
    FineAmount::sum_to_money(steps, into).map_err(|_| too_large(into))
}

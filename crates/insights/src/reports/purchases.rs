//! What customers have bought: orders that were told of, and contracts that were signed.
//!
//! All is summed by the store, customer by customer, in steps of a ten-thousandth of the major unit of the
//! currency of the report. What is in another currency is converted by the rate of its day.
//!
//! A purchase is an order of which something was bought, or a signed contract; what came back lowers the
//! amount and is no purchase.

use crate::{Asked, Definition, exchange::currency, report::reach};
use chrono::{Datelike as _, Days, NaiveDate};
use guanxi_customers::{activities::Expense, life_cycles::Page, value::months_between};
use guanxi_kernel::{
    Ctx, FineAmount, Money, Problem, Result, money::MoneyError, problem::INTERNAL,
};
use guanxi_storage::{Sql, Tx, error::CONVERSION_OVERFLOW, scope};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What a customer has bought in a time.
#[derive(Debug, Clone)]
pub(super) struct Buyer {
    /// The customer.
    pub(super) id: Uuid,
    /// Its number.
    pub(super) code: Option<String>,
    /// The day of the last one.
    pub(super) last_on: NaiveDate,
    /// How many purchases there are.
    pub(super) purchases: i64,
    /// What they come to.
    pub(super) bought: i128,
    /// What came back, zero or below, also of purchases of before.
    pub(super) returned: i128,
    /// What both have cost the company, as far as it is known.
    pub(super) cost: i128,
}

/// Days from which and up to which purchases count; without an end where there is none.
pub(super) type Time = (Option<NaiveDate>, Option<NaiveDate>);

/// What one row of the store says of a customer.
struct Part {
    id: Uuid,
    code: Option<String>,
    last_on: Option<NaiveDate>,
    purchases: i64,
    bought: i128,
    returned: i128,
    cost: i128,
}

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
    let mut all: BTreeMap<(bool, Option<String>, Uuid), Part> = BTreeMap::new();
    for part in parts(tx, ctx, definition, asked, time).await? {
        let key = (part.code.is_none(), part.code.clone(), part.id);
        let Some(sum) = all.get_mut(&key) else {
            all.insert(key, part);
            continue;
        };
        sum.last_on = sum.last_on.max(part.last_on);
        sum.purchases += part.purchases;
        sum.bought += part.bought;
        sum.returned += part.returned;
        sum.cost += part.cost;
    }
    let today = asked.today;
    let buyer = |part: Part| {
        let last_on = part.last_on.unwrap_or(today);
        let Part { id, code, purchases, bought, returned, cost, .. } = part;
        Buyer { id, code, last_on, purchases, bought, returned, cost }
    };
    Ok(all.into_values().map(buyer).collect())
}

/// What a customer has bought month by month, less what came back.
#[derive(Debug, Clone)]
pub(super) struct Monthly {
    /// The customer.
    pub(super) id: Uuid,
    /// Its number.
    pub(super) code: Option<String>,
    /// The first day of the first month in which something was bought.
    pub(super) from: NaiveDate,
    /// What each month from that one to that of the report came to, without a gap.
    pub(super) sums: Vec<i128>,
    /// Whether something was bought in each of them.
    pub(super) bought: Vec<bool>,
    /// How often something was bought.
    pub(super) purchases: i64,
}

/// Purchases of each customer that has bought something, by months of the calendar, in the order of their
/// codes, those without last, and then of their ids. What came back before the first purchase is left out.
///
/// # Errors
/// As [`buyers`].
pub(super) async fn by_month(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<Vec<Monthly>> {
    by_month_of(tx, ctx, definition, asked, Page { after: None, last: None }).await
}

/// The same of the customers of a page.
///
/// # Errors
/// As [`buyers`].
pub(super) async fn by_month_of(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    page: Page,
) -> Result<Vec<Monthly>> {
    type Own = (Uuid, Option<String>, String, i64, i64);
    type Foreign = (Uuid, Option<String>, String, NaiveDate, i64, i64);
    /// In the order of those who have a code, of these, and of the customers.
    type Key = (bool, Option<String>, Uuid);
    /// The number of purchases and their steps, by how many months ago.
    type Months = BTreeMap<u32, (i64, i128)>;
    let mut all: BTreeMap<Key, Months> = BTreeMap::new();
    let mut add = |id, code: Option<String>, age, purchases, steps| {
        let months = all.entry((code.is_none(), code, id)).or_default();
        let month = months.entry(age).or_default();
        month.0 += purchases;
        month.1 += steps;
    };
    for from in [Kind::Orders, Kind::Contracts] {
        for (id, code, month, purchases, sum) in
            tx.all::<Own>(from.by_month(ctx, definition, asked, (page, true))).await?
        {
            let day = format!("{month}-01")
                .parse::<NaiveDate>()
                .map_err(|e| INTERNAL.problem().because(e))?;
            let steps = from.steps(asked.exchange.money(sum));
            add(id, code, months_between(day, asked.today), purchases, steps);
        }
        for (id, code, money, day, purchases, sum) in
            tx.all::<Foreign>(from.by_month(ctx, definition, asked, (page, false))).await?
        {
            let steps = converted(tx, asked, from, (sum, &money), day).await?;
            add(id, code, months_between(day, asked.today), purchases, steps);
        }
    }
    let monthly = |((_, code, id), months): (Key, Months)| {
        let first = months.iter().rev().find(|(_, month)| month.0 > 0).map(|(age, _)| *age)?;
        let month = |age: u32| months.get(&age).copied().unwrap_or_default();
        let start = asked.today.with_day(1)?.checked_sub_months(chrono::Months::new(first))?;
        Some(Monthly {
            id,
            code,
            from: start,
            sums: (0..=first).rev().map(|age| month(age).1).collect(),
            bought: (0..=first).rev().map(|age| month(age).0 > 0).collect(),
            purchases: months.values().map(|month| month.0).sum(),
        })
    };
    Ok(all.into_iter().filter_map(monthly).collect())
}

/// Days of a year that is compared with the one before.
const YEAR: u64 = 365;

/// The day that lies so many days before that of the report.
fn days_ago(asked: &Asked, days: u64) -> NaiveDate {
    asked.today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// What each customer has bought, less what came back, in the last 365 days and in the 365 days before.
///
/// # Errors
/// As [`buyers`].
pub(super) async fn two_years(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
) -> Result<BTreeMap<Uuid, [i128; 2]>> {
    type Own = (Uuid, i64, i64);
    type Foreign = (Uuid, String, NaiveDate, i64);
    let year = days_ago(asked, YEAR);
    let mut all: BTreeMap<Uuid, [i128; 2]> = BTreeMap::new();
    for from in [Kind::Orders, Kind::Contracts] {
        for (id, last, before) in tx.all::<Own>(from.by_year(ctx, definition, asked, true)).await? {
            let sums = all.entry(id).or_default();
            sums[0] += from.steps(asked.exchange.money(last));
            sums[1] += from.steps(asked.exchange.money(before));
        }
        for (id, money, day, sum) in
            tx.all::<Foreign>(from.by_year(ctx, definition, asked, false)).await?
        {
            let steps = converted(tx, asked, from, (sum, &money), day).await?;
            all.entry(id).or_default()[usize::from(day <= year)] += steps;
        }
    }
    Ok(all)
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
    (sum, code): (i64, &str),
    on: NaiveDate,
) -> Result<i128> {
    let given = currency(code)?;
    let sum = match from {
        Kind::Orders => FineAmount::of_steps(sum).to_money(given).map_err(overflow)?,
        Kind::Contracts => Money::new(sum, given),
    };
    let sum = asked.exchange.convert(tx, sum, on, asked.known_at).await?;
    Ok(i128::from(FineAmount::from(sum).steps()))
}

async fn parts(
    tx: &mut Tx,
    ctx: &Ctx,
    definition: &Definition,
    asked: &mut Asked,
    time: Time,
) -> Result<Vec<Part>> {
    type Own = (Uuid, Option<String>, Option<NaiveDate>, i64, i64, i64, i64);
    type Foreign = (Uuid, Option<String>, String, NaiveDate, i64, i64, i64, i64);
    let mut parts = Vec::new();
    for from in [Kind::Orders, Kind::Contracts] {
        let own = from.statement(ctx, definition, asked, time, true);
        for (id, code, last_on, purchases, bought, returned, cost) in tx.all::<Own>(own).await? {
            let [bought, returned, cost] =
                [bought, returned, cost].map(|sum| from.steps(asked.exchange.money(sum)));
            parts.push(Part { id, code, last_on, purchases, bought, returned, cost });
        }
        let foreign = from.statement(ctx, definition, asked, time, false);
        for (id, code, money, on, purchases, bought, returned, cost) in
            tx.all::<Foreign>(foreign).await?
        {
            let mut sums = [0; 3];
            for (at, sum) in [bought, returned, cost].into_iter().enumerate() {
                sums[at] = converted(tx, asked, from, (sum, &money), on).await?;
            }
            let [bought, returned, cost] = sums;
            let last_on = (purchases > 0).then_some(on);
            parts.push(Part { id, code, last_on, purchases, bought, returned, cost });
        }
    }
    Ok(parts)
}

fn overflow(error: MoneyError) -> Problem {
    INTERNAL.problem().because(error)
}

/// What tells of purchases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Orders, each on the day on which it was placed.
    Orders,
    /// Contracts that are not cancelled, each on the day on which it was signed.
    Contracts,
}

impl Kind {
    /// What a sum of the store is in steps: orders have them, contracts have minor units.
    pub(super) fn steps(self, sum: Money) -> i128 {
        match self {
            Self::Orders => i128::from(sum.minor()),
            Self::Contracts => {
                let places = FineAmount::PLACES.saturating_sub(sum.currency().exponent());
                i128::from(sum.minor()) * 10_i128.pow(places)
            }
        }
    }

    /// The columns with the day of a purchase, its currency, and what makes it one.
    pub(super) fn columns(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Orders => ("t.placed_on", "t.currency", "t.bought_steps > 0"),
            Self::Contracts => ("t.signed_on", "t.currency", "t.net_minor > 0"),
        }
    }

    /// What was bought, what came back, and what both have cost.
    pub(super) fn amounts(self) -> [&'static str; 3] {
        match self {
            Self::Orders => ["t.bought_steps", "t.returned_steps", "t.cost_steps"],
            Self::Contracts => ["t.net_minor", "0", "COALESCE(t.cost_minor, 0)"],
        }
    }

    /// By customer and month what is in the currency of the report; by day what is in others.
    fn by_month(
        self,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        (page, own): (Page, bool),
    ) -> Sql {
        let (day, money, is_purchase) = self.columns();
        let mut sql = Sql::new("SELECT t.party_id, p.code, ");
        if own {
            sql.push("SUBSTR(CAST(").push(day).push(" AS TEXT), 1, 7)");
        } else {
            sql.push(money).push(", ").push(day);
        }
        sql.push(", COUNT(CASE WHEN ").push(is_purchase).push(" THEN 1 END)");
        let [bought, returned, _] = self.amounts();
        sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
        self.of(&mut sql, ctx, definition, asked, (None, None));
        page.contains(&mut sql, "t.party_id");
        sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
        sql.bind(asked.exchange.currency().code());
        sql.push(" GROUP BY t.party_id, p.code, ");
        if own {
            sql.push("SUBSTR(CAST(").push(day).push(" AS TEXT), 1, 7)");
        } else {
            sql.push(money).push(", ").push(day);
        }
        sql
    }

    /// Of the last two years: by customer what is in the currency of the report, each year by itself; by
    /// customer, currency and day what is in others.
    fn by_year(self, ctx: &Ctx, definition: &Definition, asked: &Asked, own: bool) -> Sql {
        let (day, money, _) = self.columns();
        let [bought, returned, _] = self.amounts();
        let year = days_ago(asked, YEAR);
        let mut sql = Sql::new("SELECT t.party_id, ");
        if own {
            for (at, within) in [" > ", " <= "].into_iter().enumerate() {
                sql.push(if at == 0 { "" } else { ", " });
                sql.push("CAST(SUM(CASE WHEN ").push(day).push(within).bind(year);
                sql.push(" THEN ").push(bought).push(" + ").push(returned);
                sql.push(" ELSE 0 END) AS BIGINT)");
            }
        } else {
            sql.push(money).push(", ").push(day);
            sql.push(", CAST(SUM(").push(bought).push(" + ").push(returned).push(") AS BIGINT)");
        }
        let first = days_ago(asked, 2 * YEAR - 1);
        self.of(&mut sql, ctx, definition, asked, (Some(first), Some(asked.today)));
        sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
        sql.bind(asked.exchange.currency().code()).push(" GROUP BY t.party_id");
        if !own {
            sql.push(", ").push(money).push(", ").push(day);
        }
        sql
    }

    /// By customer what is in the currency of the report; by customer, currency and day what is in others.
    fn statement(
        self,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
        own: bool,
    ) -> Sql {
        let (day, money, is_purchase) = self.columns();
        let mut sql = Sql::new("SELECT t.party_id, p.code, ");
        if own {
            sql.push("MAX(CASE WHEN ").push(is_purchase).push(" THEN ").push(day);
            sql.push(" END), ");
        } else {
            sql.push(money).push(", ").push(day).push(", ");
        }
        sql.push("COUNT(CASE WHEN ").push(is_purchase).push(" THEN 1 END)");
        for amount in self.amounts() {
            sql.push(", CAST(SUM(").push(amount).push(") AS BIGINT)");
        }
        self.of(&mut sql, ctx, definition, asked, time);
        sql.push(" AND ").push(money).push(if own { " = " } else { " <> " });
        sql.bind(asked.exchange.currency().code());
        sql.push(" GROUP BY t.party_id, p.code");
        if !own {
            sql.push(", ").push(money).push(", ").push(day);
        }
        sql
    }

    /// Adds the purchases `t` of customers `p` in the reach of the caller, as they were known.
    pub(super) fn of(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        time: Time,
    ) {
        sql.push(match self {
            Self::Orders => " FROM orders t",
            Self::Contracts => " FROM contracts t",
        });
        sql.push(" JOIN parties p ON p.tenant_id = t.tenant_id AND p.id = t.party_id WHERE ");
        self.counts(sql, ctx, definition, asked, time);
    }

    /// Adds that the purchase `t` of the customer `p` is in the reach of the caller, as it was known.
    pub(super) fn counts(
        self,
        sql: &mut Sql,
        ctx: &Ctx,
        definition: &Definition,
        asked: &Asked,
        (from, until): Time,
    ) {
        let (day, ..) = self.columns();
        sql.push("t.tenant_id = $1 AND p.tenant_id = $1 AND t.created_at <= ");
        sql.bind(asked.known_at);
        for gone in ["t.deleted_at", "p.deleted_at"] {
            sql.push(" AND (").push(gone).push(" IS NULL OR ").push(gone).push(" > ");
            sql.bind(asked.known_at).push(")");
        }
        match self {
            Self::Orders => sql.push(" AND t.placed_at <= ").bind(asked.as_of),
            Self::Contracts => {
                sql.push(" AND t.stage <> 'cancelled' AND t.signed_on <= ").bind(asked.today)
            }
        };
        if let Some(from) = from {
            sql.push(" AND ").push(day).push(" >= ").bind(from);
        }
        if let Some(until) = until {
            sql.push(" AND ").push(day).push(" <= ").bind(until);
        }
        sql.push(" AND ");
        scope::covers(sql, "p.owner_id", &reach(ctx, definition), ctx.actor.user);
    }
}

/// A sum of steps as an amount of the currency of the report, rounded half-even once.
///
/// # Errors
/// `conversion_overflow`.
pub(super) fn money(asked: &Asked, steps: i128) -> Result<Money> {
    let into = asked.exchange.currency();
    FineAmount::sum_to_money(steps, into).map_err(|_| CONVERSION_OVERFLOW.with("to", into.code()))
}

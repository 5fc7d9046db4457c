//! Exchange rates by business date. A rate that was used stays: a later one never moves an old figure.
//!
//! Rates are no resource: a rate is a fact of a day that is never changed, deleted or owned, and a row that
//! is inserted once and refuses another value says that better than a record whose every verb is closed.

use crate::{
    Sql, Tx, cursor,
    error::{CONVERSION_OVERFLOW, NO_RATE, RATE_KEPT, corrupt},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Action, Ctx, Currency, ExchangeRate, Money, Result, UserId,
    actor::forbidden,
    money::{AppliedRate, Converted, MoneyError},
};
use serde::Serialize;
use utoipa::ToSchema;

/// The name of the right to read rates, and with scope `all` to bring them in.
pub const EXCHANGE_RATES: &str = "exchange-rates";

/// A rate as it is kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct KeptRate {
    /// The rate.
    #[serde(flatten)]
    pub rate: ExchangeRate,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// The user who brought it in; `null` for very old ones.
    #[schema(required)]
    pub created_by: Option<UserId>,
}

/// Which rates are wanted.
#[derive(Debug, Clone, Default)]
pub struct RatesQuery {
    /// Only those from this currency.
    pub base: Option<Currency>,
    /// Only those to this currency.
    pub quote: Option<Currency>,
    /// Only those of this day.
    pub on: Option<NaiveDate>,
    /// Only those of this day or later.
    pub after: Option<NaiveDate>,
    /// Only those of days before.
    pub before: Option<NaiveDate>,
    /// Items on the page.
    pub limit: u64,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RateRow {
    base: String,
    quote: String,
    rate: String,
    valid_on: NaiveDate,
}

#[derive(sqlx::FromRow)]
struct KeptRow {
    base: String,
    quote: String,
    rate: String,
    valid_on: NaiveDate,
    created_at: DateTime<Utc>,
    created_by: Option<UserId>,
}

/// Stores the rate of a day; one that is there already is kept.
///
/// Whether it was new.
///
/// # Errors
/// Those of the store. A rate that is none ([`ExchangeRate::check`]) is `internal`: who takes it
/// in must have looked, and once here it would stay.
pub async fn save(tx: &mut Tx, ctx: &Ctx, rate: &ExchangeRate) -> Result<bool> {
    rate.check().map_err(corrupt)?;
    let insert = crate::sql!(
        "INSERT INTO exchange_rates (tenant_id, base, quote, valid_on, rate, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (tenant_id, base, quote, valid_on) DO NOTHING",
        rate.from.code(),
        rate.to.code(),
        rate.on,
        rate.rate.to_string(),
        ctx.now,
        ctx.actor.user
    );
    Ok(tx.execute(insert).await? == 1)
}

/// Refuses a caller who may not bring rates in: they decide over everybody's figures.
///
/// # Errors
/// `forbidden`.
pub fn require_create(ctx: &Ctx) -> Result<()> {
    let all = ctx.reach(EXCHANGE_RATES, Action::Create).all;
    if all { Ok(()) } else { Err(forbidden(EXCHANGE_RATES, Action::Create)) }
}

/// Stores the rate of a day, or finds the same one there already. Who may was asked before.
///
/// The rate as it is kept, and whether it is new.
///
/// # Errors
/// `exchange_rate_kept` if there is another one; as [`save`].
pub async fn keep(tx: &mut Tx, ctx: &Ctx, rate: &ExchangeRate) -> Result<(KeptRate, bool)> {
    let new = save(tx, ctx, rate).await?;
    let select = crate::sql!(
        "SELECT base, quote, rate, valid_on, created_at, created_by FROM exchange_rates
         WHERE tenant_id = $1 AND base = $2 AND quote = $3 AND valid_on = $4",
        rate.from.code(),
        rate.to.code(),
        rate.on
    );
    let row: Option<KeptRow> = tx.optional(select).await?;
    let kept = row.ok_or_else(|| corrupt("a rate that was just stored is not there"))?.read()?;
    if kept.rate.rate != rate.rate {
        let (from, to) = (rate.from.code(), rate.to.code());
        return Err(RATE_KEPT.with("from", from).with("to", to).with("on", rate.on.to_string()));
    }
    Ok((kept, new))
}

/// A page of rates, the latest days first, and the cursor of the next one.
///
/// # Errors
/// `forbidden`, `bad_cursor`.
pub async fn list(
    tx: &mut Tx,
    ctx: &Ctx,
    query: &RatesQuery,
) -> Result<(Vec<KeptRate>, Option<String>)> {
    ctx.require(EXCHANGE_RATES, Action::Read)?;
    let fingerprint = fingerprint(ctx, query);
    let mut sql = Sql::new(
        "SELECT base, quote, rate, valid_on, created_at, created_by FROM exchange_rates
         WHERE tenant_id = $1",
    );
    narrow(&mut sql, query);
    if let Some(cursor) = &query.cursor {
        let last: (NaiveDate, String, String) =
            cursor::open(&ctx.settings.seal, &fingerprint, cursor)?;
        behind(&mut sql, last);
    }
    sql.push(" ORDER BY valid_on DESC, base, quote LIMIT ");
    sql.bind(i64::try_from(query.limit + 1).unwrap_or(i64::MAX));
    let mut rows: Vec<KeptRow> = tx.all(sql).await?;
    let limit = usize::try_from(query.limit).unwrap_or(usize::MAX);
    let more = rows.len() > limit;
    rows.truncate(limit);
    let position = |row: &KeptRow| (row.valid_on, row.base.clone(), row.quote.clone());
    let last = rows.last().filter(|_| more).map(position);
    let next = last.map(|last| cursor::seal(&ctx.settings.seal, &fingerprint, &last));
    Ok((rows.iter().map(KeptRow::read).collect::<Result<_>>()?, next))
}

fn narrow(sql: &mut Sql, query: &RatesQuery) {
    for (column, wanted) in [("base", query.base), ("quote", query.quote)] {
        if let Some(currency) = wanted {
            sql.push(" AND ").push(column).push(" = ").bind(currency.code());
        }
    }
    for (test, wanted) in [(" = ", query.on), (" >= ", query.after), (" < ", query.before)] {
        if let Some(day) = wanted {
            sql.push(" AND valid_on").push(test).bind(day);
        }
    }
}

/// Behind that rate in the order of the list.
fn behind(sql: &mut Sql, (day, base, quote): (NaiveDate, String, String)) {
    sql.push(" AND (valid_on < ").bind(day).push(" OR (valid_on = ").bind(day);
    sql.push(" AND (base > ").bind(base.clone()).push(" OR (base = ").bind(base);
    sql.push(" AND quote > ").bind(quote).push("))))");
}

fn fingerprint(ctx: &Ctx, query: &RatesQuery) -> String {
    let unpaged = RatesQuery { cursor: None, limit: 0, ..query.clone() };
    let (tenant, principal) = (ctx.tenant.to_string(), ctx.actor.principal().to_string());
    cursor::fingerprint(&[EXCHANGE_RATES, &tenant, &principal, &format!("{unpaged:?}")])
}

/// Converts an amount by the rate of the business date: the latest known on or before it.
///
/// # Errors
/// `no_exchange_rate` if there is none, `conversion_overflow` if the result is too large.
pub async fn convert(tx: &mut Tx, amount: Money, to: Currency, on: NaiveDate) -> Result<Converted> {
    let rate = applied(tx, amount.currency(), to, on, None).await?;
    use_rate(&rate, amount, to)
}

/// The rate by which amounts of `from` become amounts of `to` on a business date, of the rates that
/// had come in until `known`: what comes in later does not change it.
///
/// # Errors
/// `no_exchange_rate`.
pub async fn rate_as_known(
    tx: &mut Tx,
    (from, to): (Currency, Currency),
    on: NaiveDate,
    known: DateTime<Utc>,
) -> Result<AppliedRate> {
    applied(tx, from, to, on, Some(known)).await
}

/// An amount at a rate that was looked up.
///
/// # Errors
/// `conversion_overflow`.
pub fn use_rate(rate: &AppliedRate, amount: Money, to: Currency) -> Result<Converted> {
    rate.convert(amount).map_err(|error| match error {
        MoneyError::Overflow => CONVERSION_OVERFLOW.with("to", to.code()),
        other => corrupt(other),
    })
}

async fn applied(
    tx: &mut Tx,
    from: Currency,
    to: Currency,
    on: NaiveDate,
    known: Option<DateTime<Utc>>,
) -> Result<AppliedRate> {
    let mut rates = Vec::new();
    for (base, quote) in [(from, to), (to, from)] {
        let mut select = Sql::new(
            "SELECT base, quote, rate, valid_on FROM exchange_rates WHERE tenant_id = $1 AND base = ",
        );
        select.bind(base.code()).push(" AND quote = ").bind(quote.code());
        select.push(" AND valid_on <= ").bind(on);
        if let Some(known) = known {
            select.push(" AND created_at <= ").bind(known);
        }
        select.push(" ORDER BY valid_on DESC LIMIT 1");
        if let Some(row) = tx.optional::<RateRow>(select).await? {
            rates.push(row.read()?);
        }
    }
    let missing =
        || NO_RATE.with("from", from.code()).with("to", to.code()).with("on", on.to_string());
    guanxi_kernel::money::rate_for(&rates, from, to, on).ok_or_else(missing)
}

impl RateRow {
    fn read(&self) -> Result<ExchangeRate> {
        read(&self.base, &self.quote, &self.rate, self.valid_on)
    }
}

impl KeptRow {
    fn read(&self) -> Result<KeptRate> {
        let rate = read(&self.base, &self.quote, &self.rate, self.valid_on)?;
        Ok(KeptRate { rate, created_at: self.created_at, created_by: self.created_by })
    }
}

fn read(base: &str, quote: &str, rate: &str, on: NaiveDate) -> Result<ExchangeRate> {
    let (from, to) = (base.parse().map_err(corrupt)?, quote.parse().map_err(corrupt)?);
    Ok(ExchangeRate { from, to, rate: rate.parse().map_err(corrupt)?, on })
}

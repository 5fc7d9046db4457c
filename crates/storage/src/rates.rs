//! Exchange rates by business date. A rate that was used stays: a later one never moves an old figure.

use crate::{
    Tx,
    error::{NO_RATE, corrupt},
};
use chrono::NaiveDate;
use guanxi_kernel::{Ctx, Currency, ExchangeRate, Money, Result, money::Converted};

#[derive(sqlx::FromRow)]
struct RateRow {
    base: String,
    quote: String,
    rate: String,
    valid_on: NaiveDate,
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
        "INSERT INTO exchange_rates (tenant_id, base, quote, valid_on, rate, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (tenant_id, base, quote, valid_on) DO NOTHING",
        rate.from.code(),
        rate.to.code(),
        rate.on,
        rate.rate.to_string(),
        ctx.now
    );
    Ok(tx.execute(insert).await? == 1)
}

/// Converts an amount by the rate of the business date: the latest known on or before it.
///
/// # Errors
/// `no_exchange_rate` if there is none.
pub async fn convert(tx: &mut Tx, amount: Money, to: Currency, on: NaiveDate) -> Result<Converted> {
    let from = amount.currency();
    let mut rates = Vec::new();
    for (base, quote) in [(from, to), (to, from)] {
        let select = crate::sql!(
            "SELECT base, quote, rate, valid_on FROM exchange_rates
             WHERE tenant_id = $1 AND base = $2 AND quote = $3 AND valid_on <= $4
             ORDER BY valid_on DESC LIMIT 1",
            base.code(),
            quote.code(),
            on
        );
        if let Some(row) = tx.optional::<RateRow>(select).await? {
            rates.push(row.read()?);
        }
    }
    let missing =
        || NO_RATE.with("from", from.code()).with("to", to.code()).with("on", on.to_string());
    let rate = guanxi_kernel::money::rate_for(&rates, from, to, on).ok_or_else(missing)?;
    rate.convert(amount).map_err(corrupt)
}

impl RateRow {
    fn read(&self) -> Result<ExchangeRate> {
        Ok(ExchangeRate {
            from: self.base.parse().map_err(corrupt)?,
            to: self.quote.parse().map_err(corrupt)?,
            rate: self.rate.parse().map_err(corrupt)?,
            on: self.valid_on,
        })
    }
}

//! Amounts of all currencies in one.

use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{
    Currency, ExchangeRate, Money, Problem, Result,
    money::{AppliedRate, MoneyError},
    problem::INTERNAL,
};
use guanxi_storage::{Tx, error::CONVERSION_OVERFLOW, rates};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// The currency of a report, and the rates by which amounts came into it.
#[derive(Debug)]
pub struct Exchange {
    currency: Currency,
    rates: BTreeMap<(Currency, NaiveDate), AppliedRate>,
}

impl Exchange {
    /// Into that currency; no amount was converted yet.
    pub fn into(currency: Currency) -> Self {
        Self { currency, rates: BTreeMap::new() }
    }

    /// The currency.
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Nothing.
    pub fn zero(&self) -> Money {
        Money::zero(self.currency)
    }

    /// An amount of the currency, of minor units.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// What was summed in one currency on a business date, in the currency of the report: by the
    /// latest rate on or before that date of those that were known at `known`.
    ///
    /// # Errors
    /// `no_exchange_rate`, `conversion_overflow`.
    pub async fn convert(
        &mut self,
        tx: &mut Tx,
        given: Money,
        on: NaiveDate,
        known: DateTime<Utc>,
    ) -> Result<Money> {
        let from = given.currency();
        if from == self.currency {
            return Ok(given);
        }
        let rate = self.look_up(tx, from, on, known).await?;
        Ok(rates::use_rate(&rate, given, self.currency)?.amount)
    }

    /// The rate by which [`Exchange::convert`] converts from another currency on that date; it is kept.
    ///
    /// # Errors
    /// `no_exchange_rate`.
    pub async fn look_up(
        &mut self,
        tx: &mut Tx,
        from: Currency,
        on: NaiveDate,
        known: DateTime<Utc>,
    ) -> Result<AppliedRate> {
        if let Some(rate) = self.rates.get(&(from, on)) {
            return Ok(*rate);
        }
        let rate = rates::rate_as_known(tx, (from, self.currency), on, known).await?;
        self.rates.insert((from, on), rate);
        Ok(rate)
    }

    /// As [`Exchange::convert`], by what was looked up before; nothing where the rate was not.
    ///
    /// # Errors
    /// `conversion_overflow`.
    pub fn convert_known(&self, given: Money, on: NaiveDate) -> Result<Option<Money>> {
        let from = given.currency();
        if from == self.currency {
            return Ok(Some(given));
        }
        let Some(rate) = self.rates.get(&(from, on)) else { return Ok(None) };
        Ok(Some(rates::use_rate(rate, given, self.currency)?.amount))
    }

    /// The rates that were used, each once.
    pub fn used(&self) -> Vec<ExchangeRate> {
        let mut used: Vec<ExchangeRate> = self.rates.values().map(|one| one.rate).collect();
        used.sort_by_key(|one| (one.from, one.to, one.on));
        used.dedup();
        used
    }

    /// The sum of amounts in the currency of the report.
    ///
    /// # Errors
    /// `conversion_overflow`.
    pub fn sum(&self, amounts: impl IntoIterator<Item = Money>) -> Result<Money> {
        Money::sum(self.currency, amounts).map_err(|error| too_large(error, self.currency))
    }
}

fn too_large(error: MoneyError, currency: Currency) -> Problem {
    match error {
        MoneyError::Overflow => CONVERSION_OVERFLOW.with("to", currency.code()),
        other => INTERNAL.problem().because(other),
    }
}

/// A decimal number of minor units as an amount, rounded half-even once.
///
/// # Errors
/// `conversion_overflow`.
pub fn rounded(minor: Decimal, currency: Currency) -> Result<Money> {
    let whole = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
    let whole = i64::try_from(whole.trunc().mantissa());
    whole
        .map(|minor| Money::new(minor, currency))
        .map_err(|_| CONVERSION_OVERFLOW.with("to", currency.code()))
}

/// A number of major units as an amount, rounded half-even once.
///
/// # Errors
/// `conversion_overflow`.
pub fn rounded_major(major: Decimal, currency: Currency) -> Result<Money> {
    let minor = major.checked_mul(Decimal::from(10_i64.pow(currency.exponent())));
    rounded(minor.ok_or_else(|| CONVERSION_OVERFLOW.with("to", currency.code()))?, currency)
}

/// The currency that a store holds as text.
///
/// # Errors
/// `internal` if it is none.
pub fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(|error: MoneyError| INTERNAL.problem().because(error))
}

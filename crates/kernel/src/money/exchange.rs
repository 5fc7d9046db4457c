//! Rates of exchange, and amounts at them.

use super::{Currency, Money, MoneyError, half_even};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize, Serializer};
use utoipa::ToSchema;

/// What one major unit of `from` was worth in major units of `to` on a business date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRate {
    /// The currency that is given.
    #[serde(rename = "base")]
    pub from: Currency,
    /// The currency that is got.
    #[serde(rename = "quote")]
    pub to: Currency,
    /// Major units of `quote` for one of `base`.
    #[serde(serialize_with = "decimal", deserialize_with = "crate::rate::read")]
    #[schema(value_type = String, pattern = r"^[0-9]{1,12}(\.[0-9]{1,12})?$", example = "7.1")]
    pub rate: Decimal,
    /// The business date from which it holds, until a later one.
    #[serde(rename = "valid_on")]
    pub on: NaiveDate,
}

impl ExchangeRate {
    /// Most decimals of a rate: with these, every conversion whose result fits is exact in 128
    /// bits.
    pub const DECIMALS: u32 = 12;

    /// Refuses as `InvalidRate` a rate that is not positive, has more than 12 decimals, or values a
    /// currency otherwise than 1 in itself.
    pub fn check(&self) -> Result<(), MoneyError> {
        let usable = self.rate > Decimal::ZERO
            && self.rate.normalize().scale() <= Self::DECIMALS
            && (self.from != self.to || self.rate == Decimal::ONE);
        if usable { Ok(()) } else { Err(MoneyError::InvalidRate) }
    }

    /// An amount of `from` in `to`: amount × rate, rounded half-even to the minor unit; or
    /// `CurrencyMismatch` if the amount is not in `from`, `InvalidRate`, or `Overflow`.
    pub fn convert(&self, amount: Money) -> Result<Money, MoneyError> {
        amount.same_currency(Money::zero(self.from))?;
        let (rate, one) = self.fraction()?;
        scaled(amount, self.to, rate, one)
    }

    /// An amount of `to` in `from`: amount ÷ rate, rounded half-even once.
    pub(super) fn convert_back(&self, amount: Money) -> Result<Money, MoneyError> {
        amount.same_currency(Money::zero(self.to))?;
        let (rate, one) = self.fraction()?;
        scaled(amount, self.from, one, rate)
    }

    /// The rate as a fraction of whole numbers.
    fn fraction(&self) -> Result<(i128, i128), MoneyError> {
        self.check()?;
        let rate = self.rate.normalize();
        Ok((rate.mantissa(), 10_i128.pow(rate.scale())))
    }
}

/// `amount` × `up` ÷ `down` in major units, as minor units of `to`.
pub(super) fn scaled(
    amount: Money,
    to: Currency,
    up: i128,
    down: i128,
) -> Result<Money, MoneyError> {
    let (have, want) = (amount.currency().exponent(), to.exponent());
    let times = |one: i128, by: i128| one.checked_mul(by).ok_or(MoneyError::Overflow);
    let up = times(times(i128::from(amount.minor()), up)?, 10_i128.pow(want.saturating_sub(have)))?;
    let down = times(down, 10_i128.pow(have.saturating_sub(want)))?;
    Money::within(half_even(up, down), to)
}

/// The stored rate that a conversion uses, and the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AppliedRate {
    /// The rate as it is stored.
    pub rate: ExchangeRate,
    /// Whether it is the rate of the opposite pair, so that amounts are divided by it.
    pub inverse: bool,
}

/// A converted amount and the rate behind it, so that a report can show and repeat it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Converted {
    /// The amount in the currency asked for.
    pub amount: Money,
    /// The stored rate, 1 within one currency.
    #[serde(serialize_with = "decimal")]
    #[schema(value_type = String, pattern = r"^[0-9]+(\.[0-9]+)?$", example = "7.1")]
    pub rate: Decimal,
    /// The business date of that rate, which may be before the date asked for.
    pub on: NaiveDate,
    /// Whether the amount was divided by the rate instead of multiplied.
    pub inverse: bool,
}

/// Writes a decimal as a string, without trailing zeros.
fn decimal<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&value.normalize())
}

impl AppliedRate {
    /// The amount at this rate; refused as by [`ExchangeRate::convert`].
    pub fn convert(&self, amount: Money) -> Result<Converted, MoneyError> {
        let ExchangeRate { rate, on, .. } = self.rate;
        let inverse = self.inverse;
        let amount =
            if inverse { self.rate.convert_back(amount) } else { self.rate.convert(amount) };
        Ok(Converted { amount: amount?, rate, on, inverse })
    }
}

/// The rate from one currency to another on a business date.
///
/// It is the latest on or before that date for the pair itself, else for the opposite pair,
/// inverted (of two on one date, the later in the list). A currency is worth 1 in itself. `None` if
/// no rate is known.
pub fn rate_for(
    rates: &[ExchangeRate],
    from: Currency,
    to: Currency,
    on: NaiveDate,
) -> Option<AppliedRate> {
    if from == to {
        let rate = ExchangeRate { from, to, rate: Decimal::ONE, on };
        return Some(AppliedRate { rate, inverse: false });
    }
    let latest = |from, to| {
        let known = rates.iter().filter(|one| one.from == from && one.to == to && one.on <= on);
        known.max_by_key(|one| one.on).copied()
    };
    let direct = latest(from, to).map(|rate| AppliedRate { rate, inverse: false });
    direct.or_else(|| latest(to, from).map(|rate| AppliedRate { rate, inverse: true }))
}

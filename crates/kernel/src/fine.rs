//! Figures finer than a currency: unit prices and amounts of lines, which may be below zero.
//!
//! A thousand screws at 0.0125 each come to 12.50, though neither the fen nor the cent can say what one
//! costs. Both figures are whole numbers of small steps, so sums of them are exact, in a store too.
//!
//! Public data has prices of four decimals too. A report rounds an amount once, from the sum, and tells the
//! sum beside it where rows are ordered and scored by that (`…_exact`).

use crate::{
    decimal::wire,
    money::{Currency, Money, MoneyError, half_even},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};
use utoipa::{PartialSchema, ToSchema, openapi};

/// Why such a figure is refused, as `code: what was expected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FineError {
    /// Not a plain decimal number, or too many digits of an amount.
    #[error(
        "invalid_format: a decimal string with at most 12 digits and 4 decimals, such as \"-2.5500\""
    )]
    NoAmount,
    /// Not a plain decimal number, or too many digits of a quantity.
    #[error(
        "invalid_format: a decimal string with at most 9 digits and 6 decimals, such as \"-1.5\""
    )]
    NoQuantity,
}

/// An amount in steps of a ten-thousandth of the major unit of a currency that stands beside it.
///
/// On the wire `"-2.5500"`, always with four decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FineAmount(i64);

/// How many of something, in steps of a millionth; below zero what comes back.
///
/// On the wire without trailing zeros: `"-1.5"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SignedQuantity(i64);

impl FineAmount {
    /// Decimals that are kept.
    pub const PLACES: u32 = 4;
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many ten-thousandths.
    pub const fn of_steps(steps: i64) -> Self {
        Self(steps)
    }

    /// How many ten-thousandths it is.
    pub const fn steps(self) -> i64 {
        self.0
    }

    /// What so many come to at this price, rounded half-even to a step; nothing beyond 64 bits.
    pub fn times(self, quantity: SignedQuantity) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(quantity.0);
        i64::try_from(half_even(product, 10_i128.pow(SignedQuantity::PLACES))).ok().map(Self)
    }

    /// The amount in whole minor units, rounded half-even; or `Overflow`.
    pub fn to_money(self, currency: Currency) -> Result<Money, MoneyError> {
        Self::sum_to_money(self.0.into(), currency)
    }

    /// A sum of steps in whole minor units, rounded half-even once; or `Overflow`.
    pub fn sum_to_money(steps: i128, currency: Currency) -> Result<Money, MoneyError> {
        Money::of_steps(steps, Self::PLACES, currency)
    }

    /// A sum of steps as a number of major units.
    pub fn sum_to_decimal(steps: i128) -> Decimal {
        Decimal::try_from_i128_with_scale(steps, Self::PLACES).unwrap_or(Decimal::MAX)
    }
}

impl From<Money> for FineAmount {
    /// Every currency has four decimals at most, so nothing is lost; an amount beyond 64 bits of steps
    /// is the greatest that there is.
    fn from(money: Money) -> Self {
        let step = 10_i64.pow(Self::PLACES.saturating_sub(money.currency().exponent()));
        Self(money.minor().saturating_mul(step))
    }
}

impl SignedQuantity {
    /// Decimals that are kept.
    pub const PLACES: u32 = 6;

    /// So many millionths.
    pub const fn of_steps(steps: i64) -> Self {
        Self(steps)
    }

    /// How many millionths it is.
    pub const fn steps(self) -> i64 {
        self.0
    }
}

/// The steps of a plain decimal with so many digits before and after the point at most.
fn steps(text: &str, digits: usize, places: u32) -> Option<i64> {
    let plain = text.strip_prefix('-').unwrap_or(text);
    let (whole, decimals) = match plain.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (plain, ""),
    };
    let all = || whole.bytes().chain(decimals.bytes());
    let places = usize::try_from(places).ok()?;
    if whole.is_empty() || whole.len() > digits || decimals.len() > places {
        return None;
    }
    if !all().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let zeros = std::iter::repeat_n(b'0', places - decimals.len());
    let size = all().chain(zeros).fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some(if plain.len() < text.len() { -size } else { size })
}

impl FromStr for FineAmount {
    type Err = FineError;

    fn from_str(text: &str) -> Result<Self, FineError> {
        steps(text, 12, Self::PLACES).map(Self).ok_or(FineError::NoAmount)
    }
}

impl FromStr for SignedQuantity {
    type Err = FineError;

    fn from_str(text: &str) -> Result<Self, FineError> {
        steps(text, 9, Self::PLACES).map(Self).ok_or(FineError::NoQuantity)
    }
}

impl fmt::Display for FineAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:04}", size / 10_000, size % 10_000)
    }
}

impl fmt::Display for SignedQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Decimal::new(self.0, Self::PLACES).normalize().fmt(f)
    }
}

wire!(
    FineAmount,
    r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$",
    "2.5500",
    "A decimal string with at most four decimals, in the currency that stands beside it; answers carry four."
);
wire!(
    SignedQuantity,
    r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$",
    "-1.5",
    "A decimal string with at most six decimals; below zero what comes back."
);

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> FineAmount {
        text.parse().unwrap()
    }

    fn quantity(text: &str) -> SignedQuantity {
        text.parse().unwrap()
    }

    #[test]
    fn figures_are_read_as_they_are_written() {
        let shown =
            ["2.55", "-0.001", "0", "999999999999.9999"].map(|text| amount(text).to_string());
        assert_eq!(shown, ["2.5500", "-0.0010", "0.0000", "999999999999.9999"]);
        let shown = ["6", "-1.50", "0.000001"].map(|text| quantity(text).to_string());
        assert_eq!(shown, ["6", "-1.5", "0.000001"]);
        for wrong in ["", "-", "1.", ".5", "+1", "1e3", "1,5", "0.00001", "1000000000000", " 1"] {
            assert_eq!(wrong.parse::<FineAmount>(), Err(FineError::NoAmount), "{wrong}");
        }
        assert!("1000000000".parse::<SignedQuantity>().is_err());
    }

    #[test]
    fn lines_come_to_price_times_quantity() {
        let of = |price: &str, count: &str| amount(price).times(quantity(count));
        assert_eq!(of("2.55", "6"), Some(amount("15.3")));
        assert_eq!(of("0.001", "-3"), Some(amount("-0.003")));
        // Half a step goes to the even one.
        assert_eq!(
            (of("0.0001", "0.5"), of("0.0003", "0.5")),
            (Some(amount("0")), Some(amount("0.0002")))
        );
        assert_eq!(of("999999999999", "999999999"), None);
    }

    #[test]
    fn amounts_become_money_once() {
        let gbp: Currency = "GBP".parse().unwrap();
        let money = |steps| FineAmount::sum_to_money(steps, gbp).unwrap().amount();
        assert_eq!([money(12_350), money(12_450), money(-12_350)], ["1.24", "1.24", "-1.24"]);
        assert_eq!(FineAmount::from(Money::parse("1.24", gbp).unwrap()), amount("1.24"));
        let yen: Currency = "JPY".parse().unwrap();
        assert_eq!(FineAmount::of_steps(15_000).to_money(yen).unwrap().amount(), "2");
        assert_eq!(FineAmount::sum_to_decimal(-5).to_string(), "-0.0005");
    }
}

//! Amounts: how they are read and written, and what they come to together.

use super::{Currency, MoneyError, text};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, cmp::Ordering, fmt};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Digits that an amount may have before the point, as the wire form declares.
const WHOLE_DIGITS: u32 = 16;

/// An amount in one currency, as whole minor units (fen, cents, yen).
///
/// On the wire `{"amount": "1234.50", "currency": "CNY"}`. There is no order between amounts, since
/// two currencies have none: see [`Money::compare`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// An amount with its currency.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Money, example = json!({"amount": "1234.50", "currency": "CNY"}))]
struct Wire {
    /// A decimal string with at most as many decimals as the currency has; answers carry exactly
    /// as many.
    #[serde(deserialize_with = "text")]
    #[schema(pattern = r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$", example = "1234.50")]
    amount: String,
    currency: Currency,
}

impl Money {
    /// An amount of minor units, as the database holds it. Only what is read or computed is held to
    /// 16 digits before the point.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in a currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads an amount with the code of its currency behind it, as in `1234.50 CNY`; without one it is
    /// in `otherwise`.
    ///
    /// # Errors
    /// As [`Money::parse`]; `UnknownCurrency`.
    pub fn read(text: &str, otherwise: Currency) -> Result<Self, MoneyError> {
        let amount = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
        let currency = match &text[amount.len()..] {
            "" => otherwise,
            code => code.parse()?,
        };
        Self::parse(amount.trim_end(), currency)
    }

    /// Reads a plain decimal: digits, perhaps a `-` before and a point with decimals after them; or
    /// `NotAnAmount`, `TooManyDecimals`, or `Overflow` beyond 16 digits before the point.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = match digits.split_once('.') {
            Some((_, "")) => return Err(MoneyError::NotAnAmount),
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(MoneyError::NotAnAmount);
        }
        let places = currency.exponent() as usize;
        if decimals.len() > places {
            return Err(MoneyError::TooManyDecimals(currency));
        }
        if whole.len() > WHOLE_DIGITS as usize {
            return Err(MoneyError::Overflow);
        }
        let units = format!("{whole}{decimals:0<places$}").parse::<i128>();
        let units = units.map_err(|_| MoneyError::NotAnAmount)?;
        Self::within(if digits.len() < text.len() { -units } else { units }, currency)
    }

    /// Whole minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount with exactly the currency's decimals, such as `-0.05`.
    pub fn amount(self) -> String {
        // A decimal of that scale prints all its decimals, zeros too, and never an exponent.
        self.to_decimal().to_string()
    }

    /// The amount in major units, for rates and ratios.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.minor, self.currency.exponent())
    }

    /// The sum of two amounts, or `CurrencyMismatch` or `Overflow`.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::within(i128::from(self.minor) + i128::from(other.minor), self.currency)
    }

    /// This amount less another, or `CurrencyMismatch` or `Overflow`.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Self::within(i128::from(self.minor) - i128::from(other.minor), self.currency)
    }

    /// The amount with the other sign, or `Overflow`.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        Self::within(-i128::from(self.minor), self.currency)
    }

    /// The amount so many times, or `Overflow`.
    pub fn checked_mul(self, times: i64) -> Result<Self, MoneyError> {
        Self::within(i128::from(self.minor) * i128::from(times), self.currency)
    }

    /// The sum of any number of amounts, of none zero; or `CurrencyMismatch`, or `Overflow` if the
    /// result (not what is met on the way) is out of range.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        let total = amounts.into_iter().try_fold(0_i128, |total, one| {
            one.same_currency(Self::zero(currency))?;
            Ok(total + i128::from(one.minor))
        })?;
        Self::within(total, currency)
    }

    /// Which amount is more; `None` if the currencies differ.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }

    /// Refuses amounts of different currencies as `CurrencyMismatch`.
    pub fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        let (one, two) = (self.currency, other.currency);
        if one == two { Ok(()) } else { Err(MoneyError::CurrencyMismatch(one, two)) }
    }

    /// `up` ÷ `down` minor units of this currency, rounded half-even; or `Overflow`.
    pub(crate) fn scaled_to(self, up: i128, down: i128) -> Result<Self, MoneyError> {
        Self::within(half_even(up, down), self.currency)
    }

    /// So many steps, of which 10 to the power of `places` make a major unit, rounded half-even to the
    /// minor unit; or `Overflow`.
    pub(crate) fn of_steps(
        steps: i128,
        places: u32,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let want = currency.exponent();
        let up = steps.checked_mul(10_i128.pow(want.saturating_sub(places)));
        let up = up.ok_or(MoneyError::Overflow)?;
        Self::within(half_even(up, 10_i128.pow(places.saturating_sub(want))), currency)
    }

    /// What fits 64 bits and prints within the declared digits.
    pub(super) fn within(minor: i128, currency: Currency) -> Result<Self, MoneyError> {
        if minor.unsigned_abs() >= 10_u128.pow(WHOLE_DIGITS + currency.exponent()) {
            return Err(MoneyError::Overflow);
        }
        let minor = i64::try_from(minor).map_err(|_| MoneyError::Overflow)?;
        Ok(Self { minor, currency })
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Wire { amount: self.amount(), currency: self.currency }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let wire = Wire::deserialize(from)?;
        Self::parse(&wire.amount, wire.currency).map_err(MoneyError::refused)
    }
}

impl PartialSchema for Money {
    fn schema() -> RefOr<Schema> {
        Wire::schema()
    }
}

impl ToSchema for Money {
    fn name() -> Cow<'static, str> {
        Wire::name()
    }

    fn schemas(into: &mut Vec<(String, RefOr<Schema>)>) {
        Wire::schemas(into);
    }
}

/// `up` ÷ `down`, of two nearest whole numbers the even one; `down` is positive.
pub(crate) fn half_even(up: i128, down: i128) -> i128 {
    let (floor, rest) = (up.div_euclid(down), up.rem_euclid(down));
    match rest.cmp(&(down - rest)) {
        Ordering::Less => floor,
        Ordering::Equal => floor + floor.rem_euclid(2),
        Ordering::Greater => floor + 1,
    }
}

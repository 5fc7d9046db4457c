//! Money: whole minor units of one ISO 4217 currency, and its conversion at stored rates.
//!
//! Everything here is exact or refuses; nothing is a float. Where rates come from and which one a
//! report has to keep is not decided here; shares of an amount are in [`crate::split`].

use chrono::NaiveDate;
use iso_currency::IntoEnumIterator;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, cmp::Ordering, fmt, str::FromStr};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Digits that an amount may have before the point, as the wire form declares.
const WHOLE_DIGITS: u32 = 16;

/// Why an amount, a currency or a conversion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a plain decimal number.
    #[error("an amount is a decimal string such as \"1234.50\"")]
    NotAnAmount,
    /// More decimals than the currency has, even if they are zeros.
    #[error("an amount in {0} has at most {places} decimals", places = .0.exponent())]
    TooManyDecimals(Currency),
    /// More than 16 digits before the point, or more minor units than 64 bits hold.
    #[error("the amount is too large")]
    Overflow,
    /// Not the code of a currency that amounts can be in.
    #[error("a currency is an ISO 4217 code such as \"CNY\"")]
    UnknownCurrency,
    /// Two amounts that cannot meet without a conversion.
    #[error("amounts in {0} and {1} do not mix")]
    CurrencyMismatch(Currency, Currency),
    /// See [`ExchangeRate::check`].
    #[error("an exchange rate is positive, with at most 12 decimals")]
    InvalidRate,
}

impl MoneyError {
    /// The stable word by which a caller tells the refusals apart.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAnAmount | Self::TooManyDecimals(_) => "invalid_format",
            Self::Overflow | Self::InvalidRate => "out_of_range",
            Self::UnknownCurrency => "unknown_value",
            Self::CurrencyMismatch(..) => "currency_mismatch",
        }
    }

    /// As serde reports it: the code stands before the colon.
    fn refused<E: de::Error>(self) -> E {
        E::custom(format_args!("{}: {self}", self.code()))
    }
}

/// A JSON string; anything else, a number above all, is refused with `invalid_format`.
fn text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => Ok(text),
        _ => Err(de::Error::custom("invalid_format: expected a string")),
    }
}

/// ISO 4217 code of a currency, in capitals.
///
/// Only what amounts can be in: a metal, a unit of account, the code for tests and the code for no
/// currency are refused. Superseded currencies remain, since old contracts are in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^[A-Z]{3}$", example = "CNY")]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The renminbi.
    pub const CNY: Self = Self(iso_currency::Currency::CNY);

    /// Every currency that is accepted.
    pub fn all() -> impl Iterator<Item = Self> {
        iso_currency::Currency::iter().filter_map(Self::usable)
    }

    /// The three letters.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimals of an amount, from 0 (`JPY`) to 4 (`CLF`).
    pub fn exponent(self) -> u32 {
        // `usable` lets no currency in that has none.
        self.0.exponent().map_or(0, u32::from)
    }

    fn usable(iso: iso_currency::Currency) -> Option<Self> {
        (iso.exponent().is_some() && !iso.is_special()).then_some(Self(iso))
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(code: &str) -> Result<Self, MoneyError> {
        let known = iso_currency::Currency::from_code(code).and_then(Self::usable);
        known.ok_or(MoneyError::UnknownCurrency)
    }
}

/// By code, so that what is grouped by currency comes in the order people expect.
impl Ord for Currency {
    fn cmp(&self, other: &Self) -> Ordering {
        self.code().cmp(other.code())
    }
}

impl PartialOrd for Currency {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        text(from)?.parse().map_err(MoneyError::refused)
    }
}

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
    fn within(minor: i128, currency: Currency) -> Result<Self, MoneyError> {
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
    fn convert_back(&self, amount: Money) -> Result<Money, MoneyError> {
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
fn scaled(amount: Money, to: Currency, up: i128, down: i128) -> Result<Money, MoneyError> {
    let (have, want) = (amount.currency.exponent(), to.exponent());
    let times = |one: i128, by: i128| one.checked_mul(by).ok_or(MoneyError::Overflow);
    let up = times(times(i128::from(amount.minor), up)?, 10_i128.pow(want.saturating_sub(have)))?;
    let down = times(down, 10_i128.pow(have.saturating_sub(want)))?;
    Money::within(half_even(up, down), to)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{from_value, json, to_value};

    fn money(text: &str) -> Money {
        let (amount, currency) = text.split_once(' ').unwrap();
        Money::parse(amount, currency.parse().unwrap()).unwrap()
    }

    fn rate(from: &str, to: &str, rate: &str, day: u32) -> ExchangeRate {
        let on = NaiveDate::from_ymd_opt(2025, 7, day).unwrap();
        let (from, to) = (from.parse().unwrap(), to.parse().unwrap());
        ExchangeRate { from, to, rate: rate.parse().unwrap(), on }
    }

    #[test]
    fn currencies_have_a_code_and_a_minor_unit() {
        for (code, exponent) in [("CNY", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4)] {
            let currency: Currency = code.parse().unwrap();
            assert_eq!((currency.to_string().as_str(), currency.exponent()), (code, exponent));
        }
        for code in ["XXX", "XTS", "XAU", "XDR", "XAD", "AAA", "cny", "CNY ", ""] {
            assert_eq!(code.parse::<Currency>(), Err(MoneyError::UnknownCurrency), "{code}");
        }
        // The wire form declares at most four decimals.
        assert!(Currency::all().count() > 150 && Currency::all().all(|one| one.exponent() <= 4));
    }

    #[test]
    fn z_18_the_wire_form_keeps_the_currency_and_its_decimals() {
        let cases = [
            ("1234.5", "CNY", "1234.50"),
            ("-0.05", "CNY", "-0.05"),
            ("-0", "CNY", "0.00"),
            ("007", "JPY", "7"),
            ("9999999999999999.99", "CNY", "9999999999999999.99"),
        ];
        for (sent, currency, kept) in cases {
            let read: Money = from_value(json!({"amount": sent, "currency": currency})).unwrap();
            assert_eq!(to_value(read).unwrap(), json!({"amount": kept, "currency": currency}));
        }
    }

    #[test]
    fn what_is_not_an_amount_is_refused_with_a_code() {
        let refusals = [
            (json!("1.234"), "CNY", "invalid_format: an amount in CNY has at most 2 decimals"),
            (json!("10000000000000000"), "JPY", "out_of_range: the amount is too large"),
            (json!("9999999999999999"), "CLF", "out_of_range: the amount is too large"),
            (json!(12.5), "CNY", "invalid_format: expected a string"),
            (json!("1"), "XXX", "unknown_value: a currency is an ISO 4217 code such as \"CNY\""),
        ];
        let shapeless =
            ["", "-", "+1", " 1", "1 ", "1.", ".5", "1e3", "1,000", "--1", "１", "1.-5"];
        let plain = "invalid_format: an amount is a decimal string such as \"1234.50\"";
        let shapeless = shapeless.into_iter().map(|amount| (json!(amount), "CNY", plain));
        for (amount, currency, said) in refusals.into_iter().chain(shapeless) {
            let sent = json!({"amount": amount, "currency": currency});
            assert_eq!(from_value::<Money>(sent).unwrap_err().to_string(), said);
        }
        let extra = json!({"amount": "1", "currency": "CNY", "tax": "0"});
        assert!(from_value::<Money>(extra).is_err());
    }

    #[test]
    fn the_schema_says_what_is_read() {
        let schema = to_value(Money::schema()).unwrap();
        assert_eq!(schema["additionalProperties"], json!(false));
        assert_eq!(schema["required"], json!(["amount", "currency"]));
        let amount = &schema["properties"]["amount"];
        assert_eq!(amount["pattern"], json!(r"^-?[0-9]{1,16}(\.[0-9]{1,4})?$"));
        assert_eq!(Money::name(), "Money");
        let mut parts = Vec::new();
        Money::schemas(&mut parts);
        assert_eq!(parts[0].0, "Currency");
        let currency = to_value(Currency::schema()).unwrap();
        assert_eq!((&currency["type"], &currency["example"]), (&json!("string"), &json!("CNY")));
    }

    #[test]
    fn arithmetic_stays_in_one_currency_and_in_range() {
        let (a, b) = (money("10.05 CNY"), money("0.10 CNY"));
        assert_eq!(a.checked_add(b), Ok(money("10.15 CNY")));
        assert_eq!(b.checked_sub(a), Ok(money("-9.95 CNY")));
        assert_eq!(a.checked_neg().and_then(|one| one.checked_mul(3)), Ok(money("-30.15 CNY")));
        assert_eq!(Money::sum(Currency::CNY, [a, b, b]), Ok(money("10.25 CNY")));
        assert_eq!((a.compare(b), a.compare(money("1 USD"))), (Some(Ordering::Greater), None));
        let mixed = Err(MoneyError::CurrencyMismatch(Currency::CNY, "USD".parse().unwrap()));
        assert_eq!(a.checked_add(money("1 USD")), mixed);
        let most = money("9999999999999999.99 CNY");
        assert_eq!(most.checked_add(money("0.01 CNY")), Err(MoneyError::Overflow));
        let least = Money::new(i64::MIN, "CLF".parse().unwrap());
        assert_eq!(least.checked_neg(), Err(MoneyError::Overflow));
        assert_eq!(least.to_string(), "-922337203685477.5808 CLF");
    }

    #[test]
    fn z_18_conversion_rounds_half_even_at_the_target() {
        let convert = |one: ExchangeRate, amount| one.convert(money(amount)).map(Money::amount);
        assert_eq!(convert(rate("USD", "CNY", "7.1234", 1), "100 USD"), Ok("712.34".into()));
        assert_eq!(convert(rate("USD", "JPY", "150.5", 1), "1 USD"), Ok("150".into()));
        assert_eq!(convert(rate("USD", "JPY", "151.5", 1), "1 USD"), Ok("152".into()));
        assert_eq!(convert(rate("USD", "JPY", "150.5", 1), "-1 USD"), Ok("-150".into()));
        assert_eq!(convert(rate("JPY", "KWD", "0.0021", 1), "1000 JPY"), Ok("2.100".into()));
        assert_eq!(convert(rate("USD", "CNY", "0", 1), "1 USD"), Err(MoneyError::InvalidRate));
        let fine = rate("USD", "CNY", "7.1234567890123", 1);
        assert_eq!(convert(fine, "1 USD"), Err(MoneyError::InvalidRate));
        assert!(convert(rate("USD", "CNY", "7", 1), "1 EUR").is_err());
        // The most decimals on the largest amounts, forth and back, between 0 and 4 decimals.
        let cent = rate("CLF", "JPY", "0.010000000001", 1);
        assert_eq!(convert(cent, "922337203685477.5807 CLF"), Ok("9223372037777".into()));
        let back = cent.convert_back(money("9223372037777 JPY")).map(Money::amount);
        assert_eq!(back, Ok("922337203685466.2796".into()));
        let largest = money("922337203685477.5807 CLF");
        assert_eq!(scaled(largest, Currency::CNY, i128::MAX, 1), Err(MoneyError::Overflow));
    }

    #[test]
    fn z_18_the_rate_is_that_of_the_business_date() {
        let rates = [
            rate("USD", "CNY", "7.2", 9),
            rate("USD", "CNY", "7.1", 5),
            rate("EUR", "CNY", "8", 5),
            rate("CNY", "EUR", "0.12", 3),
        ];
        let used = |from: &str, to: &str, day| {
            let on = NaiveDate::from_ymd_opt(2025, 7, day).unwrap();
            rate_for(&rates, from.parse().unwrap(), to.parse().unwrap(), on)
        };
        let then = |rate, inverse| Some(AppliedRate { rate, inverse });
        assert_eq!(used("USD", "CNY", 8), then(rates[1], false));
        assert_eq!(used("USD", "CNY", 9), then(rates[0], false));
        assert_eq!(used("CNY", "USD", 20), then(rates[0], true));
        assert_eq!(used("CNY", "EUR", 9), then(rates[3], false), "the pair itself comes first");
        assert_eq!(used("USD", "CNY", 4), None);
        assert_eq!(used("USD", "EUR", 9), None);
        let same = used("USD", "USD", 4).unwrap().convert(money("3 USD")).unwrap();
        assert_eq!((same.amount, same.rate), (money("3 USD"), Decimal::ONE));
        let back = used("CNY", "USD", 6).unwrap().convert(money("100 CNY")).unwrap();
        let shown = json!({"amount": {"amount": "14.08", "currency": "USD"}, "rate": "7.1",
            "on": "2025-07-05", "inverse": true});
        assert_eq!(to_value(back).unwrap(), shown);
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(minor: i64, pick: prop::sample::Index) {
            let all: Vec<_> = Currency::all().collect();
            let minor = minor % 10_i64.pow(16);
            let money = Money::new(minor, all[pick.index(all.len())]);
            prop_assert_eq!(Money::parse(&money.amount(), money.currency()), Ok(money));
            let wire = to_value(money).unwrap();
            prop_assert_eq!(from_value::<Money>(wire).unwrap(), money);
        }

        #[test]
        fn a_conversion_is_off_by_half_a_unit_at_most(
            minor in -1_000_000_000_000_i64..1_000_000_000_000, units in 1_i64..1_000_000_000
        ) {
            let one = ExchangeRate { rate: Decimal::new(units, 6), ..rate("USD", "CNY", "1", 1) };
            let got = one.convert(Money::new(minor, one.from)).unwrap().to_decimal();
            let off = got - Decimal::new(minor, 2) * one.rate;
            prop_assert!(off.abs() <= Decimal::new(5, 3));
        }

        #[test]
        fn at_an_exact_rate_the_way_back_is_the_way_there(
            minor in -1_000_000_000_000_i64..1_000_000_000_000, units in 1_i64..1_000_000
        ) {
            let one = ExchangeRate { rate: units.into(), ..rate("USD", "CNY", "1", 1) };
            let there = one.convert(Money::new(minor, one.from)).unwrap();
            prop_assert_eq!(one.convert_back(there), Ok(Money::new(minor, one.from)));
        }
    }
}

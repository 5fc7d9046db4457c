//! Decimals that callers write or are told: shares of a whole, quantities, proportions.
//!
//! All are decimal strings on the wire and in the stores, so that nothing on the way is a float.

use crate::{
    money::{Currency, Money, MoneyError},
    ratio::Ratio,
    scalar::{Scalar, Type},
    split::{SplitError, allocate},
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use sea_query::{Nullable, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{borrow::Cow, fmt, str::FromStr};
use utoipa::{PartialSchema, ToSchema, openapi};

/// Why a decimal is refused, as `code: what was expected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not from 0 to 1, or more than 4 decimals.
    #[error("out_of_range: a decimal string from 0 to 1 with at most 4 decimals, such as \"0.25\"")]
    NoShare,
    /// Not above 0, or more digits than are kept.
    #[error(
        "out_of_range: a decimal string above 0 with at most 12 digits and 6 decimals, such as \"2.5\""
    )]
    NoQuantity,
    /// Below 0, or more digits than are kept.
    #[error(
        "out_of_range: a decimal string of 0 or more with at most 12 digits and 6 decimals, such as \"2.5\""
    )]
    NoWeight,
    /// Not a plain decimal number, or too large a one.
    #[error("invalid_format: a decimal string with four decimals, such as \"-0.1250\"")]
    NoProportion,
}

/// A share of a whole, from 0 to 1 in steps of 0.0001: a probability, a discount, a rate of tax.
///
/// On the wire and in the stores `"0.2500"`, always with four decimals, so that texts are in the
/// order of the numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u16);

impl Share {
    /// Nothing of it.
    pub const ZERO: Self = Self(0);
    /// All of it.
    pub const ONE: Self = Self(Self::WHOLE);
    /// Decimals of a share.
    const PLACES: usize = 4;
    /// The whole in ten-thousandths.
    const WHOLE: u16 = 10_000;

    /// So many ten-thousandths of the whole; all of it beyond 10,000.
    pub const fn of_ten_thousandths(parts: u16) -> Self {
        Self(if parts < Self::WHOLE { parts } else { Self::WHOLE })
    }

    /// Ten-thousandths of the whole, from 0 to 10,000.
    pub const fn ten_thousandths(self) -> i64 {
        self.0 as i64
    }

    /// What is left of the whole.
    #[must_use]
    pub const fn rest(self) -> Self {
        Self(Self::WHOLE - self.0)
    }

    /// The number.
    pub fn to_decimal(self) -> Decimal {
        Decimal::new(self.ten_thousandths(), 4)
    }

    /// What each of these weights is of their sum: together exactly one whole.
    ///
    /// Rounded by the largest remainder, as [`allocate`] does.
    ///
    /// # Errors
    /// As [`allocate`]: without any weight above 0 there are no shares.
    pub fn of_weights<W: Copy + Into<Decimal>>(weights: &[W]) -> Result<Vec<Self>, SplitError> {
        let parts = allocate(Self::WHOLE.into(), weights)?;
        let share = |part: i64| u16::try_from(part).map(Self).map_err(|_| SplitError::OutOfRange);
        parts.into_iter().map(share).collect()
    }

    /// Whether shares make exactly one whole.
    pub fn make_one(shares: impl IntoIterator<Item = Self>) -> bool {
        shares.into_iter().map(Self::ten_thousandths).sum::<i64>() == i64::from(Self::WHOLE)
    }
}

impl FromStr for Share {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (whole, decimals) = parts(text).ok_or(DecimalError::NoShare)?;
        if whole.len() != 1 || decimals.len() > Self::PLACES {
            return Err(DecimalError::NoShare);
        }
        let digits = format!("{whole}{decimals:0<width$}", width = Self::PLACES);
        let share = digits.parse().ok().filter(|share| *share <= Self::WHOLE);
        share.map(Self).ok_or(DecimalError::NoShare)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:04}", self.0 / Self::WHOLE, self.0 % Self::WHOLE)
    }
}

/// How many of something: above 0, with at most 12 digits before the point and 6 after it.
///
/// Written without trailing zeros: `"2.5"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(Decimal);

impl Quantity {
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// The number.
    pub const fn to_decimal(self) -> Decimal {
        self.0
    }
}

impl FromStr for Quantity {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (whole, decimals) = parts(text).ok_or(DecimalError::NoQuantity)?;
        if whole.len() > 12 || decimals.len() > 6 {
            return Err(DecimalError::NoQuantity);
        }
        let number: Decimal = text.parse().map_err(|_| DecimalError::NoQuantity)?;
        if number.is_zero() { Err(DecimalError::NoQuantity) } else { Ok(Self(number.normalize())) }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How much something counts beside others: 0 or more, with at most 12 digits before the point and 6
/// after it.
///
/// Written without trailing zeros: `"2.5"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(Decimal);

impl Weight {
    /// As much as any other.
    pub const ONE: Self = Self(Decimal::ONE);

    /// The number.
    pub const fn to_decimal(self) -> Decimal {
        self.0
    }
}

impl FromStr for Weight {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let (whole, decimals) = parts(text).ok_or(DecimalError::NoWeight)?;
        if whole.len() > 12 || decimals.len() > 6 {
            return Err(DecimalError::NoWeight);
        }
        let number: Decimal = text.parse().map_err(|_| DecimalError::NoWeight)?;
        Ok(Self(number.normalize()))
    }
}

impl fmt::Display for Weight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What one figure is of another, in steps of 0.0001: a margin over a price, a discount. It may be
/// negative and more than 1.
///
/// On the wire and in the stores `"-0.1250"`, always with four decimals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Proportion(i64);

impl Proportion {
    /// Ten-thousandths.
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// One amount over another of the same currency, rounded half-even; `None` over zero, in another
    /// currency, or beyond 14 digits before the point.
    pub fn of(numerator: Money, denominator: Money) -> Option<Self> {
        let value = Ratio::of_money(numerator, denominator).ok()?.value()?;
        let units = (value * Decimal::from(10_000)).to_i64()?;
        (units.unsigned_abs() < 10_u64.pow(18)).then_some(Self(units))
    }
}

impl FromStr for Proportion {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, decimals) = parts(digits).ok_or(DecimalError::NoProportion)?;
        if whole.len() > 14 || decimals.len() > Share::PLACES {
            return Err(DecimalError::NoProportion);
        }
        let units = format!("{whole}{decimals:0<width$}", width = Share::PLACES);
        let units: i64 = units.parse().map_err(|_| DecimalError::NoProportion)?;
        Ok(Self(if digits.len() < text.len() { -units } else { units }))
    }
}

impl fmt::Display for Proportion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:04}", size / 10_000, size % 10_000)
    }
}

/// The digits before and after the point, if there is nothing else.
fn parts(text: &str) -> Option<(&str, &str)> {
    let (whole, decimals) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let plain = whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit());
    (plain && !whole.is_empty()).then_some((whole, decimals))
}

impl Money {
    /// What so many cost at this price, less a discount: price × quantity × (1 − discount), rounded
    /// half-even once, to the minor unit; or `Overflow`.
    pub fn of_line(self, quantity: Quantity, discount: Share) -> Result<Self, MoneyError> {
        let quantity = quantity.0.normalize();
        let times = |one: i128, by: i128| one.checked_mul(by).ok_or(MoneyError::Overflow);
        let up = times(i128::from(self.minor()), quantity.mantissa())?;
        let up = times(up, i128::from(discount.rest().ten_thousandths()))?;
        self.scaled_to(up, 10_i128.pow(quantity.scale() + 4))
    }
}

/// What a decimal is besides: a JSON string, and a schema with a pattern.
macro_rules! wire {
    ($name:ident, $pattern:literal, $example:literal, $about:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Cow::<'de, str>::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }

        impl PartialSchema for $name {
            fn schema() -> openapi::RefOr<openapi::Schema> {
                openapi::ObjectBuilder::new()
                    .schema_type(openapi::schema::Type::String)
                    .pattern(Some($pattern))
                    .description(Some($about))
                    .examples([serde_json::json!($example)])
                    .into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

pub(crate) use wire;

/// The same, and a column of text.
macro_rules! decimal_text {
    ($name:ident, $pattern:literal, $example:literal, $about:literal) => {
        wire!($name, $pattern, $example, $about);
        column_text!($name);
    };
}

/// A type that lies in a column as the text that it is printed as.
macro_rules! column_text {
    ($name:ident) => {
        impl Scalar for $name {
            const TYPE: Type = Type::Text;
        }

        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                value.to_string().into()
            }
        }

        impl Nullable for $name {
            fn null() -> Value {
                String::null()
            }
        }

        impl<DB: sqlx::Database> sqlx::Type<DB> for $name
        where
            String: sqlx::Type<DB>,
        {
            fn type_info() -> DB::TypeInfo {
                <String as sqlx::Type<DB>>::type_info()
            }

            fn compatible(ty: &DB::TypeInfo) -> bool {
                <String as sqlx::Type<DB>>::compatible(ty)
            }
        }

        impl<'r, DB: sqlx::Database> sqlx::Decode<'r, DB> for $name
        where
            &'r str: sqlx::Decode<'r, DB>,
        {
            fn decode(value: DB::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
                Ok(<&str as sqlx::Decode<DB>>::decode(value)?.parse()?)
            }
        }
    };
}

pub(crate) use column_text;

decimal_text!(
    Share,
    r"^(0(\.[0-9]{1,4})?|1(\.0{1,4})?)$",
    "0.2500",
    "A share from 0 to 1; answers carry four decimals."
);
decimal_text!(
    Proportion,
    r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$",
    "0.1250",
    "What one figure is of another; answers carry four decimals."
);
decimal_text!(Quantity, r"^[0-9]{1,12}(\.[0-9]{1,6})?$", "2.5", "A number above 0.");
decimal_text!(Weight, r"^[0-9]{1,12}(\.[0-9]{1,6})?$", "0.5", "A number of 0 or more.");
column_text!(Currency);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_share_is_from_nothing_to_all_with_four_decimals() {
        for (text, shown) in
            [("0", "0.0000"), ("0.25", "0.2500"), ("1", "1.0000"), ("1.0", "1.0000")]
        {
            assert_eq!(text.parse::<Share>().unwrap().to_string(), shown);
        }
        for bad in ["", "1.", ".5", "-0.1", "1.0001", "2", "0.00001", "1e-1", "00.5", " 1"] {
            assert_eq!(bad.parse::<Share>(), Err(DecimalError::NoShare), "{bad}");
        }
        assert_eq!("0.3".parse::<Share>().unwrap().rest().to_string(), "0.7000");
        assert_eq!(Share::of_ten_thousandths(2_500).to_string(), "0.2500");
        assert_eq!(Share::of_ten_thousandths(10_001), Share::ONE);
        assert!(serde_json::from_str::<Share>("0.5").is_err(), "a number on the wire is a float");
    }

    #[test]
    fn shares_make_one_exactly_or_not() {
        let of = |texts: &[&str]| Share::make_one(texts.iter().map(|text| text.parse().unwrap()));
        assert!(of(&["0.3333", "0.3333", "0.3334"]) && of(&["1"]));
        assert!(!of(&["0.3333", "0.3333", "0.3333"]) && !of(&[]));
    }

    #[test]
    fn a_quantity_is_above_nothing_and_bounded() {
        assert_eq!("2.50".parse::<Quantity>().unwrap().to_string(), "2.5");
        assert_eq!("0000000.000001".parse::<Quantity>().unwrap().to_string(), "0.000001");
        for bad in ["0", "0.0", "-1", "1.0000001", "1234567890123", "1,5", "NaN", ""] {
            assert_eq!(bad.parse::<Quantity>(), Err(DecimalError::NoQuantity), "{bad}");
        }
    }

    #[test]
    fn a_weight_may_be_nothing() {
        for (text, shown) in [("0", "0"), ("0.50", "0.5"), ("12", "12")] {
            assert_eq!(text.parse::<Weight>().unwrap().to_string(), shown);
        }
        for bad in ["-1", "", "0.0000001", "1234567890123", "1e3"] {
            assert_eq!(bad.parse::<Weight>(), Err(DecimalError::NoWeight), "{bad}");
        }
    }

    #[test]
    fn a_proportion_has_a_sign_and_four_decimals() {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let of = |one, other| Proportion::of(yuan(one), yuan(other)).map(|one| one.to_string());
        assert_eq!(of(-1, 8).as_deref(), Some("-0.1250"));
        assert_eq!(of(2, 3).as_deref(), Some("0.6667"));
        assert_eq!(of(250, 100).as_deref(), Some("2.5000"));
        assert_eq!(of(1, 0), None);
        for (text, shown) in [("-0.5", "-0.5000"), ("12", "12.0000"), ("-0", "0.0000")] {
            assert_eq!(text.parse::<Proportion>().unwrap().to_string(), shown);
        }
        for bad in ["", "-", "--1", "1.", "0.00001", "123456789012345"] {
            assert_eq!(bad.parse::<Proportion>(), Err(DecimalError::NoProportion), "{bad}");
        }
    }

    #[test]
    fn a_line_is_rounded_half_even_once() {
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let line = |price, quantity: &str, discount: &str| {
            yuan(price).of_line(quantity.parse().unwrap(), discount.parse().unwrap())
        };
        assert_eq!(line(1_050, "0.1", "0"), Ok(yuan(105)));
        assert_eq!(line(5, "0.5", "0"), Ok(yuan(2)), "2.5 is 2");
        assert_eq!(line(7, "0.5", "0"), Ok(yuan(4)), "3.5 is 4");
        assert_eq!(line(10_000, "3", "0.1250"), Ok(yuan(26_250)));
        assert_eq!(line(i64::MAX, "999999999999", "0"), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn the_text_of_a_share_reads_back_and_keeps_the_order(one in 0_u16..=10_000, other in 0_u16..=10_000) {
            let texts = (Share(one).to_string(), Share(other).to_string());
            prop_assert_eq!(texts.0.parse(), Ok(Share(one)));
            prop_assert_eq!(texts.0.cmp(&texts.1), one.cmp(&other));
        }
    }
}

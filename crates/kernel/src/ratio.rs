//! Ratios as reports show them: the value with the two figures behind it.
//!
//! What is divided by what is the report's affair. Exact shares of a total are in [`crate::split`].

use crate::money::{Money, MoneyError};
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A numerator over a denominator.
///
/// On the wire `{"value": "0.2500", "numerator": "1", "denominator": "4"}`; the value is rounded,
/// the two figures are not. Equal means equal figures: 1/4 is not 2/8, since 2 of 8 says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ratio {
    numerator: Decimal,
    denominator: Decimal,
}

/// A ratio with the two figures behind it.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = Ratio, example = json!({"value": "0.2500", "numerator": "1", "denominator": "4"}))]
struct Wire {
    /// Numerator by denominator, rounded half-even to four decimals; null if the denominator is 0.
    #[schema(required = true, pattern = r"^-?[0-9]+\.[0-9]{4}$")]
    value: Option<String>,
    /// What is counted.
    #[schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$")]
    numerator: String,
    /// What it is counted against.
    #[schema(pattern = r"^-?[0-9]+(\.[0-9]+)?$")]
    denominator: String,
}

impl Ratio {
    /// Decimals of the value.
    pub const PLACES: u32 = 4;

    /// One figure over another: decimals, or whole numbers such as counts.
    pub fn new(numerator: impl Into<Decimal>, denominator: impl Into<Decimal>) -> Self {
        Self { numerator: numerator.into(), denominator: denominator.into() }
    }

    /// One amount over another, in major units; or `CurrencyMismatch`.
    pub fn of_money(numerator: Money, denominator: Money) -> Result<Self, MoneyError> {
        numerator.same_currency(denominator)?;
        Ok(Self::new(numerator.to_decimal(), denominator.to_decimal()))
    }

    /// What is counted.
    pub const fn numerator(&self) -> Decimal {
        self.numerator
    }

    /// What it is counted against.
    pub const fn denominator(&self) -> Decimal {
        self.denominator
    }

    /// The quotient, rounded half-even to four decimals; `None`, never 0, if the denominator is 0.
    ///
    /// Also `None` beyond 28 digits, which no count or amount of money reaches.
    pub fn value(&self) -> Option<Decimal> {
        let exact = self.numerator.checked_div(self.denominator)?;
        let value =
            exact.round_dp_with_strategy(Self::PLACES, RoundingStrategy::MidpointNearestEven);
        // A decimal zero keeps its sign, and nobody wants to read -0.0000.
        Some(if value.is_zero() { Decimal::ZERO } else { value })
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let value = self.value().map(|value| format!("{value:.4}"));
        let (numerator, denominator) = (self.numerator.to_string(), self.denominator.to_string());
        Wire { value, numerator, denominator }.serialize(to)
    }
}

/// By its two figures, as it was written.
impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Wire { numerator, denominator, .. } = Wire::deserialize(from)?;
        let figure = |text: &str| text.parse::<Decimal>().map_err(de::Error::custom);
        Ok(Self { numerator: figure(&numerator)?, denominator: figure(&denominator)? })
    }
}

impl PartialSchema for Ratio {
    fn schema() -> RefOr<Schema> {
        Wire::schema()
    }
}

impl ToSchema for Ratio {
    fn name() -> Cow<'static, str> {
        Wire::name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::prelude::*;
    use serde_json::{json, to_value};

    fn shown(ratio: Ratio) -> serde_json::Value {
        to_value(ratio).unwrap()["value"].clone()
    }

    #[test]
    fn a_ratio_comes_with_its_figures() {
        let quarter = json!({"value": "0.2500", "numerator": "1", "denominator": "4"});
        assert_eq!(to_value(Ratio::new(1, 4)).unwrap(), quarter);
        let yuan = |minor| Money::new(minor, Currency::CNY);
        let roi = json!({"value": "-0.5000", "numerator": "-12.50", "denominator": "25.00"});
        assert_eq!(to_value(Ratio::of_money(yuan(-1250), yuan(2500)).unwrap()).unwrap(), roi);
        let dollar = Money::new(1, "USD".parse().unwrap());
        assert!(Ratio::of_money(yuan(1), dollar).is_err());
    }

    #[test]
    fn a_ratio_is_read_as_it_was_written() {
        for ratio in [Ratio::new(1, 3), Ratio::new(0, 0), Ratio::new(Decimal::new(-1250, 2), 25)] {
            let text = serde_json::to_string(&ratio).unwrap();
            assert_eq!(serde_json::from_str::<Ratio>(&text).unwrap(), ratio);
        }
    }

    #[test]
    fn nothing_to_count_against_is_null_and_not_zero() {
        assert_eq!(shown(Ratio::new(0, 0)), json!(null));
        assert_eq!(shown(Ratio::new(5, 0)), json!(null));
        assert_eq!(shown(Ratio::new(0, 5)), json!("0.0000"));
    }

    #[test]
    fn the_value_is_rounded_half_even() {
        let of = |numerator| shown(Ratio::new(numerator, 100_000));
        assert_eq!((of(12_345), of(12_355)), (json!("0.1234"), json!("0.1236")));
        assert_eq!((of(-5), of(-15)), (json!("0.0000"), json!("-0.0002")));
        assert_eq!(shown(Ratio::new(2, 3)), json!("0.6667"));
    }

    #[test]
    fn the_schema_says_that_the_value_may_be_null_but_is_there() {
        let schema = to_value(Ratio::schema()).unwrap();
        assert_eq!(schema["required"], json!(["value", "numerator", "denominator"]));
        assert_eq!(schema["properties"]["value"]["type"], json!(["string", "null"]));
        assert_eq!(Ratio::name(), "Ratio");
    }

    proptest! {
        #[test]
        fn the_value_is_off_by_half_a_place_at_most(up: i32, down in 1_i32..) {
            let ratio = Ratio::new(up, down);
            let off = ratio.value().unwrap() - Decimal::from(up) / Decimal::from(down);
            prop_assert!(off.abs() <= Decimal::new(5, 5));
        }
    }
}

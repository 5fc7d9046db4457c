//! From exact decimals to whole numbers of a common scale, and from floating point back to decimals.

use rust_decimal::{Decimal, RoundingStrategy};

/// Most decimals of a number that is learnt from.
pub(crate) const MOST_PLACES: u32 = 9;

/// Whole numbers with a common number of decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scaled {
    pub(crate) scale: u32,
    pub(crate) units: Vec<i64>,
}

/// Numbers as multiples of the smallest decimal that any of them has; `None` if one has more than
/// [`MOST_PLACES`] or more than `most` such units.
pub(crate) fn scaled(numbers: &[Decimal], most: i64) -> Option<Scaled> {
    let scale = numbers.iter().map(|number| number.normalize().scale()).max().unwrap_or(0);
    if scale > MOST_PLACES {
        return None;
    }
    let unit = |number: &Decimal| {
        let number = number.normalize();
        let units = number.mantissa().checked_mul(10_i128.pow(scale - number.scale()))?;
        i64::try_from(units).ok().filter(|units| units.unsigned_abs() <= most.unsigned_abs())
    };
    let units: Option<Vec<i64>> = numbers.iter().map(unit).collect();
    Some(Scaled { scale, units: units? })
}

/// The decimal that so many units are, without trailing zeros.
pub(crate) fn decimal(units: i64, scale: u32) -> Decimal {
    plain(Decimal::new(units, scale))
}

/// A floating-point number, rounded half-even to so many decimals; 0 if it is none or too large.
pub(crate) fn rounded(value: f64, places: u32) -> Decimal {
    half_even(Decimal::from_f64_retain(value).unwrap_or_default(), places)
}

/// A decimal, rounded half-even to so many decimals.
pub(crate) fn half_even(value: Decimal, places: u32) -> Decimal {
    plain(value.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven))
}

/// Without trailing zeros, and without the sign that a decimal zero keeps.
pub(crate) fn plain(value: Decimal) -> Decimal {
    if value.is_zero() { Decimal::ZERO } else { value.normalize() }
}

/// One count or sum over another, rounded half-even to four decimals; nothing over nothing.
pub(crate) fn quotient(up: Decimal, down: Decimal) -> Option<Decimal> {
    up.checked_div(down).map(|value| half_even(value, 4))
}

/// Decimals as JSON strings.
pub(crate) mod text {
    use rust_decimal::Decimal;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(crate) fn serialize<S: Serializer>(value: &Decimal, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(value)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }

    /// The same where there may be none.
    pub(crate) mod optional {
        use super::{Decimal, Deserializer, Serializer, de};
        use serde::Deserialize as _;

        pub(crate) fn serialize<S: Serializer>(
            value: &Option<Decimal>,
            to: S,
        ) -> Result<S::Ok, S::Error> {
            match value {
                Some(value) => to.collect_str(value),
                None => to.serialize_none(),
            }
        }

        pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
            from: D,
        ) -> Result<Option<Decimal>, D::Error> {
            let text = Option::<String>::deserialize(from)?;
            text.map(|text| text.parse().map_err(de::Error::custom)).transpose()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn numbers_share_the_scale_of_the_finest() {
        let of = |texts: &[&str]| scaled(&numbers(texts), 1_000);
        assert_eq!(of(&["1.50", "-2", "0.25"]).unwrap().units, [150, -200, 25]);
        assert_eq!(of(&["10", "20"]), Some(Scaled { scale: 0, units: vec![10, 20] }));
        assert_eq!(of(&["10.01"]), None, "1,001 units");
        assert_eq!(of(&["0.0000000001"]), None, "ten decimals");
        assert_eq!(of(&[]), Some(Scaled { scale: 0, units: vec![] }));
    }

    #[test]
    fn what_is_told_has_no_needless_digits() {
        assert_eq!(decimal(1_950, 2).to_string(), "19.5");
        assert_eq!(rounded(0.125, 2).to_string(), "0.12");
        assert_eq!(rounded(-0.000_01, 2).to_string(), "0");
        assert_eq!(quotient(Decimal::ONE, Decimal::ZERO), None);
    }
}

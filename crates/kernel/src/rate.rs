//! The wire form of a rate: a plain decimal string.

use crate::ExchangeRate;
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de};

/// Digits before the point at most; with the decimals of a rate they fit a [`Decimal`].
const WHOLE_DIGITS: usize = 12;

/// Reads digits with perhaps a point and decimals; positive, with at most 12 digits on either side.
pub(crate) fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Decimal, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
    let rate = parse(&text).ok_or_else(|| {
        de::Error::custom("invalid_format: a decimal string such as \"7.1\", at most 12 decimals")
    })?;
    if rate.is_zero() {
        return Err(de::Error::custom("out_of_range: a rate above 0"));
    }
    Ok(rate)
}

fn parse(text: &str) -> Option<Decimal> {
    let (whole, decimals) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let plain = whole.bytes().chain(decimals.bytes()).all(|b| b.is_ascii_digit());
    let fits = (1..=WHOLE_DIGITS).contains(&whole.len())
        && decimals.len() <= ExchangeRate::DECIMALS as usize;
    if plain && fits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, from_value, json, to_value};

    fn rate(text: &Value) -> Result<ExchangeRate, String> {
        let wire = json!({ "base": "USD", "quote": "CNY", "rate": text, "valid_on": "2026-03-01" });
        from_value(wire).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rate_is_a_plain_decimal_string() {
        for good in ["7.1", "0.000000000001", "999999999999.999999999999", "007"] {
            assert!(rate(&json!(good)).unwrap().check().is_ok(), "{good}");
        }
        let shown = to_value(rate(&json!("7.10")).unwrap()).unwrap();
        assert_eq!(shown["rate"], "7.1");
        for bad in ["", ".1", "1.", "-1", "+1", "1e3", "1_000", "1.0000000000001", "1234567890123"]
        {
            let said = rate(&json!(bad)).unwrap_err();
            assert!(said.starts_with("invalid_format"), "{bad}: {said}");
        }
        assert!(rate(&json!("0.00")).unwrap_err().starts_with("out_of_range"));
        assert!(rate(&json!(7.1)).is_err());
    }
}

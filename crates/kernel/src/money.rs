//! Money: whole minor units of one ISO 4217 currency, and its conversion at stored rates.
//!
//! Everything here is exact or refuses; nothing is a float. Where rates come from and which one a
//! report has to keep is not decided here; shares of an amount are in [`crate::split`].

mod amount;
mod currency;
mod exchange;

#[cfg(test)]
mod tests;

pub use amount::Money;
pub(crate) use amount::half_even;
pub use currency::Currency;
pub use exchange::{AppliedRate, Converted, ExchangeRate, rate_for};

use serde::{Deserialize, Deserializer, de};

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

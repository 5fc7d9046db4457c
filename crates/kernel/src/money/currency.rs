//! The currencies that amounts can be in.

use super::{MoneyError, text};
use iso_currency::IntoEnumIterator;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, fmt, str::FromStr};
use utoipa::ToSchema;

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

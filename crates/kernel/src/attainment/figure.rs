//! What a target counts.

use crate::{Money, money::MoneyError, ratio::Ratio};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

/// Why figures cannot be held against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttainmentError {
    /// Amounts that cannot be computed with, of two currencies above all.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// An amount against a count.
    #[error("an amount and a count do not mix")]
    Mixed,
    /// Beyond 64 bits.
    #[error("the figures are out of range")]
    OutOfRange,
}

/// A figure of a target: an amount of money, or a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Money.
    Amount(Money),
    /// Pieces.
    Count(i64),
}

impl Figure {
    /// Minor units of its currency, or pieces.
    pub const fn units(self) -> i64 {
        match self {
            Self::Amount(money) => money.minor(),
            Self::Count(count) => count,
        }
    }

    /// So many units of the same.
    #[must_use]
    pub const fn with_units(self, units: i64) -> Self {
        match self {
            Self::Amount(money) => Self::Amount(Money::new(units, money.currency())),
            Self::Count(_) => Self::Count(units),
        }
    }

    /// The nearest whole number of units of the same, half-even; or `OutOfRange`.
    pub(super) fn rounded(self, units: Decimal) -> Result<Self, AttainmentError> {
        let whole = units.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        let units = whole.to_i64().ok_or(AttainmentError::OutOfRange)?;
        Ok(self.with_units(units))
    }

    /// This over another, or `Mixed` or `CurrencyMismatch`.
    pub fn over(self, other: Self) -> Result<Ratio, AttainmentError> {
        match (self, other) {
            (Self::Amount(one), Self::Amount(other)) => Ok(Ratio::of_money(one, other)?),
            (Self::Count(one), Self::Count(other)) => Ok(Ratio::new(one, other)),
            _ => Err(AttainmentError::Mixed),
        }
    }

    /// This less another, or `Mixed`, `CurrencyMismatch` or `OutOfRange`.
    pub fn less(self, other: Self) -> Result<Self, AttainmentError> {
        match (self, other) {
            (Self::Amount(one), Self::Amount(other)) => Ok(Self::Amount(one.checked_sub(other)?)),
            (Self::Count(one), Self::Count(other)) => {
                one.checked_sub(other).map(Self::Count).ok_or(AttainmentError::OutOfRange)
            }
            _ => Err(AttainmentError::Mixed),
        }
    }
}

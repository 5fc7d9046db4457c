//! Figures divided over periods, units, people, products: exact trees that add up on every axis.
//!
//! Everything is whole units: minor units of one currency, or pieces. Who holds a figure and what it
//! means is the caller's affair; one total over one set of weights is in [`crate::split`].
//!
//! | module | holds |
//! | --- | --- |
//! | [`figures`] | a total over several axes at once, and its sums along each |
//! | [`parts`] | parts of one total: by contribution, adjusted, shared out again in mid-period |
//! | [`weights`] | months, quarters and halves of a period; days served in it |
//! | [`factors`] | a proposal times its factors, and the cover that a risk asks for |

pub mod factors;
pub mod figures;
pub mod parts;
pub mod weights;

pub use factors::{Cover, FactorStep, chain, cover};
pub use figures::Figures;
pub use parts::{
    Adjusted, Rebalance, WithoutBasis, adjust, by_contribution, is_copy, reallocate, unallocated,
};
pub use weights::{PeriodPart, days_served, over_periods};

use crate::split::{SplitError, allocate};
use rust_decimal::Decimal;

/// Why figures cannot be divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AllocationError {
    /// As a single split is refused.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// Not one value for each member of an axis, an axis without members or one that there is not.
    #[error("each member of an axis needs one value, and each axis a member")]
    Shape,
    /// More axes or more figures than are worked out at once.
    #[error("too many figures at once")]
    TooMany,
    /// The sums along the axes are not those of one total.
    #[error("the sums along the axes differ")]
    UnequalMargins,
    /// A figure below zero where only its opposite is worked with.
    #[error("a figure is not negative")]
    NegativePart,
    /// An adjustment by less than −100 %, or the same part adjusted twice.
    #[error("a part is adjusted once, by −100 % or more")]
    Adjustment,
    /// What is adjusted leaves the others less than nothing, or there are no others to take it.
    #[error("the other parts cannot make up for the adjustment")]
    NoRoom,
    /// The new total is less than what the closed parts hold, these units.
    #[error("the closed parts hold {0} already")]
    BelowClosed(i64),
    /// A difference, and no part that is still open.
    #[error("no part is open any more")]
    NothingOpen,
    /// The period does not consist of whole units of that length.
    #[error("the period has no parts of that length")]
    NoSuchParts,
    /// A coefficient or a factor that is not above zero.
    #[error("a factor is above zero")]
    Factor,
}

/// What every function here answers.
pub type Result<T, E = AllocationError> = std::result::Result<T, E>;

/// The sum of parts none of which is negative, or `NegativePart` or `OutOfRange`.
fn sum(parts: &[i64]) -> Result<i64> {
    if parts.iter().any(|&part| part < 0) {
        return Err(AllocationError::NegativePart);
    }
    let sum = parts.iter().try_fold(0_i64, |sum, &part| sum.checked_add(part));
    sum.ok_or(AllocationError::Split(SplitError::OutOfRange))
}

/// As [`allocate`]; but nothing can be divided without any weight too.
fn divide<W: Copy + Into<Decimal>>(total: i64, weights: &[W]) -> Result<Vec<i64>> {
    if total == 0 { Ok(vec![0; weights.len()]) } else { Ok(allocate(total, weights)?) }
}

/// `units` × `by` as a fraction of whole numbers, or `OutOfRange`.
fn scaled(units: i64, by: Decimal) -> Result<(i128, i128)> {
    let by = by.normalize();
    let up = i128::from(units).checked_mul(by.mantissa()).ok_or(SplitError::OutOfRange)?;
    Ok((up, 10_i128.pow(by.scale())))
}

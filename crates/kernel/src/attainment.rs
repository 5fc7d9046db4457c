//! How far a target is met: attainment, growth, projection, and what would close the gap.
//!
//! Which records make up the actual figure, and for whom, is decided elsewhere. Ratios come with both
//! figures behind them and have no value over zero.

mod figure;
mod gap;
mod sanity;

pub use figure::{AttainmentError, Figure};
pub use gap::{Expected, GapPlan, gap_plan};
pub use sanity::{LEAST_PAST, Sanity, SanityVerdict, sanity};

use crate::{period::DateRange, ratio::Ratio};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// An actual figure against its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attainment {
    /// Actual over target.
    pub ratio: Ratio,
    /// Target less actual: below zero if there is more than was asked for.
    pub remaining: Figure,
}

/// An actual figure against its target; refused as `Mixed`, `CurrencyMismatch` or `OutOfRange`.
pub fn attainment(actual: Figure, target: Figure) -> Result<Attainment, AttainmentError> {
    Ok(Attainment { ratio: actual.over(target)?, remaining: target.less(actual)? })
}

/// By how much a figure is above an earlier one, over that one: (this − last) ÷ last.
///
/// Without a value, not zero, if the earlier one is zero; refused as [`attainment`].
pub fn growth(this: Figure, last: Figure) -> Result<Ratio, AttainmentError> {
    this.less(last)?.over(last)
}

/// The days of a period up to a day, and with it, over all its days: 0 before it and 1 after it.
pub fn elapsed(period: DateRange, today: NaiveDate) -> Ratio {
    let end = today.succ_opt().map_or(period.end, |next| next.min(period.end));
    Ratio::new(DateRange { start: period.start, end }.days(), period.days())
}

/// Where a figure will be at the end of its period if it goes on as it went so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Projection {
    /// The share of the period that has passed.
    pub elapsed: Ratio,
    /// The run rate: actual ÷ elapsed share, for the whole period; rounded half-even to a unit.
    pub projected: Figure,
    /// What to adjust the target by to meet the projection: projected less target.
    pub adjustment: Figure,
    /// The same over the target.
    pub change: Ratio,
}

/// Projects a figure to the end of its period. `elapsed` is the share that has passed: of the days,
/// as [`elapsed()`] gives it, or of their weights if they differ.
///
/// Nothing if nothing has passed; refused as [`attainment`].
pub fn projection(
    actual: Figure,
    target: Figure,
    elapsed: Ratio,
) -> Result<Option<Projection>, AttainmentError> {
    if elapsed.numerator() <= Decimal::ZERO || elapsed.denominator() <= Decimal::ZERO {
        return Ok(None);
    }
    let whole = Decimal::from(actual.units())
        .checked_mul(elapsed.denominator())
        .and_then(|whole| whole.checked_div(elapsed.numerator()))
        .ok_or(AttainmentError::OutOfRange)?;
    let projected = actual.rounded(whole)?;
    let adjustment = projected.less(target)?;
    let change = adjustment.over(target)?;
    Ok(Some(Projection { elapsed, projected, adjustment, change }))
}

#[cfg(test)]
mod tests;

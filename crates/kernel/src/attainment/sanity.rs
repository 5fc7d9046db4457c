//! Whether a target is far above or below what is likely.

use super::{AttainmentError, Figure};
use rust_decimal::Decimal;

/// Least number of past periods from which something can be said.
pub const LEAST_PAST: usize = 4;

crate::words! {
    /// How a target stands to what is likely.
    pub enum SanityVerdict {
        /// Below nearly all that was reached so far.
        TooLow = "too_low" ("Too low", "设定过低"),
        /// Within it.
        Reasonable = "reasonable" ("Reasonable", "合理"),
        /// Above nearly all of it.
        TooHigh = "too_high" ("Too high", "设定过高"),
    }
}

/// How a target stands to what is likely, with the limits that were used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sanity {
    /// The forecast × the 5th percentile of what was reached before.
    pub low: Figure,
    /// The forecast × the 95th percentile.
    pub high: Figure,
    /// Below the lower limit, above the upper one, or neither.
    pub verdict: SanityVerdict,
}

/// Holds a target against a forecast and what past periods came to. `reached` are their actual
/// figures, each over what was expected of it.
///
/// Percentiles are interpolated linearly (definition 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles
/// in Statistical Packages", The American Statistician 50, 1996). Nothing with fewer than
/// [`LEAST_PAST`] periods; refused as `Mixed`, `CurrencyMismatch` or `OutOfRange`.
pub fn sanity(
    target: Figure,
    forecast: Figure,
    reached: &[Decimal],
) -> Result<Option<Sanity>, AttainmentError> {
    target.less(forecast)?;
    if reached.len() < LEAST_PAST {
        return Ok(None);
    }
    let mut sorted = reached.to_vec();
    sorted.sort_unstable();
    let limit = |percent: u32| {
        let share = percentile(&sorted, percent).ok_or(AttainmentError::OutOfRange)?;
        let units = Decimal::from(forecast.units()).checked_mul(share);
        forecast.rounded(units.ok_or(AttainmentError::OutOfRange)?)
    };
    let (low, high) = (limit(5)?, limit(95)?);
    let verdict = if target.units() < low.units() {
        SanityVerdict::TooLow
    } else if target.units() > high.units() {
        SanityVerdict::TooHigh
    } else {
        SanityVerdict::Reasonable
    };
    Ok(Some(Sanity { low, high, verdict }))
}

/// A percentile of sorted values, of which there is at least one; `None` beyond 28 digits.
fn percentile(sorted: &[Decimal], percent: u32) -> Option<Decimal> {
    let place = (sorted.len() - 1) * percent as usize;
    let (at, part) = (place / 100, place % 100);
    let above = sorted[(at + 1).min(sorted.len() - 1)];
    let step = above.checked_sub(sorted[at])?.checked_mul(Decimal::new(part as i64, 2))?;
    sorted[at].checked_add(step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Figure::Count;

    #[test]
    fn s_74_a_target_far_from_the_likely_is_told() {
        // 0.80, 0.81 … 1.20: the 5th percentile is 0.82, the 95th 1.18.
        let reached: Vec<Decimal> = (80..=120).rev().map(|part| Decimal::new(part, 2)).collect();
        let told = |target| sanity(Count(target), Count(1_000), &reached).unwrap().unwrap();
        assert_eq!((told(1_000).low, told(1_000).high), (Count(820), Count(1_180)));
        let verdicts = [819, 820, 1_180, 1_181].map(|target| told(target).verdict);
        use SanityVerdict::{Reasonable, TooHigh, TooLow};
        assert_eq!(verdicts, [TooLow, Reasonable, Reasonable, TooHigh]);
        assert_eq!(sanity(Count(1), Count(1), &reached[..3]), Ok(None));
    }

    #[test]
    fn percentiles_are_interpolated() {
        let values: Vec<Decimal> = [1, 2, 4, 8].map(Decimal::from).to_vec();
        assert_eq!(percentile(&values, 5), Some(Decimal::new(115, 2)));
        assert_eq!(percentile(&values, 50), Some(Decimal::from(3)));
        assert_eq!(percentile(&values, 95), Some(Decimal::new(74, 1)));
        assert_eq!(percentile(&values[..1], 95), Some(Decimal::ONE));
    }
}

//! How regularly somebody buys, and when the next time is to be expected.

use chrono::{Days, NaiveDate};
use guanxi_kernel::ratio::Ratio;
use rust_decimal::{Decimal, MathematicalOps as _, RoundingStrategy, prelude::ToPrimitive as _};

/// The intervals between days on which something was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervals {
    lengths: Vec<i64>,
    last: NaiveDate,
}

impl Intervals {
    /// Those between some days, in whatever order they are told and how often; nothing for less than two.
    pub fn of(days: impl IntoIterator<Item = NaiveDate>) -> Option<Self> {
        let mut days: Vec<NaiveDate> = days.into_iter().collect();
        days.sort_unstable();
        days.dedup();
        let last = *days.last().filter(|_| days.len() > 1)?;
        let lengths = days.windows(2).map(|pair| (pair[1] - pair[0]).num_days()).collect();
        Some(Self { lengths, last })
    }

    /// The last of the days.
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// The mean interval in days.
    pub fn mean(&self) -> Ratio {
        let count = i64::try_from(self.lengths.len()).unwrap_or(i64::MAX);
        Ratio::new(self.lengths.iter().sum::<i64>(), count)
    }

    /// By how many days the intervals differ: their standard deviation, of all and not of a sample, rounded
    /// half-even to four decimals.
    pub fn spread(&self) -> Option<Decimal> {
        let count = Decimal::from(self.lengths.len());
        let mean = self.mean().numerator().checked_div(count)?;
        let off = self.lengths.iter().map(|days| Decimal::from(*days) - mean);
        let squares: Decimal = off.map(|off| off * off).sum();
        let root = squares.checked_div(count)?.sqrt()?;
        Some(root.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven))
    }

    /// The day on which the next time is to be expected: the mean interval behind the last day, rounded
    /// half-even to whole days.
    pub fn next(&self) -> Option<NaiveDate> {
        let mean = self.mean();
        let mean = mean.numerator().checked_div(mean.denominator())?;
        let whole = mean.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        self.last.checked_add_days(Days::new(whole.to_u64()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn of(days: &[&str]) -> Option<Intervals> {
        Intervals::of(days.iter().map(|text| day(text)))
    }

    #[test]
    fn k_04_thirty_thirty_thirty_predicts_thirty_days_behind_the_last() {
        let found = of(&["2026-01-01", "2026-01-31", "2026-03-02", "2026-04-01"]).unwrap();
        assert_eq!(found.mean(), Ratio::new(90, 3));
        assert_eq!(found.spread().map(|spread| format!("{spread:.4}")).as_deref(), Some("0.0000"));
        assert_eq!((found.last(), found.next()), (day("2026-04-01"), Some(day("2026-05-01"))));
    }

    #[test]
    fn k_04_intervals_that_differ_have_a_spread() {
        // Of 10 and 20 days: the mean is 15, each is off by 5. Twice on a day is once.
        let found = of(&["2026-01-31", "2026-01-01", "2026-01-11", "2026-01-11"]).unwrap();
        assert_eq!(found.mean(), Ratio::new(30, 2));
        assert_eq!(found.spread().map(|spread| format!("{spread:.4}")).as_deref(), Some("5.0000"));
        assert_eq!(found.next(), Some(day("2026-02-15")));
        // 1 and 2 days: one and a half, to the even one.
        assert_eq!(
            of(&["2026-01-01", "2026-01-02", "2026-01-04"]).unwrap().next(),
            Some(day("2026-01-06"))
        );
    }

    #[test]
    fn k_04_one_day_has_no_interval() {
        assert_eq!((of(&[]), of(&["2026-01-01", "2026-01-01"])), (None, None));
    }
}

//! When the next service of an asset is: after so much time or so far, whichever is first.

use super::{ServiceBy, readings::Usage};
use chrono::{Days, Months, NaiveDate};

/// The time and the distance from one service to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cycle {
    /// The day that they count from.
    pub(super) since: Option<NaiveDate>,
    /// What the meter showed then.
    pub(super) since_reading: Option<i64>,
    pub(super) months: Option<i64>,
    pub(super) distance: Option<i64>,
}

impl Cycle {
    /// The reading with which the next service is due.
    pub(super) fn reading(&self) -> Option<i64> {
        Some(self.since_reading?.saturating_add(self.distance?))
    }

    /// The day of the next service and what makes it due; by time if both fall on one day.
    pub(super) fn next(&self, usage: Option<Usage>) -> Option<(NaiveDate, ServiceBy)> {
        let by_time = self.by_time().map(|day| (day, ServiceBy::Time));
        let by_distance = self.by_distance(usage).map(|day| (day, ServiceBy::Distance));
        by_time.into_iter().chain(by_distance).min_by_key(|(day, _)| *day)
    }

    /// From the 31st to the last day of a shorter month.
    fn by_time(&self) -> Option<NaiveDate> {
        let months = u32::try_from(self.months?).ok()?;
        self.since?.checked_add_months(Months::new(months))
    }

    /// The day on which the meter shows enough; nobody knows it before the asset was seen running.
    fn by_distance(&self, usage: Option<Usage>) -> Option<NaiveDate> {
        let (wanted, usage) = (self.reading()?, usage?);
        self.since?;
        let left = wanted - usage.reading;
        if left <= 0 {
            return Some(usage.read_on);
        }
        usage.read_on.checked_add_days(Days::new(usage.days_for(left)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn cycle(months: Option<i64>, distance: Option<i64>) -> Cycle {
        Cycle { since: Some(day("2026-01-10")), since_reading: Some(20_000), months, distance }
    }

    /// Thirty kilometres a day.
    fn usage(reading: i64) -> Option<Usage> {
        Some(Usage { reading, read_on: day("2026-02-01"), driven: 900, days: 30 })
    }

    #[test]
    fn d_39_whichever_is_first_makes_a_service_due() {
        let both = cycle(Some(6), Some(5_000));
        assert_eq!(both.next(None), Some((day("2026-07-10"), ServiceBy::Time)));
        // 3,000 are left: a hundred days.
        assert_eq!(both.next(usage(22_000)), Some((day("2026-05-12"), ServiceBy::Distance)));
        // A part of a day is a day.
        assert_eq!(both.next(usage(24_999)), Some((day("2026-02-02"), ServiceBy::Distance)));
        assert_eq!(both.next(usage(25_000)), Some((day("2026-02-01"), ServiceBy::Distance)));
        assert_eq!(both.next(usage(40_000)), Some((day("2026-02-01"), ServiceBy::Distance)));
        let rare = cycle(Some(1), Some(50_000));
        assert_eq!(rare.next(usage(22_000)), Some((day("2026-02-10"), ServiceBy::Time)));
    }

    #[test]
    fn nobody_knows_when_what_stands_still_has_run_far_enough() {
        let far = cycle(None, Some(5_000));
        let still = Usage { reading: 20_500, read_on: day("2026-02-01"), driven: 0, days: 30 };
        let seen_once = Usage { days: 0, ..still };
        assert_eq!(far.next(Some(still)), None);
        assert_eq!(far.next(Some(seen_once)), None);
        assert_eq!(far.reading(), Some(25_000));
        assert_eq!(cycle(None, None).next(usage(90_000)), None);
        let unknown = Cycle { since_reading: None, ..far };
        assert_eq!((unknown.next(usage(90_000)), unknown.reading()), (None, None));
        // So far away that no calendar has the day.
        let slow = Usage { reading: 0, read_on: day("2026-02-01"), driven: 1, days: 100_000 };
        let far = Cycle { since_reading: Some(100_000_000), ..far };
        assert_eq!(far.next(Some(slow)), None);
    }
}

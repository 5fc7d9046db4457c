//! The days of a week on which visits fall.

use chrono::{Datelike as _, Days, NaiveDate};
use guanxi_kernel::Calendar;

/// The Monday of the week of a day.
pub(super) fn monday(day: NaiveDate) -> NaiveDate {
    day - Days::new(day.weekday().num_days_from_monday().into())
}

/// The working days from a day to the end of its week; all days if none of them is one, or without a
/// calendar.
pub(super) fn rest_of_week(from: NaiveDate, calendar: Option<&Calendar>) -> Vec<NaiveDate> {
    let week = monday(from);
    let days = (0..7).map(|n| week + Days::new(n)).filter(|day| *day >= from);
    let days: Vec<NaiveDate> = days.collect();
    let works = |day: &NaiveDate| calendar.is_none_or(|calendar| calendar.is_working_day(*day));
    let working: Vec<NaiveDate> = days.iter().copied().filter(works).collect();
    if working.is_empty() { days } else { working }
}

/// So many visits spread evenly over these days, the first first: each in the middle of its part.
pub(super) fn spread(days: &[NaiveDate], count: usize) -> Vec<NaiveDate> {
    let at = |visit: usize| (2 * visit + 1) * days.len() / (2 * count);
    (0..count).filter_map(|visit| days.get(at(visit)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    #[test]
    fn s_39_visits_are_spread_over_the_rest_of_the_week() {
        // The second of March 2026 is a Monday.
        let days: Vec<NaiveDate> = (2..=6).map(day).collect();
        assert_eq!(spread(&days, 2), [day(3), day(5)]);
        assert_eq!(spread(&days, 3), [day(2), day(4), day(6)]);
        assert_eq!(spread(&days, 1), [day(4)]);
        assert_eq!(spread(&days[3..], 3), [day(5), day(6), day(6)]);
        assert_eq!(rest_of_week(day(5), None), [day(5), day(6), day(7), day(8)]);
        assert_eq!((monday(day(2)), monday(day(8))), (day(2), day(2)));
    }

    proptest! {
        #[test]
        fn every_visit_has_a_day_of_its_week(from in 1_u32..29, count in 1_usize..51) {
            let days = rest_of_week(day(from), None);
            let visits = spread(&days, count);
            prop_assert_eq!(visits.len(), count);
            prop_assert!(visits.is_sorted() && visits.iter().all(|visit| days.contains(visit)));
        }
    }
}

//! On which days there is how much of a resource, and whether more can be taken. Nothing here needs a store.

use chrono::NaiveDate;
use guanxi_kernel::calendar::Calendar;
use std::collections::BTreeMap;

/// How much of a resource can be taken on which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Availability {
    /// Minutes that can be taken on one day.
    pub minutes_per_day: i64,
    /// Whether it is there on days on which the company does not work too.
    pub every_day: bool,
    /// The first day on which it is there; any when absent.
    pub from: Option<NaiveDate>,
    /// The last one.
    pub until: Option<NaiveDate>,
}

impl Availability {
    /// The minutes that can be taken on a day, by the work calendar of the company; without one it works every
    /// day.
    pub fn on(&self, day: NaiveDate, calendar: Option<&Calendar>) -> i64 {
        let there = self.from.is_none_or(|from| from <= day)
            && self.until.is_none_or(|until| day <= until)
            && (self.every_day || calendar.is_none_or(|calendar| calendar.is_working_day(day)));
        if there { self.minutes_per_day } else { 0 }
    }

    /// The minutes that can be taken from the one day to the other.
    pub fn between(&self, from: NaiveDate, until: NaiveDate, calendar: Option<&Calendar>) -> i64 {
        from.iter_days().take_while(|day| *day <= until).map(|day| self.on(day, calendar)).sum()
    }
}

/// A day on which more would be taken than there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    /// The day.
    pub(crate) day: NaiveDate,
    /// The minutes that there are.
    pub(crate) available: i64,
    /// The minutes that others have taken.
    pub(crate) booked: i64,
}

/// The days from the one to the other on which there is anything of a resource: so many minutes are taken on
/// each of them.
///
/// # Errors
/// The first day on which that is more than there is, besides what others have taken.
pub(crate) fn taken_days(
    (from, until): (NaiveDate, NaiveDate),
    minutes: i64,
    on: impl Fn(NaiveDate) -> i64,
    booked: &BTreeMap<NaiveDate, i64>,
) -> Result<Vec<NaiveDate>, Day> {
    let mut days = Vec::new();
    for day in from.iter_days().take_while(|day| *day <= until) {
        let available = on(day);
        if available == 0 {
            continue;
        }
        let booked = booked.get(&day).copied().unwrap_or_default();
        if minutes > available - booked {
            return Err(Day { day, available, booked });
        }
        days.push(day);
    }
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::calendar::Hours;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    /// Monday to Friday from nine to five.
    fn calendar() -> Calendar {
        let hours = Hours { from: "09:00".parse().unwrap(), until: "17:00".parse().unwrap() };
        let worked = |at| if at < 5 { vec![hours] } else { Vec::new() };
        Calendar {
            week: std::array::from_fn(worked),
            exceptions: BTreeMap::new(),
            zone: "Asia/Shanghai".parse().unwrap(),
        }
    }

    const DAY: Availability =
        Availability { minutes_per_day: 480, every_day: false, from: None, until: None };

    #[test]
    fn c_17_a_resource_is_there_on_working_days_within_its_time() {
        // The second of March 2026 is a Monday.
        let calendar = calendar();
        let on =
            |of: Availability, days: [u32; 3]| days.map(|one| of.on(day(one), Some(&calendar)));
        assert_eq!(on(DAY, [2, 6, 7]), [480, 480, 0]);
        assert_eq!(on(Availability { every_day: true, ..DAY }, [2, 6, 7]), [480, 480, 480]);
        let part = Availability { from: Some(day(3)), until: Some(day(5)), ..DAY };
        assert_eq!(on(part, [2, 3, 6]), [0, 480, 0]);
        assert_eq!(DAY.on(day(7), None), 480);
        assert_eq!(DAY.between(day(2), day(8), Some(&calendar)), 5 * 480);
        assert_eq!(DAY.between(day(8), day(2), Some(&calendar)), 0);
    }

    #[test]
    fn c_17_no_day_is_taken_beyond_what_there_is() {
        let calendar = calendar();
        let on = |one| DAY.on(one, Some(&calendar));
        let booked = BTreeMap::from([(day(4), 240)]);
        let days = taken_days((day(2), day(8)), 240, on, &booked).unwrap();
        assert_eq!(days, [2, 3, 4, 5, 6].map(day));
        let over = taken_days((day(2), day(8)), 241, on, &booked).unwrap_err();
        assert_eq!(over, Day { day: day(4), available: 480, booked: 240 });
        // On a Sunday there is nothing to be taken, nor too much.
        assert!(taken_days((day(7), day(8)), 999, on, &booked).unwrap().is_empty());
        assert!(taken_days((day(2), day(2)), 481, on, &booked).is_err());
    }
}

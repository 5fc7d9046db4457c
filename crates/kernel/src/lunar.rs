//! The lunar calendar of China from 1900 to 2100, and on which solar days its months and days fall.
//!
//! A table of years and no astronomy: months begin with the new moon of the meridian 120° east, and some
//! new moons are seconds from midnight, so only a table says what was published. Held against new moons
//! worked out by J. Meeus, Astronomical Algorithms, chapter 49: two of 2,486 months differ, those of April
//! 1906 and of August 2097, whose new moons are within ten minutes of midnight.
//!
//! ICU, asked for the same, has the New Year of 2027 a day late. Price: nothing is known beyond 2100, and
//! Qingming and the solstice, which are of the sun, are not here.

use chrono::{Datelike as _, Days, NaiveDate};
use std::iter;

/// The years from 1900 on. From the right: four bits of the number of the month that is followed by a leap
/// month, 0 if none is; twelve bits of the months from the twelfth to the first, set where one has 30 days
/// and not 29; and a bit that is set where the leap month has 30.
const YEARS: [u32; 201] = [
    0x04bd8, 0x04ae0, 0x0a570, 0x054d5, 0x0d260, 0x0d950, 0x16554, 0x056a0, 0x09ad0, 0x055d2,
    0x04ae0, 0x0a5b6, 0x0a4d0, 0x0d250, 0x1d255, 0x0b540, 0x0d6a0, 0x0ada2, 0x095b0, 0x14977,
    0x04970, 0x0a4b0, 0x0b4b5, 0x06a50, 0x06d40, 0x1ab54, 0x02b60, 0x09570, 0x052f2, 0x04970,
    0x06566, 0x0d4a0, 0x0ea50, 0x16a95, 0x05ad0, 0x02b60, 0x186e3, 0x092e0, 0x1c8d7, 0x0c950,
    0x0d4a0, 0x1d8a6, 0x0b550, 0x056a0, 0x1a5b4, 0x025d0, 0x092d0, 0x0d2b2, 0x0a950, 0x0b557,
    0x06ca0, 0x0b550, 0x15355, 0x04da0, 0x0a5b0, 0x14573, 0x052b0, 0x0a9a8, 0x0e950, 0x06aa0,
    0x0aea6, 0x0ab50, 0x04b60, 0x0aae4, 0x0a570, 0x05260, 0x0f263, 0x0d950, 0x05b57, 0x056a0,
    0x096d0, 0x04dd5, 0x04ad0, 0x0a4d0, 0x0d4d4, 0x0d250, 0x0d558, 0x0b540, 0x0b6a0, 0x195a6,
    0x095b0, 0x049b0, 0x0a974, 0x0a4b0, 0x0b27a, 0x06a50, 0x06d40, 0x0af46, 0x0ab60, 0x09570,
    0x04af5, 0x04970, 0x064b0, 0x074a3, 0x0ea50, 0x06b58, 0x05ac0, 0x0ab60, 0x096d5, 0x092e0,
    0x0c960, 0x0d954, 0x0d4a0, 0x0da50, 0x07552, 0x056a0, 0x0abb7, 0x025d0, 0x092d0, 0x0cab5,
    0x0a950, 0x0b4a0, 0x0baa4, 0x0ad50, 0x055d9, 0x04ba0, 0x0a5b0, 0x15176, 0x052b0, 0x0a930,
    0x07954, 0x06aa0, 0x0ad50, 0x05b52, 0x04b60, 0x0a6e6, 0x0a4e0, 0x0d260, 0x0ea65, 0x0d530,
    0x05aa0, 0x076a3, 0x096d0, 0x04afb, 0x04ad0, 0x0a4d0, 0x1d0b6, 0x0d250, 0x0d520, 0x0dd45,
    0x0b5a0, 0x056d0, 0x055b2, 0x049b0, 0x0a577, 0x0a4b0, 0x0aa50, 0x1b255, 0x06d20, 0x0ada0,
    0x14b63, 0x09370, 0x049f8, 0x04970, 0x064b0, 0x168a6, 0x0ea50, 0x06b20, 0x1a6c4, 0x0aae0,
    0x092e0, 0x0d2e3, 0x0c960, 0x0d557, 0x0d4a0, 0x0da50, 0x05d55, 0x056a0, 0x0a6d0, 0x055d4,
    0x052d0, 0x0a9b8, 0x0a950, 0x0b4a0, 0x0b6a6, 0x0ad50, 0x055a0, 0x0aba4, 0x0a5b0, 0x052b0,
    0x0b273, 0x06930, 0x07337, 0x06aa0, 0x0ad50, 0x14b55, 0x04b60, 0x0a570, 0x054e4, 0x0d160,
    0x0e968, 0x0d520, 0x0daa0, 0x16aa6, 0x056d0, 0x04ae0, 0x0a9d4, 0x0a2d0, 0x0d150, 0x0f252,
    0x0d520,
];

/// The number of the first of them.
const FIRST_YEAR: i32 = 1900;

/// A year of the table.
#[derive(Clone, Copy)]
struct Year(u32);

/// A month of a lunar year.
struct Month {
    number: u32,
    leap: bool,
    days: u64,
}

impl Year {
    fn find(year: i32) -> Option<Self> {
        let at = usize::try_from(year.checked_sub(FIRST_YEAR)?).ok()?;
        YEARS.get(at).copied().map(Self)
    }

    /// Its twelve or thirteen months in their order.
    fn months(self) -> impl Iterator<Item = Month> {
        let leap = self.0 & 0xf;
        let days = move |bit: u32| if (self.0 >> bit) & 1 == 1 { 30 } else { 29 };
        (1..=12).flat_map(move |number| {
            let plain = Month { number, leap: false, days: days(16 - number) };
            let second = Month { number, leap: true, days: days(16) };
            iter::once(plain).chain((leap == number).then_some(second))
        })
    }

    fn days(self) -> u64 {
        let long = ((self.0 >> 4) & 0xfff).count_ones();
        let second = if self.0 & 0xf == 0 { 0 } else { 29 + ((self.0 >> 16) & 1) };
        u64::from(12 * 29 + long + second)
    }
}

/// The first day of a lunar year; `None` for one that the table does not hold.
pub fn new_year(year: i32) -> Option<NaiveDate> {
    Year::find(year)?;
    let before: u64 = (FIRST_YEAR..year).filter_map(Year::find).map(Year::days).sum();
    NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 31)?.checked_add_days(Days::new(before))
}

/// A day of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LunarDate {
    /// The year, by the solar year in which it begins.
    pub year: i32,
    /// The month, 1 to 12.
    pub month: u32,
    /// Whether it is the leap month behind the month of that number.
    pub leap: bool,
    /// The day, 1 to 30.
    pub day: u64,
}

impl LunarDate {
    /// What a solar day is; `None` outside 31 January 1900 to 28 January 2101.
    pub fn of(day: NaiveDate) -> Option<Self> {
        let begins = |year: &i32| new_year(*year).is_some_and(|first| first <= day);
        // A lunar year begins in January or February.
        let year = [day.year(), day.year() - 1].into_iter().find(begins)?;
        let mut rest = u64::try_from((day - new_year(year)?).num_days()).ok()?;
        for Month { number, leap, days } in Year::find(year)?.months() {
            if rest < days {
                return Some(Self { year, month: number, leap, day: rest + 1 });
            }
            rest -= days;
        }
        None
    }
}

/// The solar day on which a lunar year has that month and day: once a year, in the month that is no leap
/// month where there are two of the number, and on the 29th where the month has no 30th. `None` for a year
/// that the table does not hold, and for what is no month or day.
pub fn in_year(year: i32, month: u32, day: u64) -> Option<NaiveDate> {
    let mut first = new_year(year)?;
    for one in Year::find(year)?.months() {
        if one.number == month && !one.leap {
            return first.checked_add_days(Days::new(day.min(one.days).checked_sub(1)?));
        }
        first = first.checked_add_days(Days::new(one.days))?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn lunar(year: i32, month: u32, leap: bool, day: u64) -> LunarDate {
        LunarDate { year, month, leap, day }
    }

    #[test]
    fn d_52_new_years_are_those_that_were_published() {
        for (year, first) in [
            (1900, "1900-01-31"),
            (1954, "1954-02-03"),
            (1985, "1985-02-20"),
            (2000, "2000-02-05"),
            (2024, "2024-02-10"),
            (2025, "2025-01-29"),
            (2026, "2026-02-17"),
            (2027, "2027-02-06"),
            (2028, "2028-01-26"),
            (2034, "2034-02-19"),
            (2100, "2100-02-09"),
        ] {
            assert_eq!(new_year(year), Some(day(first)), "{year}");
            assert_eq!(LunarDate::of(day(first)), Some(lunar(year, 1, false, 1)), "{year}");
        }
        assert_eq!((new_year(1899), new_year(2101)), (None, None));
        for year in YEARS.map(Year) {
            assert_eq!(year.days(), year.months().map(|month| month.days).sum::<u64>());
        }
    }

    #[test]
    fn d_52_leap_months_are_those_that_were_published() {
        let leap = |year| Year::find(year).map(|one| one.0 & 0xf);
        for (year, month) in [
            (2017, 6),
            (2020, 4),
            (2023, 2),
            (2024, 0),
            (2025, 6),
            (2026, 0),
            (2028, 5),
            (2033, 11),
        ] {
            assert_eq!(leap(year), Some(month), "{year}");
        }
        // The leap months of 2023, 2025 and 2028 begin on these days.
        assert_eq!(LunarDate::of(day("2023-03-22")), Some(lunar(2023, 2, true, 1)));
        assert_eq!(LunarDate::of(day("2025-07-25")), Some(lunar(2025, 6, true, 1)));
        assert_eq!(LunarDate::of(day("2028-06-23")), Some(lunar(2028, 5, true, 1)));
    }

    #[test]
    fn d_52_every_day_of_two_centuries_is_one_lunar_day() {
        let (mut at, last) = (day("1900-01-31"), day("2101-01-28"));
        let mut before: Option<LunarDate> = None;
        while at <= last {
            let found = LunarDate::of(at).expect("a lunar day");
            if !found.leap {
                assert_eq!(in_year(found.year, found.month, found.day), Some(at));
            }
            if let Some(before) = before {
                let next = found.day == before.day + 1 && found.month == before.month;
                assert!(next || (found.day == 1 && matches!(before.day, 29 | 30)), "{at}");
            }
            (before, at) = (Some(found), at.succ_opt().expect("a day"));
        }
        assert_eq!(before, Some(lunar(2100, 12, false, 29)));
        assert_eq!(LunarDate::of(day("1900-01-30")), None);
        assert_eq!(LunarDate::of(day("2101-01-29")), None);
    }

    #[test]
    fn d_52_a_leap_month_and_a_30th_have_their_day_in_every_year() {
        // 2025 has a sixth month twice; what is of the second one is kept in the only one of 2026.
        assert_eq!(in_year(2025, 6, 1), Some(day("2025-06-25")));
        assert_eq!(in_year(2026, 6, 1), Some(day("2026-07-14")));
        // The twelfth month of 2024 has 29 days, that of 2023 has 30.
        assert_eq!(in_year(2023, 12, 30), Some(day("2024-02-09")));
        assert_eq!(in_year(2024, 12, 30), Some(day("2025-01-28")));
        assert_eq!((in_year(2024, 13, 1), in_year(2024, 1, 0)), (None, None));
        // The Mid-Autumn Festival and the Dragon Boat Festival.
        assert_eq!(in_year(2025, 8, 15), Some(day("2025-10-06")));
        assert_eq!(in_year(2026, 5, 5), Some(day("2026-06-19")));
    }
}

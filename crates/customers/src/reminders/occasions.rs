//! On which days somebody is reminded.

use chrono::{Datelike as _, Days, NaiveDate};
use guanxi_kernel::lunar::{self, LunarDate};

/// The first birthday on or after a day, and the number of its year: of the lunar one if it is kept by the
/// lunar calendar. Who was born on 29 February has it on 28 February in common years, and by the lunar
/// calendar who was born in a leap month has it in the month of the same number and who was born on a 30th
/// on the 29th of a shorter month: so it is in the month of the birth, and one a year.
pub(super) fn birthday(
    born: NaiveDate,
    by_moon: bool,
    from: NaiveDate,
) -> Option<(NaiveDate, i32)> {
    let moon = if by_moon { Some(LunarDate::of(born)?) } else { None };
    let day = |year: i32| match moon {
        Some(LunarDate { month, day, .. }) => lunar::in_year(year, month, day),
        None => in_year(born, year),
    };
    // A lunar year ends in the solar year behind its own.
    let years = from.year().checked_sub(1)?..=from.year().checked_add(1)?;
    years.filter_map(|year| Some((day(year)?, year))).find(|(day, _)| *day >= from)
}

fn in_year(born: NaiveDate, year: i32) -> Option<NaiveDate> {
    let same = NaiveDate::from_ymd_opt(year, born.month(), born.day());
    same.or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
}

/// The reminders of an occasion that are told on one of the days up to `through`: how many days before,
/// and on which day. `days_before` has the longest time first. Of those whose day has come already only
/// the last is left, which says the same. Days below zero are behind the occasion.
pub(super) fn reminders(
    occasion_on: NaiveDate,
    days_before: &[i64],
    today: NaiveDate,
    through: NaiveDate,
) -> Vec<(i64, NaiveDate)> {
    let on = |days: &i64| {
        let apart = Days::new(days.unsigned_abs());
        let day = match *days < 0 {
            true => occasion_on.checked_add_days(apart)?,
            false => occasion_on.checked_sub_days(apart)?,
        };
        Some((*days, day))
    };
    let all = days_before.iter().filter_map(on).filter(|(_, day)| *day <= through);
    let (past, mut wanted): (Vec<_>, Vec<_>) = all.partition(|(_, day)| *day <= today);
    if let Some(last) = past.last() {
        wanted.insert(0, *last);
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn d_41_a_leap_day_has_its_birthday_on_the_28th_in_common_years() {
        let leap = day("2000-02-29");
        for (from, birthday_on) in [
            ("2026-01-01", "2026-02-28"),
            ("2026-02-28", "2026-02-28"),
            ("2026-03-01", "2027-02-28"),
            ("2028-02-28", "2028-02-29"),
            ("2028-02-29", "2028-02-29"),
            ("2028-03-01", "2029-02-28"),
            // No leap year, although its number can be divided by four.
            ("2100-01-01", "2100-02-28"),
        ] {
            assert_eq!(solar(leap, day(from)), Some(day(birthday_on)), "from {from}");
        }
        let last = day("1980-12-31");
        assert_eq!(solar(last, day("2026-12-31")), Some(day("2026-12-31")));
        assert_eq!(solar(day("1980-01-01"), day("2026-12-31")), Some(day("2027-01-01")));
        assert_eq!(solar(day("1980-02-28"), day("2028-02-29")), Some(day("2029-02-28")));
    }

    fn solar(born: NaiveDate, from: NaiveDate) -> Option<NaiveDate> {
        let (day, year) = birthday(born, false, from)?;
        assert_eq!(day.year(), year);
        Some(day)
    }

    #[test]
    fn d_52_a_lunar_birthday_has_its_solar_day_in_each_year() {
        for (born, from, birthday_on, year) in [
            // The seventh day of the eighth month, which 1995 had twice: it was the second one.
            ("1995-09-01", "2025-01-01", "2025-09-28", 2025),
            ("1995-09-01", "2025-09-29", "2026-09-17", 2026),
            // The leap sixth month of 1987; 2025 has one too, and it is in the first all the same.
            ("1987-07-30", "2025-01-01", "2025-06-29", 2025),
            // The 30th of the twelfth month, which the lunar years 2025 and 2026 do not have.
            ("1985-02-19", "2026-01-01", "2026-02-16", 2025),
            ("1985-02-19", "2026-02-17", "2027-02-05", 2026),
            ("1985-02-19", "2028-01-26", "2029-02-12", 2028),
            // The 25th of the first month, born on a leap day.
            ("2000-02-29", "2026-03-14", "2027-03-02", 2027),
        ] {
            let found = birthday(day(born), true, day(from));
            assert_eq!(found, Some((day(birthday_on), year)), "{born} from {from}");
        }
        // No year of the table.
        assert_eq!(birthday(day("1900-01-30"), true, day("2026-01-01")), None);
        assert_eq!(birthday(day("2000-02-29"), true, day("2101-01-29")), None);
    }

    #[test]
    fn d_40_each_day_of_the_rule_is_one_reminder() {
        let ends = day("2026-03-31");
        let on = |today: &str, through: &str| {
            let found = reminders(ends, &[60, 30, 7], day(today), day(through));
            found.into_iter().map(|(days, on)| (days, on.to_string())).collect::<Vec<_>>()
        };
        let first = (60, "2026-01-30".to_owned());
        let second = (30, "2026-03-01".to_owned());
        let third = (7, "2026-03-24".to_owned());
        let all = vec![first.clone(), second.clone(), third.clone()];
        assert_eq!(on("2026-01-01", "2026-12-31"), all);
        assert_eq!(on("2026-01-30", "2026-03-01"), [first, second.clone()]);
        // Nobody wants to hear of the same three times on one day.
        assert_eq!(on("2026-03-10", "2026-12-31"), [second, third.clone()]);
        assert_eq!(on("2026-03-30", "2026-12-31"), [third]);
        assert!(on("2026-01-01", "2026-01-29").is_empty());
    }

    #[test]
    fn d_50_a_new_car_is_cared_about_3_7_and_30_days_later() {
        let on = |today: &str| {
            let found = reminders(day("2026-01-29"), &[-3, -7, -30], day(today), day("2026-12-31"));
            found.into_iter().map(|(_, on)| on.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(on("2026-01-29"), ["2026-02-01", "2026-02-05", "2026-02-28"]);
        assert_eq!(on("2026-02-05"), ["2026-02-05", "2026-02-28"]);
        assert_eq!(on("2026-03-05"), ["2026-02-28"], "missed, and told once");
    }

    #[test]
    fn days_are_counted_over_the_end_of_february() {
        let on = |occasion: &str| {
            let found = reminders(day(occasion), &[30], day("2024-01-01"), day("2030-01-01"));
            found[0].1
        };
        assert_eq!(on("2026-03-30"), day("2026-02-28"));
        assert_eq!(on("2028-03-30"), day("2028-02-29"));
        assert_eq!(on("2028-03-31"), day("2028-03-01"));
    }
}

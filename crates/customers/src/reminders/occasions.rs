//! On which days somebody is reminded.

use chrono::{Datelike as _, Days, NaiveDate};

/// The first birthday on or after a day. Who was born on 29 February has it on 28 February in common
/// years: so it is in the month of the birth, and one a year.
pub(super) fn birthday(born: NaiveDate, from: NaiveDate) -> Option<NaiveDate> {
    let this = in_year(born, from.year())?;
    if this >= from { Some(this) } else { in_year(born, from.year().checked_add(1)?) }
}

fn in_year(born: NaiveDate, year: i32) -> Option<NaiveDate> {
    let same = NaiveDate::from_ymd_opt(year, born.month(), born.day());
    same.or_else(|| NaiveDate::from_ymd_opt(year, 2, 28))
}

/// The reminders of an occasion that are told on one of the days up to `through`: how many days before,
/// and on which day. `days_before` has the longest time first. Of those whose day has come already only
/// the last is left, which says the same.
pub(super) fn reminders(
    occasion_on: NaiveDate,
    days_before: &[i64],
    today: NaiveDate,
    through: NaiveDate,
) -> Vec<(i64, NaiveDate)> {
    let on = |days: &i64| {
        let before = Days::new(u64::try_from(*days).ok()?);
        Some((*days, occasion_on.checked_sub_days(before)?))
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
            assert_eq!(birthday(leap, day(from)), Some(day(birthday_on)), "from {from}");
        }
        let last = day("1980-12-31");
        assert_eq!(birthday(last, day("2026-12-31")), Some(day("2026-12-31")));
        assert_eq!(birthday(day("1980-01-01"), day("2026-12-31")), Some(day("2027-01-01")));
        assert_eq!(birthday(day("1980-02-28"), day("2028-02-29")), Some(day("2029-02-28")));
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

//! Counting by the holidays of 2026 in China, across changes of clocks, and for any calendar.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn hours(text: &str) -> Vec<Hours> {
    let one = |part: &str| {
        let (from, until) = part.split_once('-').unwrap();
        Hours { from: from.parse().unwrap(), until: until.parse().unwrap() }
    };
    text.split_whitespace().map(one).collect()
}

/// Monday to Friday with these hours.
fn office(text: &str, zone: Tz) -> Calendar {
    let week = std::array::from_fn(|weekday| if weekday < 5 { hours(text) } else { Vec::new() });
    Calendar { week, exceptions: BTreeMap::new(), zone }
}

/// The public holidays of mainland China in 2026 and the weekend days that make up for them.
fn china() -> Calendar {
    let mut calendar = office("09:00-12:00 13:00-18:00", chrono_tz::Asia::Shanghai);
    let holidays = [
        ("2026-01-01", 3),
        ("2026-02-15", 9),
        ("2026-04-04", 3),
        ("2026-05-01", 5),
        ("2026-06-19", 3),
        ("2026-09-25", 3),
        ("2026-10-01", 7),
    ];
    for (first, length) in holidays {
        let days = day(first).iter_days().take(length);
        calendar.exceptions.extend(days.map(|day| (day, Vec::new())));
    }
    let made_up =
        ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"];
    for date in made_up {
        calendar.exceptions.insert(day(date), calendar.week[0].clone());
    }
    calendar
}

#[test]
fn z_11_holidays_and_make_up_days_decide_which_day_is_worked() {
    let china = china();
    for (date, worked) in [
        ("2026-02-13", true),
        ("2026-02-14", true), // a Saturday that makes up
        ("2026-02-15", false),
        ("2026-02-23", false),
        ("2026-02-24", true),
        ("2026-02-28", true),
        ("2026-03-01", false),
    ] {
        assert_eq!(china.is_working_day(day(date)), worked, "{date}");
    }
    let year = day("2026-01-01").iter_days().take(365);
    // 261 days from Monday to Friday; 19 of them are holidays, and 6 days of weekends make up.
    assert_eq!(year.filter(|day| china.is_working_day(*day)).count(), 261 - 19 + 6);
}

#[test]
fn z_11_a_due_date_goes_to_the_next_working_day() {
    let china = china();
    for (due, shifted) in [
        ("2026-02-13", "2026-02-13"),
        ("2026-02-15", "2026-02-24"),
        ("2026-10-01", "2026-10-08"),
        ("2026-10-10", "2026-10-10"),
        ("2026-10-11", "2026-10-12"),
    ] {
        assert_eq!(china.on_or_after(day(due)), Some(day(shifted)), "{due}");
    }
    for (from, days, to) in [
        ("2026-02-12", 1, "2026-02-13"),
        ("2026-02-12", 2, "2026-02-14"),
        ("2026-02-12", 3, "2026-02-24"),
        ("2026-02-24", -1, "2026-02-14"),
        ("2026-02-20", -1, "2026-02-14"),
        ("2026-02-20", 0, "2026-02-24"),
        ("2026-02-20", 1, "2026-02-24"),
        ("2026-02-28", 1, "2026-03-02"),
    ] {
        assert_eq!(china.add_working_days(day(from), days), Some(day(to)), "{from} {days}");
    }
    assert_eq!(china.next_working_day(day("2026-09-30")), Some(day("2026-10-08")));
}

#[test]
fn minutes_are_counted_over_breaks_nights_and_holidays() {
    let china = china();
    let minutes = |from, until| china.working_time(at(from), at(until)).num_minutes();
    // 11:30 to 13:15 in Shanghai, over the break.
    assert_eq!(minutes("2026-03-02T03:30:00Z", "2026-03-02T05:15:00Z"), 45);
    assert_eq!(minutes("2026-03-02T05:15:00Z", "2026-03-02T03:30:00Z"), -45);
    // From Saturday 14 February 17:00, which is worked, to Tuesday the 24th at 09:10.
    assert_eq!(minutes("2026-02-14T09:00:00Z", "2026-02-24T01:10:00Z"), 70);
    let end = |from, minutes| china.add_working_minutes(at(from), minutes);
    assert_eq!(end("2026-02-14T09:00:00Z", 60), Some(at("2026-02-14T10:00:00Z")));
    assert_eq!(end("2026-02-14T09:00:00Z", 61), Some(at("2026-02-24T01:01:00Z")));
    assert_eq!(end("2026-02-16T00:00:00Z", 0), Some(at("2026-02-16T00:00:00Z")));
    assert_eq!(end("2026-03-02T01:00:00Z", 480), Some(at("2026-03-02T10:00:00Z")));
}

#[test]
fn lengths_are_what_passes_when_clocks_change() {
    let zone = chrono_tz::Europe::Berlin;
    let mut night = office("00:00-24:00", zone);
    night.week[6] = hours("01:00-04:00");
    let minutes = |from, until| night.working_time(at(from), at(until)).num_minutes();
    // On 29 March 2026 02:00 becomes 03:00, on 25 October 03:00 becomes 02:00.
    assert_eq!(minutes("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"), 120);
    assert_eq!(minutes("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"), 240);
    assert_eq!(
        night.add_working_minutes(at("2026-03-28T12:00:00Z"), 61),
        Some(at("2026-03-29T01:01:00Z"))
    );
    // The same hours in two zones are other instants.
    let (here, there) = (office("09:00-17:00", zone), office("09:00-17:00", Tz::UTC));
    let morning = |calendar: &Calendar| {
        calendar.working_time(at("2026-07-01T06:00:00Z"), at("2026-07-01T10:00:00Z"))
    };
    assert_eq!((morning(&here).num_minutes(), morning(&there).num_minutes()), (180, 60));
}

#[test]
fn a_search_ends_where_nothing_is_worked() {
    let mut never = office("", Tz::UTC);
    assert!(!never.works());
    assert_eq!(never.on_or_after(day("2026-01-01")), None);
    assert_eq!(never.add_working_days(day("2026-01-01"), -3), None);
    assert_eq!(never.add_working_minutes(at("2026-01-01T00:00:00Z"), 1), None);
    never.exceptions.insert(day("2020-01-01"), hours("09:00-10:00"));
    assert!(never.works());
    assert_eq!(never.next_working_day(day("2026-01-01")), None);
    assert_eq!(never.add_working_days(day("2026-01-01"), -1), Some(day("2020-01-01")));
    assert_eq!(never.on_or_after(NaiveDate::MAX), None);
}

#[test]
fn hours_stand_in_order_and_do_not_overlap() {
    for good in ["", "00:00-24:00", "09:00-12:00 12:00-13:00"] {
        assert_eq!(Hours::fault(&hours(good)), None, "{good}");
    }
    for (bad, place) in [
        ("09:00-09:00", 0),
        ("10:00-09:00", 0),
        ("09:00-12:00 11:59-13:00", 1),
        ("13:00-14:00 09:00-10:00", 1),
    ] {
        assert_eq!(Hours::fault(&hours(bad)), Some(place), "{bad}");
    }
    for bad in ["", "9:00", "09:60", "24:01", "25:00", "09:00:00", "+9:00", "0９:00"] {
        assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
    }
    let midnight: TimeOfDay = serde_json::from_str("\"24:00\"").unwrap();
    assert_eq!(serde_json::to_string(&midnight).unwrap(), "\"24:00\"");
}

const ZONES: &[Tz] =
    &[chrono_tz::Asia::Shanghai, chrono_tz::America::Sao_Paulo, chrono_tz::Europe::Berlin, Tz::UTC];

prop_compose! {
    /// Cuts of a day, taken in pairs, are hours in order.
    fn worked()(cuts in prop::collection::btree_set(0..=1440_u16, 0..7)) -> Vec<Hours> {
        let cuts: Vec<TimeOfDay> = cuts.into_iter().map(TimeOfDay).collect();
        cuts.chunks_exact(2).map(|pair| Hours { from: pair[0], until: pair[1] }).collect()
    }
}

prop_compose! {
    fn calendar()(
        week in prop::array::uniform7(worked()),
        exceptions in prop::collection::btree_map(0..700_u64, worked(), 0..40),
        zone in prop::sample::select(ZONES),
    ) -> Calendar {
        let date = |n| day("2017-06-01") + Days::new(n);
        let exceptions = exceptions.into_iter().map(|(n, hours)| (date(n), hours)).collect();
        Calendar { week, exceptions, zone }
    }
}

prop_compose! {
    fn instant()(seconds in 0..60_480_000_i64) -> DateTime<Utc> {
        at("2017-06-01T00:00:00Z") + TimeDelta::seconds(seconds)
    }
}

proptest! {
    #[test]
    fn working_days_are_counted_there_and_back(
        calendar in calendar(), start in 0..700_u64, days in 1..300_i32,
    ) {
        let start = day("2017-06-01") + Days::new(start);
        let Some(end) = calendar.add_working_days(start, days) else {
            prop_assert!(calendar.week.iter().all(Vec::is_empty));
            return Ok(());
        };
        prop_assert!(calendar.is_working_day(end) && end > start);
        let between = start.iter_days().skip(1).take_while(|day| *day <= end);
        let worked = between.filter(|day| calendar.is_working_day(*day)).count();
        prop_assert_eq!(worked, usize::try_from(days).unwrap());
        if calendar.is_working_day(start) {
            prop_assert_eq!(calendar.add_working_days(end, -days), Some(start));
        }
    }

    #[test]
    fn working_time_adds_up(
        calendar in calendar(), mut three in prop::array::uniform3(instant()),
    ) {
        three.sort();
        let [a, b, c] = three;
        let (first, second) = (calendar.working_time(a, b), calendar.working_time(b, c));
        prop_assert_eq!(first + second, calendar.working_time(a, c));
        prop_assert_eq!(calendar.working_time(b, a), -first);
        prop_assert!(first >= TimeDelta::zero() && first <= b - a);
    }

    #[test]
    fn minutes_that_are_added_are_then_worked(
        calendar in calendar(), from in instant(), minutes in 1..20_000_u32,
    ) {
        let Some(end) = calendar.add_working_minutes(from, minutes) else {
            prop_assert!(calendar.week.iter().all(Vec::is_empty));
            return Ok(());
        };
        let worked = |end| calendar.working_time(from, end);
        prop_assert_eq!(worked(end), TimeDelta::minutes(minutes.into()));
        // And not a second earlier.
        prop_assert!(worked(end - TimeDelta::seconds(1)) < worked(end));
    }
}

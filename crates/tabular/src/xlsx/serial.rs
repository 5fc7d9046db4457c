//! Numbers of cells as JSON: numbers, or the dates they stand for.

use super::styles::Show;
use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use serde_json::{Number, Value};

const DAY_MS: f64 = 86_400_000.0;
/// 9999-12-31, the last day that Excel shows.
const LAST_DAY: f64 = 2_958_466.0;

/// A number as people see it: of its 17 digits the first 15, which is all that Excel shows, so that
/// 0.1 + 0.2 is 0.3. None for what is no number.
pub(super) fn number(text: &str) -> Option<f64> {
    let number: f64 = text.trim().parse().ok()?;
    let shown: f64 = format!("{number:.14e}").parse().ok()?;
    shown.is_finite().then_some(shown)
}

/// An integer without a point, or a decimal.
pub(super) fn value(number: f64) -> Value {
    // Every integer up to 2^53 is exact in both types.
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// The date or time that a number of days stands for, in ISO 8601; none for days that no calendar
/// of Excel has.
pub(super) fn date(days: f64, show: Show, epoch_1904: bool) -> Option<String> {
    if !(0.0..LAST_DAY).contains(&days) {
        return None;
    }
    let moment = moment(days, epoch_1904)?;
    match show {
        Show::Number => None,
        Show::Time if days < 1.0 => Some(clock(moment.time())),
        Show::Date => Some(moment.date().to_string()),
        Show::DateTime | Show::Time => Some(format!("{}T{}", moment.date(), clock(moment.time()))),
    }
}

/// Days since the epoch as a moment, to the millisecond. The calendar that begins in 1900 has a
/// 29 February in that year, which nobody can live through: day 60 is none.
fn moment(days: f64, epoch_1904: bool) -> Option<NaiveDateTime> {
    let (year, month, day) = match epoch_1904 {
        true => (1904, 1, 1),
        false if days < 60.0 => (1899, 12, 31),
        false if days < 61.0 => return None,
        false => (1899, 12, 30),
    };
    let start = NaiveDate::from_ymd_opt(year, month, day)?.and_time(NaiveTime::MIN);
    start.checked_add_signed(Duration::milliseconds((days * DAY_MS).round() as i64))
}

fn clock(time: NaiveTime) -> String {
    time.format("%H:%M:%S%.f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn numbers_are_as_people_see_them() {
        let read = |text| value(number(text).unwrap());
        assert_eq!(read("13800138000"), json!(13_800_138_000_i64));
        assert_eq!(read("0.30000000000000004"), json!(0.3));
        assert_eq!(read("-1.5E+3"), json!(-1500));
        assert_eq!(number("NaN"), None);
        assert_eq!(number("1e999"), None);
    }

    #[test]
    fn days_are_dates_of_either_calendar() {
        let shown = |days, show| date(days, show, false);
        assert_eq!(shown(46_053.0, Show::Date).as_deref(), Some("2026-01-31"));
        assert_eq!(
            shown(46_053.520_833_333_336, Show::DateTime).as_deref(),
            Some("2026-01-31T12:30:00")
        );
        assert_eq!(shown(0.354_166_666_666_666_7, Show::Time).as_deref(), Some("08:30:00"));
        assert_eq!(shown(1.0, Show::Date).as_deref(), Some("1900-01-01"));
        assert_eq!(shown(59.0, Show::Date).as_deref(), Some("1900-02-28"));
        assert_eq!(shown(60.0, Show::Date), None);
        assert_eq!(shown(61.0, Show::Date).as_deref(), Some("1900-03-01"));
        assert_eq!(shown(-1.0, Show::Date), None);
        assert_eq!(date(0.0, Show::Date, true).as_deref(), Some("1904-01-01"));
    }
}

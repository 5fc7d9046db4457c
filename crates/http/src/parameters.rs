//! Query parameters of endpoints that are no lists of a resource.

use crate::resources::bad;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use guanxi_kernel::{
    Currency, Problem, Result,
    problem::{INVALID_FORMAT, OUT_OF_RANGE, REQUIRED, UNKNOWN_VALUE},
    scalar::Type,
};
use guanxi_storage::error::UNKNOWN_PARAMETER;
use std::{
    fmt::Display,
    ops::{Range, RangeInclusive},
    str::FromStr,
};

/// The years that are counted with.
pub(crate) const YEARS: Range<i32> = 1900..3000;

/// The refusal of a parameter that is not known here.
pub(crate) fn unknown(name: &str) -> Problem {
    UNKNOWN_PARAMETER.problem().and(UNKNOWN_PARAMETER.parameter(name))
}

/// The refusal of a request without a parameter that it needs.
pub(crate) fn missing(name: &str) -> Problem {
    bad(REQUIRED.parameter(name))
}

/// Reads a whole number within a range.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn whole<T: FromStr + PartialOrd + Display>(
    name: &str,
    value: &str,
    range: RangeInclusive<T>,
) -> Result<T> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let number = if plain { value.parse().ok() } else { None };
    let expected = format!("{} to {}", range.start(), range.end());
    let number = number.filter(|number| range.contains(number));
    number.ok_or_else(|| bad(OUT_OF_RANGE.parameter(name).with("expected", expected)))
}

/// Reads a date of the years that are counted with.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn date(name: &str, value: &str) -> Result<NaiveDate> {
    let read = Type::Date.parse(value).and_then(|_| value.parse::<NaiveDate>().ok());
    let wrong = || bad(INVALID_FORMAT.parameter(name).with("expected", Type::Date.expected()));
    let date = read.ok_or_else(wrong)?;
    if YEARS.contains(&date.year()) { Ok(date) } else { Err(years(name)) }
}

/// Reads an instant of the years that are counted with.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn instant(name: &str, value: &str) -> Result<DateTime<Utc>> {
    let read = crate::resources::instant(name, value)?;
    if YEARS.contains(&read.year()) { Ok(read) } else { Err(years(name)) }
}

fn years(name: &str) -> Problem {
    let expected = format!("the years {} to {}", YEARS.start, YEARS.end - 1);
    bad(OUT_OF_RANGE.parameter(name).with("expected", expected))
}

/// Reads the code of a currency.
///
/// # Errors
/// `bad_parameter` that names it.
pub(crate) fn currency(name: &str, value: &str) -> Result<Currency> {
    let expected = "an ISO 4217 code such as CNY";
    value.parse().map_err(|_| bad(UNKNOWN_VALUE.parameter(name).with("expected", expected)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_instants_are_of_years_that_are_counted_with() {
        assert!(date("on", "1900-01-01").is_ok() && date("on", "2999-12-31").is_ok());
        for bad in ["1899-12-31", "3000-01-01", "2026-2-1", "2026-02-30", "", "+2026-01-01"] {
            assert!(date("on", bad).is_err(), "{bad}");
        }
        assert!(instant("from", "2999-12-31T23:59:59Z").is_ok());
        for bad in ["2999-12-31T23:59:59-01:00", "1900-01-01T00:00:00+01:00", "2026-01-01"] {
            assert!(instant("from", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn whole_numbers_are_plain_and_within_their_range() {
        assert_eq!(whole("n", "-3", -5..=5_i32).ok(), Some(-3));
        for bad in ["", "-", "6", "+1", "1.0", "0x1", " 1"] {
            assert!(whole("n", bad, -5..=5_i32).is_err(), "{bad}");
        }
        assert!(whole("n", "-1", 0..=5_u32).is_err());
    }
}

//! Rules that several aggregates share; none needs the store.

use chrono::NaiveDate;
use guanxi_kernel::{Code, Problem, Result, problem::OUT_OF_RANGE};

/// The refusal of the member at `pointer`, whose text speaks of one value.
pub(crate) fn refuse(
    code: &'static Code,
    pointer: impl Into<String>,
    (name, value): (&'static str, &str),
) -> Problem {
    code.with(name, value).and(code.field(pointer).with(name, value))
}

/// The last day of what is valid is not before its first.
///
/// # Errors
/// `out_of_range` at `/valid_until`.
pub(crate) fn check_validity(from: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<()> {
    match (from, until) {
        (Some(from), Some(until)) if until < from => {
            Err(refuse(&OUT_OF_RANGE, "/valid_until", ("expected", "not before valid_from")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_before_it_begins() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 3, day);
        assert!(check_validity(day(1), day(1)).is_ok() && check_validity(day(2), None).is_ok());
        assert!(check_validity(day(2), day(1)).unwrap_err().is(&OUT_OF_RANGE));
    }
}

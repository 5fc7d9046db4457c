//! Rules that several aggregates share, here and in the crates to the right.

use crate::problems::APPROVAL_REQUIRED;
use chrono::NaiveDate;
use guanxi_kernel::{Problem, Result, Word as _, problem::OUT_OF_RANGE};
use guanxi_workflow::documents::Document;

pub use guanxi_customers::rules::{
    fact, last_second, line, made_up_number, next_day, own_currency, refuse, today,
};

guanxi_kernel::words! {
    /// Why something that needs an approval has none.
    pub enum Lacking {
        /// Nobody was asked yet.
        NotAsked = "not_asked" ("Not asked for", "尚未提交审批"),
        /// It waits for a decision.
        Pending = "pending" ("Pending", "审批中"),
        /// No definition says who would have to agree.
        NoDefinition = "no_definition" ("No definition covers it", "没有适用的审批流程"),
    }
}

/// The refusal of what needs an approval of that type.
pub fn approval_required(document: &Document, why: Lacking) -> Problem {
    APPROVAL_REQUIRED.with("document", document.code).with("why", why.word())
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

//! What is offered, and whether two texts offer the same: without a store.

use crate::problems::INCONSISTENT_OFFER;
use chrono::NaiveDate;
use guanxi_customers::rules::{likely_date, not_negative};
use guanxi_kernel::{Money, Result, Text, text::fold};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What is offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageOffer {
    /// In words.
    pub text: Text<1000>,
    /// For how much.
    #[serde(default)]
    #[validate(custom(function = "not_negative"))]
    pub price: Option<Money>,
    /// Until which day.
    #[serde(default)]
    #[validate(custom(function = "likely_date"))]
    pub valid_until: Option<NaiveDate>,
}

impl MessageOffer {
    /// The members in which another offer says something else. Capitals, widths of characters and blanks at
    /// the ends are no difference.
    pub(super) fn differing(&self, other: &Self) -> Vec<&'static str> {
        let members = [
            ("text", fold(&self.text) == fold(&other.text)),
            ("price", self.price == other.price),
            ("valid_until", self.valid_until == other.valid_until),
        ];
        members.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }

    /// Refuses an offer at `place` that is not this one.
    ///
    /// # Errors
    /// `inconsistent_offer` at each member that differs, and with their names.
    pub(super) fn require_same(&self, other: &Self, place: &str) -> Result<()> {
        let differing = self.differing(other);
        if differing.is_empty() {
            return Ok(());
        }
        let refused = differing.iter().fold(INCONSISTENT_OFFER.problem(), |problem, member| {
            problem.and(INCONSISTENT_OFFER.field(format!("{place}/{member}")))
        });
        Err(refused.with("members", differing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Currency;

    fn offer(text: &str, minor: Option<i64>, day: Option<u32>) -> MessageOffer {
        MessageOffer {
            text: Text::new(text).unwrap(),
            price: minor.map(|minor| Money::new(minor, Currency::CNY)),
            valid_until: day.and_then(|day| NaiveDate::from_ymd_opt(2026, 6, day)),
        }
    }

    #[test]
    fn x_21_an_offer_that_differs_is_named_member_by_member() {
        let master = offer("Two for one", Some(9_900), Some(30));
        assert!(master.differing(&offer("TWO FOR ONE", Some(9_900), Some(30))).is_empty());
        for (other, expected) in [
            (offer("Two for one", Some(9_901), Some(30)), vec!["price"]),
            (offer("Two for one", None, Some(29)), vec!["price", "valid_until"]),
            (offer("Three for one", Some(9_900), None), vec!["text", "valid_until"]),
        ] {
            assert_eq!(master.differing(&other), expected);
            let refused = master.require_same(&other, "/variants/0/offer").unwrap_err();
            assert!(refused.is(&INCONSISTENT_OFFER));
            assert_eq!(refused.errors().len(), expected.len());
        }
    }
}

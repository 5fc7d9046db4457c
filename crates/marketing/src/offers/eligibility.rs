//! On which days an offer can be redeemed, and by whom. Nothing here needs a store.

use super::Offer;
use crate::problems::{ALREADY_REDEEMED, NOT_ELIGIBLE, OFFER_EXHAUSTED, OFFER_NOT_VALID};
use chrono::NaiveDate;
use guanxi_customers::parties::PartyRole;
use guanxi_kernel::{Result, Word as _};

/// What is known of somebody who redeems an offer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redeemer<'a> {
    /// The level of the party.
    pub(crate) tier: Option<&'a str>,
    /// Its roles.
    pub(crate) roles: &'a [PartyRole],
    /// Whether it is a member of the campaign of the offer.
    pub(crate) member: bool,
}

impl Offer {
    /// Refuses a day on which it cannot be redeemed.
    ///
    /// # Errors
    /// `offer_not_valid`.
    pub(crate) fn require_day(&self, day: NaiveDate) -> Result<()> {
        let input = &self.input;
        if input.active && (input.valid_from..=input.valid_until).contains(&day) {
            return Ok(());
        }
        let refused = OFFER_NOT_VALID.with("from", input.valid_from.to_string());
        Err(refused.with("until", input.valid_until.to_string()))
    }

    /// Refuses whom it is not for.
    ///
    /// # Errors
    /// `not_eligible` with the members of the offer that are not fulfilled.
    pub(crate) fn require_eligible(&self, of: Redeemer<'_>) -> Result<()> {
        let input = &self.input;
        let tier = |wanted: &str| of.tier == Some(wanted);
        let unmet: Vec<&str> = [
            ("tiers", input.tiers.is_empty() || input.tiers.iter().any(|one| tier(one))),
            ("roles", input.roles.is_empty() || input.roles.iter().any(|r| of.roles.contains(r))),
            ("members_only", !input.members_only || of.member),
        ]
        .into_iter()
        .filter(|(_, met)| !met)
        .map(|(name, _)| name)
        .collect();
        if unmet.is_empty() { Ok(()) } else { Err(NOT_ELIGIBLE.with("unmet", unmet)) }
    }

    /// Refuses one more where it was redeemed so often by the same, and in all.
    ///
    /// # Errors
    /// `already_redeemed`, `offer_exhausted`.
    pub(crate) fn require_left(&self, by_same: i64, in_all: i64) -> Result<()> {
        if by_same >= self.input.times {
            let refused = ALREADY_REDEEMED.with("times", self.input.times);
            return Err(refused.with("per", self.input.per.word()));
        }
        match self.input.max_redemptions {
            Some(limit) if in_all >= limit => Err(OFFER_EXHAUSTED.with("limit", limit)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use guanxi_storage::{Meta, Resource as _, kind::Parts as _};

    fn offer() -> Offer {
        Offer::assemble(Meta::blank(), input::read(Offer::example()).unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn d_45_an_offer_is_good_from_its_first_to_its_last_day() {
        let mut offer = offer();
        (offer.input.valid_from, offer.input.valid_until) = (day("2026-04-01"), day("2026-04-30"));
        for (text, good) in [
            ("2026-03-31", false),
            ("2026-04-01", true),
            ("2026-04-30", true),
            ("2026-05-01", false),
        ] {
            assert_eq!(offer.require_day(day(text)).is_ok(), good, "{text}");
        }
        offer.input.active = false;
        assert!(offer.require_day(day("2026-04-01")).unwrap_err().is(&OFFER_NOT_VALID));
    }

    #[test]
    fn d_45_whoever_cannot_have_it_is_told_why() {
        let mut offer = offer();
        offer.input.tiers = vec![guanxi_kernel::Line::new("key").unwrap()];
        (offer.input.roles, offer.input.members_only) = (vec![PartyRole::Customer], true);
        let good = Redeemer { tier: Some("key"), roles: &[PartyRole::Customer], member: true };
        offer.require_eligible(good).unwrap();
        let nobody = Redeemer { tier: None, roles: &[], member: false };
        let refused = offer.require_eligible(nobody).unwrap_err();
        assert!(refused.is(&NOT_ELIGIBLE));
        let unmet = serde_json::json!(["tiers", "roles", "members_only"]);
        assert_eq!(refused.params()["unmet"], unmet);
    }

    #[test]
    fn d_45_it_is_redeemed_so_often_by_each_and_in_all() {
        let mut offer = offer();
        (offer.input.times, offer.input.max_redemptions) = (1, Some(3));
        offer.require_left(0, 2).unwrap();
        assert!(offer.require_left(1, 2).unwrap_err().is(&ALREADY_REDEEMED));
        assert!(offer.require_left(0, 3).unwrap_err().is(&OFFER_EXHAUSTED));
        offer.input.times = 2;
        offer.require_left(1, 2).unwrap();
    }
}

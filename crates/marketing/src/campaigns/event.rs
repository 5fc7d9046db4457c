//! What members of a campaign come to: when it begins, how many seats there are, and who gets one. Nothing here needs
//! a store.
//!
//! A campaign has one event; the same class in another month is another campaign of the same kind. Whoever has
//! registered or came has a seat; who did not come gives it up, so somebody at the door can have it. More are never
//! given than there are, also not at the door: the count of seats is what the room is made for.

use crate::{
    campaign_members::CampaignMemberStatus,
    problems::{EVENT_NOT_BEGUN, FULL, NO_WAITING_LIST, REGISTRATION_CLOSED},
};
use chrono::{DateTime, Months, Utc};
use guanxi_customers::rules::{likely_instant, refuse};
use guanxi_kernel::{Line, Result, problem::OUT_OF_RANGE};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

fn marketing() -> Line<60> {
    Line::literal("marketing")
}

/// What the members of a campaign come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignEvent {
    /// When it begins.
    #[validate(custom(function = "likely_instant"))]
    pub starts_at: DateTime<Utc>,
    /// Where it takes place.
    #[serde(default)]
    pub place: Option<Line<200>>,
    /// How many seats there are.
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub seats: i64,
    /// Until when people can register; until it begins when absent.
    #[serde(default)]
    #[validate(custom(function = "likely_instant"))]
    pub registration_until: Option<DateTime<Utc>>,
    /// Whether people can wait for a seat. Who has waited longest gets the next one that is free, until it begins.
    #[serde(default)]
    pub waiting_list: bool,
    /// For what people must not have withdrawn their consent to be invited, in a word of the company.
    #[serde(default = "marketing")]
    pub purpose: Line<60>,
    /// Within how many months of a campaign of the same kind that they came to they are not invited again.
    #[serde(default)]
    #[validate(range(min = 1, max = 120))]
    #[schema(minimum = 1, maximum = 120)]
    pub not_again_months: Option<i64>,
}

impl CampaignEvent {
    /// Refuses what is wrong by itself.
    ///
    /// # Errors
    /// `out_of_range` at `/event/registration_until`.
    pub(super) fn check(&self) -> Result<()> {
        match self.registration_until {
            Some(until) if until > self.starts_at => {
                let expected = ("expected", "not after starts_at");
                Err(refuse(&OUT_OF_RANGE, "/event/registration_until", expected))
            }
            _ => Ok(()),
        }
    }

    /// Whether it has begun.
    pub(crate) fn has_begun(&self, now: DateTime<Utc>) -> bool {
        now >= self.starts_at
    }

    /// Since when whoever came to such an event is not invited to this one; the same day so many months before, or
    /// the last of a shorter month.
    pub(crate) fn not_again_since(&self) -> Option<DateTime<Utc>> {
        let months = u32::try_from(self.not_again_months?).ok()?;
        self.starts_at.checked_sub_months(Months::new(months))
    }

    /// What becomes of somebody who had that status and wants another one, where others have taken so many seats. Who
    /// wants to wait while there is a seat gets it at once.
    ///
    /// # Errors
    /// `full`, `registration_closed`, `no_waiting_list`, `event_not_begun`.
    pub(crate) fn admit(
        &self,
        (had, wanted): (Option<CampaignMemberStatus>, CampaignMemberStatus),
        taken: i64,
        now: DateTime<Utc>,
    ) -> Result<CampaignMemberStatus> {
        use CampaignMemberStatus::{Attended, Declined, Invited, NoShow, Registered, Waiting};
        let has_seat = had.is_some_and(CampaignMemberStatus::has_seat);
        let free = has_seat || taken < self.seats;
        // Who waits has asked in time.
        let asked = has_seat || had == Some(Waiting);
        let closed = now >= self.registration_until.unwrap_or(self.starts_at);
        match wanted {
            Registered | Waiting if closed && !asked => Err(REGISTRATION_CLOSED.problem()),
            Attended | NoShow if !self.has_begun(now) => Err(EVENT_NOT_BEGUN.problem()),
            Waiting if free => Ok(Registered),
            Waiting if !self.waiting_list => Err(NO_WAITING_LIST.problem()),
            Registered | Attended if !free => Err(FULL.with("seats", self.seats)),
            Invited | Waiting | Registered | Attended | Declined | NoShow => Ok(wanted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CampaignMemberStatus::{Attended, Declined, Invited, NoShow, Registered, Waiting};
    use chrono::TimeDelta;
    use guanxi_kernel::Code;

    fn event() -> CampaignEvent {
        serde_json::from_value(serde_json::json!({
            "starts_at": "2026-03-31T06:00:00Z", "seats": 2, "waiting_list": true,
            "registration_until": "2026-03-30T06:00:00Z", "not_again_months": 1
        }))
        .unwrap()
    }

    #[test]
    fn d_42_seats_are_given_as_long_as_there_are_some() {
        let (event, early) = (event(), event().starts_at - TimeDelta::days(9));
        let wants = |had, wanted, taken| event.admit((had, wanted), taken, early);
        assert_eq!(wants(None, Registered, 1).unwrap(), Registered);
        assert!(wants(None, Registered, 2).unwrap_err().is(&FULL));
        assert_eq!(wants(Some(Registered), Registered, 2).unwrap(), Registered);
        assert_eq!(wants(Some(Invited), Waiting, 2).unwrap(), Waiting);
        assert_eq!(wants(Some(Invited), Waiting, 1).unwrap(), Registered, "there is a seat");
        assert_eq!(wants(Some(Registered), Declined, 2).unwrap(), Declined);
        let short = CampaignEvent { waiting_list: false, ..event.clone() };
        let refused = short.admit((None, Waiting), 2, early).unwrap_err();
        assert!(refused.is(&NO_WAITING_LIST));
    }

    #[test]
    fn d_42_people_register_before_it_and_come_when_it_has_begun() {
        let event = event();
        let (late, begun) = (event.starts_at - TimeDelta::hours(1), event.starts_at);
        let told = |had, wanted, at: DateTime<Utc>| event.admit((had, wanted), 1, at);
        let refused = |found: Result<CampaignMemberStatus>, code: &'static Code| {
            assert!(found.unwrap_err().is(code));
        };
        refused(told(None, Registered, late), &REGISTRATION_CLOSED);
        assert_eq!(told(Some(Waiting), Registered, late).unwrap(), Registered);
        refused(told(Some(Registered), Attended, late), &EVENT_NOT_BEGUN);
        refused(told(Some(Registered), NoShow, late), &EVENT_NOT_BEGUN);
        assert_eq!(told(Some(Registered), Attended, begun).unwrap(), Attended);
        assert_eq!(told(None, Attended, begun).unwrap(), Attended, "somebody at the door");
        refused(event.admit((None, Attended), 2, begun), &FULL);
    }

    #[test]
    fn d_42_months_are_counted_back_from_the_event() {
        let since = event().not_again_since().unwrap();
        assert_eq!(since.to_rfc3339(), "2026-02-28T06:00:00+00:00");
        assert_eq!(CampaignEvent { not_again_months: None, ..event() }.not_again_since(), None);
        let mut late = event();
        late.registration_until = Some(late.starts_at + TimeDelta::seconds(1));
        assert!(late.check().is_err());
        event().check().unwrap();
    }
}

//! Attempts, visits and ends of care contacts. Pure.

use super::{
    AttemptCareContact, CareContact, CareContactInput, CareContactStatus, CarePurpose, CareResult,
    RecordCareVisit,
};
use crate::{
    problems::CARE_CONTACT_STATE,
    rules::{repeated, whole_micros},
};
use chrono::{DateTime, Utc};
use guanxi_kernel::{
    Problem, Result, Text, UserId, Word as _,
    problem::{OUT_OF_RANGE, UNKNOWN_VALUE},
};

impl CareResult {
    /// Whether somebody was spoken to.
    pub(super) fn is_reached(self) -> bool {
        matches!(self, Self::Understood | Self::NotUnderstood | Self::Refused)
    }

    /// Whether it is tried again.
    pub(super) fn is_tried_again(self) -> bool {
        matches!(self, Self::NotUnderstood | Self::NotReached)
    }
}

impl CareContactInput {
    /// Brings what was written into the form that is kept; slots that are not in `before` are still to come.
    ///
    /// # Errors
    /// `repeated` for a slot that is there twice; `out_of_range` for slots of somebody who is not invited, and
    /// those that are past.
    pub(super) fn settle(&mut self, before: Option<&Self>, now: DateTime<Utc>) -> Result<()> {
        self.due_at = self.due_at.map(whole_micros);
        self.slots = self.slots.iter().copied().map(whole_micros).collect();
        let mut findings = repeated(&self.slots, "/slots", |slot| *slot);
        if self.purpose == CarePurpose::Care && !self.slots.is_empty() {
            findings.push(OUT_OF_RANGE.field("/slots").with("expected", "none unless invited"));
        }
        for (at, slot) in self.slots.iter().enumerate() {
            let known = before.is_some_and(|before| before.slots.contains(slot));
            if !known && *slot <= now {
                let finding = OUT_OF_RANGE.field(format!("/slots/{at}"));
                findings.push(finding.with("expected", "later than now"));
            }
        }
        Problem::collect(findings)?;
        self.slots.sort_unstable();
        Ok(())
    }
}

impl CareContact {
    /// Whether somebody still has to make it.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.status, CareContactStatus::Planned | CareContactStatus::Open)
    }

    /// Whether whom was invited has said when they come.
    pub(super) fn is_awaited(&self) -> bool {
        self.status == CareContactStatus::Done && self.accepted_slot.is_some()
    }

    fn refusal(&self) -> Problem {
        let allowed = match (self.is_open(), self.is_awaited()) {
            (true, _) => vec!["attempt", "skip"],
            (false, true) => vec!["visit"],
            (false, false) => Vec::new(),
        };
        CARE_CONTACT_STATE.with("status", self.status.word()).with("allowed", allowed)
    }

    /// Refuses what is over.
    ///
    /// # Errors
    /// `care_contact_state`.
    pub(super) fn open(&self) -> Result<()> {
        if self.is_open() { Ok(()) } else { Err(self.refusal()) }
    }

    /// It was tried.
    ///
    /// # Errors
    /// `care_contact_state`; `out_of_range` for what was told by nobody; `unknown_value` for no slot of it.
    pub(super) fn attempt(
        &mut self,
        told: &AttemptCareContact,
        (now, by): (DateTime<Utc>, UserId),
    ) -> Result<()> {
        self.open()?;
        if told.satisfaction.is_some() && !told.result.is_reached() {
            let expected = "null unless somebody was reached";
            return Err(OUT_OF_RANGE.at("/satisfaction").with("expected", expected));
        }
        let slot = told.accepted_slot.map(whole_micros);
        if slot.is_some() && told.result != CareResult::Understood {
            let expected = "null unless they have understood";
            return Err(OUT_OF_RANGE.at("/accepted_slot").with("expected", expected));
        }
        if slot.is_some_and(|slot| !self.input.slots.contains(&slot)) {
            return Err(UNKNOWN_VALUE.at("/accepted_slot").with("expected", "one of the slots"));
        }
        self.attempts += 1;
        (self.result, self.contacted_at) = (Some(told.result), Some(now));
        self.satisfaction = told.satisfaction.or(self.satisfaction);
        self.accepted_slot = slot;
        if told.result.is_tried_again() {
            self.reason.clone_from(&told.note);
            return Ok(());
        }
        self.close(CareContactStatus::Done, told.note.clone(), (now, by))
    }

    /// Its task was done, and nobody has said what came of it: it was tried, and no more is known.
    ///
    /// # Errors
    /// `care_contact_state`.
    pub(super) fn complete(
        &mut self,
        result: Option<Text<4000>>,
        by: (DateTime<Utc>, UserId),
    ) -> Result<()> {
        self.close(CareContactStatus::Done, result, by)?;
        self.attempts += 1;
        (self.result, self.contacted_at) = (None, Some(by.0));
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// `care_contact_state`.
    pub(super) fn close(
        &mut self,
        status: CareContactStatus,
        reason: Option<Text<4000>>,
        (now, by): (DateTime<Utc>, UserId),
    ) -> Result<()> {
        self.open()?;
        (self.status, self.reason) = (status, reason);
        (self.closed_at, self.closed_by) = (Some(now), Some(by));
        Ok(())
    }

    /// Whom was invited came, or did not. It can be told again, e.g. with the repair order.
    ///
    /// # Errors
    /// `care_contact_state` where nobody has said that they come; `out_of_range` for a repair order of somebody who
    /// did not, and for staying away from what is still to come.
    pub(super) fn visit(&mut self, told: &RecordCareVisit, now: DateTime<Utc>) -> Result<()> {
        if !self.is_awaited() {
            return Err(self.refusal());
        }
        if !told.showed && told.repair_order.is_some() {
            let expected = "null unless they came";
            return Err(OUT_OF_RANGE.at("/repair_order").with("expected", expected));
        }
        if !told.showed && self.accepted_slot.is_some_and(|slot| now < slot) {
            return Err(OUT_OF_RANGE.at("/showed").with("expected", "true before the slot"));
        }
        self.showed = Some(told.showed);
        self.repair_order.clone_from(&told.repair_order);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use chrono::TimeDelta;
    use guanxi_kernel::input;
    use guanxi_storage::Resource as _;
    use serde_json::{Value as Json, json};

    fn hour(after: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(after)
    }

    fn by(after: i64) -> (DateTime<Utc>, UserId) {
        (hour(after), uuid::Uuid::nil().into())
    }

    fn invitation() -> CareContact {
        let mut one: CareContact = testing::record(input::read(CareContact::example()).unwrap());
        one.input.slots = vec![hour(48), hour(72)];
        one.status = CareContactStatus::Open;
        one
    }

    fn told(body: Json) -> AttemptCareContact {
        input::read(body).unwrap()
    }

    #[test]
    fn d_74_whom_was_not_reached_is_tried_again() {
        let mut one = invitation();
        one.attempt(&told(json!({ "result": "not_reached" })), by(1)).unwrap();
        one.attempt(&told(json!({ "result": "not_understood", "satisfaction": 3 })), by(2))
            .unwrap();
        assert_eq!((one.status, one.attempts), (CareContactStatus::Open, 2));
        let nobody = json!({ "result": "not_reached", "satisfaction": 3 });
        assert!(one.attempt(&told(nobody), by(3)).unwrap_err().is(&OUT_OF_RANGE));
        one.attempt(&told(json!({ "result": "understood" })), by(3)).unwrap();
        assert_eq!((one.status, one.attempts), (CareContactStatus::Done, 3));
        assert_eq!((one.satisfaction, one.contacted_at), (Some(3), Some(hour(3))));
        let again = one.attempt(&told(json!({ "result": "refused" })), by(4)).unwrap_err();
        assert!(again.is(&CARE_CONTACT_STATE));
        let mut plain = invitation();
        plain.complete(None, by(1)).unwrap();
        assert_eq!((plain.attempts, plain.result), (1, None));
    }

    #[test]
    fn d_56_who_is_invited_comes_at_one_of_the_slots_or_does_not() {
        let mut one = invitation();
        let wrong = json!({ "result": "understood", "accepted_slot": hour(50) });
        assert!(one.attempt(&told(wrong), by(1)).unwrap_err().is(&UNKNOWN_VALUE));
        let refused = json!({ "result": "refused", "accepted_slot": hour(48) });
        assert!(one.attempt(&told(refused), by(1)).unwrap_err().is(&OUT_OF_RANGE));
        let visit = |showed, order: Option<&str>| RecordCareVisit {
            showed,
            repair_order: order.map(|order| guanxi_kernel::Line::new(order).unwrap()),
        };
        assert!(one.visit(&visit(true, None), hour(1)).unwrap_err().is(&CARE_CONTACT_STATE));
        let accepted = json!({ "result": "understood", "accepted_slot": hour(48) });
        one.attempt(&told(accepted), by(1)).unwrap();
        assert!(one.visit(&visit(false, None), hour(47)).unwrap_err().is(&OUT_OF_RANGE));
        assert!(one.visit(&visit(false, Some("RO-1")), hour(49)).unwrap_err().is(&OUT_OF_RANGE));
        one.visit(&visit(false, None), hour(49)).unwrap();
        assert_eq!(one.showed, Some(false));
        one.visit(&visit(true, Some("RO-1")), hour(50)).unwrap();
        assert_eq!((one.showed, one.repair_order.as_deref()), (Some(true), Some("RO-1")));
    }

    #[test]
    fn d_56_slots_are_offered_to_who_is_invited_and_are_to_come() {
        let slots = |purpose, slots: Vec<DateTime<Utc>>, before: Option<&CareContactInput>| {
            let mut input = invitation().input;
            (input.purpose, input.slots) = (purpose, slots);
            input.settle(before, hour(60)).map(|()| input.slots)
        };
        let invited = CarePurpose::Invitation;
        assert_eq!(slots(invited, vec![hour(72), hour(61)], None).unwrap(), [hour(61), hour(72)]);
        assert!(slots(CarePurpose::Care, vec![hour(72)], None).is_err());
        assert!(slots(invited, vec![hour(72), hour(72)], None).is_err());
        assert!(slots(invited, vec![hour(60)], None).is_err());
        let before = invitation().input;
        assert!(slots(invited, vec![hour(48)], Some(&before)).is_ok(), "it was offered in time");
    }
}

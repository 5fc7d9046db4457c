//! The states of a call, and the steps that follow one of a customer. Pure.

use super::{
    CallDirection, CallResult, CallStatus, CallStep, ClosePhoneCall, PhoneCall, RatePhoneCall,
};
use crate::problems::{OWN_PHONE_CALL, PHONE_CALL_STATE};
use CallStatus::{Answered, Closed, Missed, Ringing};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use guanxi_customers::rules::refuse;
use guanxi_kernel::{
    Problem, Result, Text, UserId, Word as _,
    preferences::CallRules,
    problem::{OUT_OF_RANGE, UNKNOWN_VALUE},
};

/// A move, by its name among the actions.
pub(super) const ROUTE: &str = "route";
pub(super) const ANSWER: &str = "answer";
pub(super) const MISS: &str = "miss";
pub(super) const CLOSE: &str = "close";
pub(super) const REPLY: &str = "reply";
pub(super) const FOLLOW: &str = "follow_up";
pub(super) const RATE: &str = "rate";

/// All moves, in the order in which they are shown.
pub(super) const ALL: [&str; 7] = [ROUTE, ANSWER, MISS, CLOSE, REPLY, FOLLOW, RATE];

/// What holds where the company says nothing: a reply within a day, a call within three.
pub(super) const USUAL: CallRules =
    CallRules { reply_within_minutes: 24 * 60, follow_up_within_minutes: 3 * 24 * 60 };

impl PhoneCall {
    /// Whether a move is possible as it stands.
    pub(super) fn allows(&self, wanted: &str) -> bool {
        let next = self.missing_steps.first();
        match wanted {
            ROUTE | ANSWER | MISS => self.status == Ringing,
            CLOSE => self.status == Answered,
            REPLY => self.status == Closed && next == Some(&CallStep::MailReply),
            FOLLOW => self.status == Closed && next == Some(&CallStep::PhoneFollowUp),
            RATE => self.status == Closed,
            _ => false,
        }
    }

    /// Refuses a move that is not possible as it stands.
    ///
    /// # Errors
    /// `phone_call_state`, with the moves that are possible.
    pub(super) fn require(&self, wanted: &str) -> Result<()> {
        if self.allows(wanted) { Ok(()) } else { Err(self.refusal()) }
    }

    /// Why something is not possible as it stands.
    pub(super) fn refusal(&self) -> Problem {
        let allowed: Vec<&str> = ALL.into_iter().filter(|name| self.allows(name)).collect();
        PHONE_CALL_STATE.with("status", self.status.word()).with("allowed", allowed)
    }

    /// Whether it is over.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status, Closed | Missed)
    }

    /// Works out which steps are to be done, and by when the next one.
    pub(super) fn settle_steps(&mut self) {
        let all = [
            (CallStep::Answer, self.status == Closed, None),
            (CallStep::MailReply, self.replied_at.is_some(), self.reply_due_at),
            (CallStep::PhoneFollowUp, self.followed_up_at.is_some(), self.follow_up_due_at),
        ];
        let of_customer = self.input.direction == CallDirection::In;
        let left = |(_, done, _): &(CallStep, bool, Option<DateTime<Utc>>)| of_customer && !*done;
        let missing: Vec<_> = all.into_iter().filter(left).collect();
        self.missing_steps = missing.iter().map(|(step, ..)| *step).collect();
        self.step_due_at = missing.first().and_then(|(.., due)| *due);
    }

    /// They begin to speak.
    ///
    /// # Errors
    /// `phone_call_state`.
    pub(super) fn answer(&mut self, now: DateTime<Utc>) -> Result<()> {
        self.require(ANSWER)?;
        (self.status, self.answered_at) = (Answered, Some(now));
        Ok(())
    }

    /// They have not spoken.
    ///
    /// # Errors
    /// `phone_call_state`; `unknown_value` for a result of those who have.
    pub(super) fn miss(&mut self, result: CallResult, now: DateTime<Utc>) -> Result<()> {
        self.require(MISS)?;
        check(result, false)?;
        (self.status, self.ended_at, self.result) = (Missed, Some(now), Some(result));
        Ok(())
    }

    /// They have spoken. What follows a call of a customer is due from now on.
    ///
    /// # Errors
    /// `phone_call_state`; `unknown_value` for a result of those who have not spoken; `out_of_range` for a next
    /// step before `today`.
    pub(super) fn close(
        &mut self,
        wish: ClosePhoneCall,
        (now, today): (DateTime<Utc>, NaiveDate),
        rules: CallRules,
    ) -> Result<()> {
        self.require(CLOSE)?;
        check(wish.result, true)?;
        if wish.next_step_on < today {
            return Err(refuse(&OUT_OF_RANGE, "/next_step_on", ("expected", "today or later")));
        }
        let spoken = self.answered_at.map(|at| (now - at).num_seconds());
        self.talk_seconds = wish.talk_seconds.or(spoken);
        (self.status, self.ended_at, self.result) = (Closed, Some(now), Some(wish.result));
        (self.need, self.outcome) = (Some(wish.need), Some(wish.outcome));
        (self.next_step, self.next_step_on) = (Some(wish.next_step), Some(wish.next_step_on));
        if self.input.direction == CallDirection::In {
            let after = |minutes| Some(now + TimeDelta::minutes(minutes));
            self.reply_due_at = after(rules.reply_within_minutes);
            self.follow_up_due_at = after(rules.follow_up_within_minutes);
        }
        Ok(())
    }

    /// A reply was mailed.
    ///
    /// # Errors
    /// `phone_call_state`.
    pub(super) fn reply(&mut self, note: Option<Text<2000>>, now: DateTime<Utc>) -> Result<()> {
        self.require(REPLY)?;
        (self.replied_at, self.reply_note) = (Some(now), note);
        Ok(())
    }

    /// Somebody has called back.
    ///
    /// # Errors
    /// `phone_call_state`, also before a reply was mailed.
    pub(super) fn follow_up(&mut self, note: Option<Text<2000>>, now: DateTime<Utc>) -> Result<()> {
        self.require(FOLLOW)?;
        (self.followed_up_at, self.follow_up_note) = (Some(now), note);
        Ok(())
    }

    /// Somebody else judges how well it was done; another judgement takes the place of the one before.
    ///
    /// # Errors
    /// `own_phone_call`; `phone_call_state`.
    pub(super) fn rate(
        &mut self,
        wish: RatePhoneCall,
        by: UserId,
        now: DateTime<Utc>,
    ) -> Result<()> {
        if self.input.owner_id == Some(by) {
            return Err(OWN_PHONE_CALL.problem());
        }
        self.require(RATE)?;
        (self.quality_score, self.quality_remark) = (Some(wish.score), wish.remark);
        (self.rated_by, self.rated_at) = (Some(by), Some(now));
        Ok(())
    }
}

/// Refuses a result that is not of those who have spoken, or not of those who have not.
fn check(result: CallResult, has_spoken: bool) -> Result<()> {
    if result.has_spoken() == has_spoken {
        return Ok(());
    }
    let fit = CallResult::ALL.iter().filter(|one| one.has_spoken() == has_spoken);
    let expected: Vec<&str> = fit.map(|one| one.word()).collect();
    let expected = format!("one of {}", expected.join(", "));
    Err(refuse(&UNKNOWN_VALUE, "/result", ("expected", &*expected)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::input;
    use guanxi_storage::{Meta, Resource as _, kind::Parts as _};
    use serde_json::json;
    use uuid::Uuid;

    const DAY: i64 = 24 * 60;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    fn call(direction: CallDirection) -> PhoneCall {
        let input = input::read(PhoneCall::example()).unwrap();
        let mut one = PhoneCall::assemble(Meta::blank(), input);
        one.input.direction = direction;
        one.settle_steps();
        one
    }

    fn close(one: &mut PhoneCall, minutes: i64, result: &str) -> Result<()> {
        let wish = input::read(json!({ "result": result, "need": "工作站", "outcome": "报价",
            "next_step": "致电", "next_step_on": "1970-01-05" }));
        let today = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let done = one.close(wish.unwrap(), (at(minutes), today), USUAL);
        one.settle_steps();
        done
    }

    #[test]
    fn x_65_the_steps_of_a_call_of_a_customer_come_in_order_and_are_due_from_its_end() {
        use CallStep::{Answer, MailReply, PhoneFollowUp};
        let mut one = call(CallDirection::In);
        assert_eq!(one.missing_steps, [Answer, MailReply, PhoneFollowUp]);
        assert!(one.reply(None, at(1)).unwrap_err().is(&PHONE_CALL_STATE));
        one.answer(at(2)).unwrap();
        close(&mut one, 5, "interested").unwrap();
        assert_eq!(
            (one.talk_seconds, &one.missing_steps[..]),
            (Some(180), &[MailReply, PhoneFollowUp][..])
        );
        assert_eq!(one.reply_due_at, Some(at(5 + DAY)));
        assert_eq!(one.follow_up_due_at, Some(at(5 + 3 * DAY)));
        assert_eq!(one.step_due_at, one.reply_due_at);
        assert!(
            one.follow_up(None, at(6)).unwrap_err().is(&PHONE_CALL_STATE),
            "the reply comes first"
        );
        one.reply(None, at(7)).unwrap();
        one.settle_steps();
        assert_eq!(one.step_due_at, one.follow_up_due_at);
        assert!(one.reply(None, at(8)).unwrap_err().is(&PHONE_CALL_STATE));
        one.follow_up(None, at(9)).unwrap();
        one.settle_steps();
        assert_eq!((one.missing_steps.len(), one.step_due_at), (0, None));
    }

    #[test]
    fn x_65_a_missed_call_lacks_all_steps_and_one_that_the_company_made_has_none() {
        let mut missed = call(CallDirection::In);
        missed.miss(CallResult::HungUp, at(1)).unwrap();
        missed.settle_steps();
        assert_eq!((missed.missing_steps.len(), missed.step_due_at), (3, None));
        let mut out = call(CallDirection::Out);
        out.answer(at(1)).unwrap();
        close(&mut out, 2, "sold").unwrap();
        assert_eq!((out.missing_steps.len(), out.reply_due_at), (0, None));
    }

    #[test]
    fn x_31_who_has_not_spoken_has_another_result_than_who_has() {
        let mut one = call(CallDirection::Out);
        assert!(one.miss(CallResult::Sold, at(1)).unwrap_err().is(&UNKNOWN_VALUE));
        one.answer(at(1)).unwrap();
        assert!(close(&mut one, 2, "busy").unwrap_err().is(&UNKNOWN_VALUE));
        assert!(one.miss(CallResult::Busy, at(2)).unwrap_err().is(&PHONE_CALL_STATE));
    }

    #[test]
    fn x_66_nothing_is_closed_without_need_outcome_and_next_step() {
        let bare = input::read::<ClosePhoneCall>(json!({ "result": "sold" })).unwrap_err();
        for member in ["/need", "/outcome", "/next_step", "/next_step_on"] {
            assert!(bare.to_string().contains(member), "{bare}");
        }
        let mut one = call(CallDirection::Out);
        one.answer(at(1)).unwrap();
        let wish: ClosePhoneCall = input::read(json!({ "result": "sold", "need": "工作站",
            "outcome": "报价", "next_step": "致电", "next_step_on": "1969-12-31" }))
        .unwrap();
        let today = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        assert!(one.close(wish, (at(2), today), USUAL).unwrap_err().is(&OUT_OF_RANGE));
    }

    #[test]
    fn x_69_nobody_judges_a_call_of_their_own() {
        let (me, other) = (UserId::from(Uuid::from_u128(1)), UserId::from(Uuid::from_u128(2)));
        let mut one = call(CallDirection::Out);
        one.input.owner_id = Some(me);
        let wish = || RatePhoneCall { score: 85, remark: None };
        assert!(one.rate(wish(), other, at(1)).unwrap_err().is(&PHONE_CALL_STATE));
        one.answer(at(1)).unwrap();
        close(&mut one, 2, "sold").unwrap();
        assert!(one.rate(wish(), me, at(3)).unwrap_err().is(&OWN_PHONE_CALL));
        one.rate(wish(), other, at(3)).unwrap();
        assert_eq!((one.quality_score, one.rated_by), (Some(85), Some(other)));
    }
}

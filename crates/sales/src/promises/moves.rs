//! Items of promises are sent, and promises are kept or broken. Pure.

use super::{FulfilPromise, Promise, PromiseFulfilment, PromiseMedium, PromiseStatus};
use crate::problems::PROMISE_CLOSED;
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_customers::rules::refuse;
use guanxi_kernel::{
    Problem, Result, Text, UserId, Word as _,
    problem::{OUT_OF_RANGE, UNKNOWN_VALUE},
};

/// A move, by its name in paths.
pub(super) const FULFIL: &str = "fulfil";
pub(super) const BREAK: &str = "break";

impl Promise {
    /// Refuses what is done only with promises that are open.
    ///
    /// # Errors
    /// `promise_closed`.
    pub(super) fn require_open(&self) -> Result<()> {
        match self.status {
            PromiseStatus::Open => Ok(()),
            PromiseStatus::Kept | PromiseStatus::Broken => Err(self.refusal()),
        }
    }

    fn refusal(&self) -> Problem {
        PROMISE_CLOSED.with("status", self.status.word())
    }

    /// Works out what is still to be sent, and by which day.
    pub(super) fn settle_open(&mut self) {
        let open = self.status == PromiseStatus::Open;
        self.due_on = open.then_some(self.input.promised_for);
        let sent = |medium: PromiseMedium| self.fulfilments.iter().any(|one| one.medium == medium);
        let left = self.input.media.iter().copied().filter(|medium| open && !sent(*medium));
        self.open_media = left.collect();
    }

    /// Something was sent. With the last of it the promise is kept, unless some of it was sent too late.
    ///
    /// # Errors
    /// `promise_closed`; `unknown_value` for a medium by which nothing is to be sent any more; `out_of_range` for a
    /// day that is to come.
    pub(super) fn fulfil(
        &mut self,
        wish: FulfilPromise,
        by: UserId,
        (now, today): (DateTime<Utc>, NaiveDate),
    ) -> Result<()> {
        self.require_open()?;
        if !self.open_media.contains(&wish.medium) {
            let left: Vec<&str> = self.open_media.iter().map(|medium| medium.word()).collect();
            let expected = format!("one of {}", left.join(", "));
            return Err(refuse(&UNKNOWN_VALUE, "/medium", ("expected", &*expected)));
        }
        let sent_on = wish.sent_on.unwrap_or(today);
        if sent_on > today {
            return Err(refuse(&OUT_OF_RANGE, "/sent_on", ("expected", "today or earlier")));
        }
        let (medium, note) = (wish.medium, wish.note);
        self.fulfilments.push(PromiseFulfilment { medium, sent_on, sent_by: by, note });
        if self.fulfilments.len() == self.input.media.len() {
            let in_time = self.fulfilments.iter().all(|one| one.sent_on <= self.input.promised_for);
            self.status = if in_time { PromiseStatus::Kept } else { PromiseStatus::Broken };
            self.closed_at = Some(now);
        }
        Ok(())
    }

    /// It is given up.
    ///
    /// # Errors
    /// `promise_closed`.
    pub(super) fn give_up(&mut self, reason: Text<1000>, now: DateTime<Utc>) -> Result<()> {
        self.require_open()?;
        (self.status, self.closed_at) = (PromiseStatus::Broken, Some(now));
        self.broken_reason = Some(reason);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PromiseMedium::{Email, Fax, Post};
    use guanxi_kernel::input;
    use guanxi_storage::{Meta, Resource as _, kind::Parts as _};
    use uuid::Uuid;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, day).unwrap()
    }

    /// By e-mail and by post until the tenth.
    fn promise() -> Promise {
        let mut one = Promise::assemble(Meta::blank(), input::read(Promise::example()).unwrap());
        (one.input.media, one.input.promised_for) = (vec![Email, Post], day(10));
        one.settle_open();
        one
    }

    fn send(one: &mut Promise, medium: PromiseMedium, on: u32, today: u32) -> Result<()> {
        let wish = FulfilPromise { medium, sent_on: Some(day(on)), note: None };
        let done = one.fulfil(wish, Uuid::nil().into(), (NOW, day(today)));
        one.settle_open();
        done
    }

    #[test]
    fn x_66_x_67_a_promise_is_kept_when_the_last_of_it_was_sent_in_time() {
        let mut one = promise();
        assert_eq!((one.due_on, &one.open_media[..]), (Some(day(10)), &[Email, Post][..]));
        assert!(send(&mut one, Fax, 5, 5).unwrap_err().is(&UNKNOWN_VALUE));
        send(&mut one, Email, 5, 5).unwrap();
        assert!(send(&mut one, Email, 5, 5).unwrap_err().is(&UNKNOWN_VALUE), "sent once");
        assert_eq!((one.status, &one.open_media[..]), (PromiseStatus::Open, &[Post][..]));
        assert!(send(&mut one, Post, 11, 10).unwrap_err().is(&OUT_OF_RANGE));
        // What was sent in time may be noted later.
        send(&mut one, Post, 10, 12).unwrap();
        assert_eq!((one.status, one.due_on), (PromiseStatus::Kept, None));
        assert!(send(&mut one, Post, 10, 12).unwrap_err().is(&PROMISE_CLOSED));
    }

    #[test]
    fn x_66_a_promise_is_broken_when_something_came_late_or_it_was_given_up() {
        let mut late = promise();
        send(&mut late, Post, 11, 11).unwrap();
        assert_eq!(late.status, PromiseStatus::Open);
        send(&mut late, Email, 9, 11).unwrap();
        assert_eq!(late.status, PromiseStatus::Broken);
        let mut given_up = promise();
        let why = Text::new("样册已停印").unwrap();
        given_up.give_up(why.clone(), NOW).unwrap();
        given_up.settle_open();
        assert_eq!((given_up.status, given_up.open_media.len()), (PromiseStatus::Broken, 0));
        assert!(given_up.give_up(why, NOW).unwrap_err().is(&PROMISE_CLOSED));
    }
}

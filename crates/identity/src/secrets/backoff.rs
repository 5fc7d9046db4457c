//! How long somebody who failed to sign in must wait before the next try.
//!
//! Four failures are free, people mistype. From the fifth on the wait doubles, from one second to
//! fifteen minutes. It is never longer and never a lock: a stranger who guesses at an account
//! must not be able to keep its owner out for good. Fifteen minutes after the last failure all
//! is forgotten; even somebody who times the tries by that gets about a thousand a day.
//!
//! This counts for one subject, an account or an address; the caller keeps one count for each.
//!
//! A thousand tries a day are nothing against passwords, and too many against codes of six digits by
//! whoever has the password: of those three are right at a time, so one in a year of guessing would be.
//! Wrong codes are therefore counted apart, and no time forgives them. From the tenth in a row on the
//! wait doubles, from a quarter of an hour to a day; so it is ten at once, some more in two days, and one
//! on each day from then on. Price: an owner whose password is known to somebody who goes on may have to
//! come in by a recovery code, of which none can be guessed, or have the second factor taken away; a new
//! password ends it too, since without it nobody gets as far as a code.

use chrono::{DateTime, TimeDelta, Utc};

/// Failures that cost nothing.
const FREE: i64 = 4;
/// The wait after the first failure that is not free.
const FIRST_WAIT: TimeDelta = TimeDelta::seconds(1);
/// No wait is longer.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// So long after the last failure they are all forgotten.
const MEMORY: TimeDelta = TimeDelta::minutes(15);

/// The recent failures of one subject. The default is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// How many failures there were, each within fifteen minutes of the one before.
    pub failures: i64,
    /// When the last of them was.
    pub last_at: Option<DateTime<Utc>>,
}

impl Attempts {
    /// Until when no further try is looked at; `None` if the failures so far were free.
    pub fn blocked_until(&self) -> Option<DateTime<Utc>> {
        let costly = self.failures.checked_sub(FREE).filter(|n| *n > 0)?;
        self.last_at?.checked_add_signed(wait_after(costly))
    }

    /// How long it is from `now` until the next try; `None` if it may be made at once.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        if self.is_forgotten(now) {
            return None;
        }
        let left = self.blocked_until()? - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    /// The count after one more failure.
    #[must_use = "the count has to be stored"]
    pub fn after_failure(&self, now: DateTime<Utc>) -> Attempts {
        let before = if self.is_forgotten(now) { 0 } else { self.failures.max(0) };
        Attempts { failures: before.saturating_add(1), last_at: Some(now) }
    }

    /// Also true if the last failure lies far ahead: then it was the clock that was wrong, and
    /// it would be the owner who had to wait for it.
    fn is_forgotten(&self, now: DateTime<Utc>) -> bool {
        self.last_at.is_none_or(|last| (now - last).abs() > MEMORY)
    }
}

/// The wait after so many failures beyond the free ones, doubling with each.
fn wait_after(costly: i64) -> TimeDelta {
    doubled(FIRST_WAIT, costly, LONGEST_WAIT)
}

/// The first of these waits, doubled with each costly failure behind the first, and no longer than that.
fn doubled(first: TimeDelta, costly: i64, longest: TimeDelta) -> TimeDelta {
    // Twenty doublings are far beyond the longest wait already; more would overflow.
    let doublings = (costly - 1).clamp(0, 20);
    (first * (1 << doublings)).min(longest)
}

/// Wrong codes in a row that cost no more than any failure.
const FREE_CODES: i64 = 9;
/// The wait after the first wrong code that does.
const FIRST_CODE_WAIT: TimeDelta = TimeDelta::minutes(15);
/// No wait for a code is longer.
const LONGEST_CODE_WAIT: TimeDelta = TimeDelta::days(1);

/// The wrong codes of an account since its last right one. The default is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WrongCodes {
    /// How many there were.
    pub count: i64,
    /// When the last of them was.
    pub last_at: Option<DateTime<Utc>>,
}

impl WrongCodes {
    /// Whether there were so many that it looks like guessing.
    pub fn is_guessing(&self) -> bool {
        self.count > FREE_CODES
    }

    /// How long it is from `now` until the next code is looked at; `None` if it is at once.
    pub fn wait(&self, now: DateTime<Utc>) -> Option<TimeDelta> {
        let costly = self.count.checked_sub(FREE_CODES).filter(|n| *n > 0)?;
        let last = self.last_at?;
        // One that lies far ahead was counted by a clock that was wrong.
        if last - now > LONGEST_CODE_WAIT {
            return None;
        }
        let wait = doubled(FIRST_CODE_WAIT, costly, LONGEST_CODE_WAIT);
        let left = last.checked_add_signed(wait)? - now;
        (left > TimeDelta::zero()).then_some(left)
    }

    /// The count after one more.
    #[must_use = "the count has to be stored"]
    pub fn after_wrong(&self, now: DateTime<Utc>) -> WrongCodes {
        WrongCodes { count: self.count.max(0).saturating_add(1), last_at: Some(now) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(1_800_000_000 + seconds)
    }

    fn failed(failures: i64) -> Attempts {
        Attempts { failures, last_at: Some(at(0)) }
    }

    #[test]
    fn the_wait_doubles_from_the_fifth_failure_to_a_quarter_of_an_hour() {
        let table = [
            (i64::MIN, None),
            (-1, None),
            (0, None),
            (1, None),
            (4, None),
            (5, Some(1)),
            (6, Some(2)),
            (7, Some(4)),
            (8, Some(8)),
            (9, Some(16)),
            (10, Some(32)),
            (11, Some(64)),
            (12, Some(128)),
            (13, Some(256)),
            (14, Some(512)),
            (15, Some(900)),
            (16, Some(900)),
            (34, Some(900)),
            (35, Some(900)),
            (36, Some(900)),
            (37, Some(900)),
            (68, Some(900)),
            (69, Some(900)),
            (1_000, Some(900)),
            (i64::MAX, Some(900)),
        ];
        for (failures, seconds) in table {
            let attempts = failed(failures);
            assert_eq!(attempts.blocked_until(), seconds.map(at), "after {failures}");
            assert_eq!(attempts.wait(at(0)), seconds.map(TimeDelta::seconds), "after {failures}");
        }
    }

    #[test]
    fn the_wait_runs_out() {
        let attempts = failed(10);
        assert_eq!(attempts.wait(at(31)), Some(TimeDelta::seconds(1)));
        assert_eq!(attempts.wait(at(32)), None);
        assert_eq!(failed(99).wait(at(899)), Some(TimeDelta::seconds(1)));
        assert_eq!(failed(99).wait(at(900)), None);
    }

    #[test]
    fn failures_add_up_until_a_quarter_of_an_hour_has_passed_since_the_last() {
        let table = [
            (Attempts::default(), 0, 1),
            (failed(1), 1, 2),
            (failed(4), 899, 5),
            (failed(4), 900, 5),
            (failed(4), 901, 1),
            (failed(99), 86_400, 1),
            (failed(i64::MAX), 1, i64::MAX),
            (failed(-3), 1, 1),
        ];
        for (before, seconds, failures) in table {
            let after = Attempts { failures, last_at: Some(at(seconds)) };
            assert_eq!(before.after_failure(at(seconds)), after, "{before:?} at {seconds}");
        }
    }

    #[test]
    fn a_clock_that_was_wrong_locks_nobody_out() {
        let tomorrow = Attempts { failures: 20, last_at: Some(at(86_400)) };
        assert_eq!(tomorrow.wait(at(0)), None);
        assert_eq!(tomorrow.after_failure(at(0)).failures, 1);
        // A few seconds are two machines that disagree.
        let shortly = Attempts { failures: 20, last_at: Some(at(3)) };
        assert_eq!(shortly.wait(at(0)), Some(TimeDelta::seconds(903)));
        assert_eq!(shortly.after_failure(at(0)).failures, 21);
    }

    /// The best one can do by trying `streak` times as fast as allowed, then waiting until all
    /// is forgotten.
    #[test]
    fn a_patient_guesser_gets_about_a_thousand_tries_a_day() {
        let per_day = |streak: i64| {
            let mut attempts = Attempts::default();
            let mut now = at(0);
            for _ in 0..streak {
                now += attempts.wait(now).unwrap_or_default();
                attempts = attempts.after_failure(now);
            }
            let cycle = (now - at(0) + MEMORY).num_seconds() + 1;
            streak * 86_400 / cycle
        };
        let best = (1..=30).map(per_day).max();
        assert!(best.is_some_and(|tries| tries < 1_050), "{best:?}");
    }

    #[test]
    fn sec_06_the_wait_for_codes_doubles_from_the_tenth_on_to_a_day() {
        let wrong = |count: i64| WrongCodes { count, last_at: Some(at(0)) };
        let table = [
            (i64::MIN, None),
            (0, None),
            (9, None),
            (10, Some(15)),
            (11, Some(30)),
            (12, Some(60)),
            (16, Some(960)),
            (17, Some(1_440)),
            (18, Some(1_440)),
            (i64::MAX, Some(1_440)),
        ];
        for (count, minutes) in table {
            let wait = minutes.map(TimeDelta::minutes);
            assert_eq!(wrong(count).wait(at(0)), wait, "after {count}");
            assert_eq!(wrong(count).is_guessing(), wait.is_some(), "after {count}");
        }
        assert_eq!(wrong(10).wait(at(899)), Some(TimeDelta::seconds(1)));
        assert_eq!(wrong(10).wait(at(900)), None);
        // No time forgives them, so the next one costs more.
        assert_eq!(wrong(10).after_wrong(at(86_400 * 30)).count, 11);
        assert_eq!(wrong(i64::MAX).after_wrong(at(1)).count, i64::MAX);
        assert_eq!(wrong(-3).after_wrong(at(1)).count, 1);
        assert_eq!(wrong(20).wait(at(-86_401)), None, "the clock was wrong");
        assert_eq!(WrongCodes::default().wait(at(0)), None);
    }

    #[test]
    fn sec_06_in_a_month_whoever_has_the_password_tries_less_than_fifty_codes() {
        let (mut wrong, mut now, mut tries) = (WrongCodes::default(), at(0), 0);
        loop {
            now += wrong.wait(now).unwrap_or_default();
            if now - at(0) > TimeDelta::days(30) {
                break;
            }
            wrong = wrong.after_wrong(now);
            tries += 1;
        }
        assert!((40..50).contains(&tries), "{tries}");
    }
}

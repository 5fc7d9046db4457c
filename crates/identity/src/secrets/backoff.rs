//! How long somebody who failed to sign in must wait before the next try.
//!
//! Four failures are free, people mistype. From the fifth on the wait doubles, from one second to
//! fifteen minutes. It is never longer and never a lock: a stranger who guesses at an account
//! must not be able to keep its owner out for good. Fifteen minutes after the last failure all
//! is forgotten; even somebody who times the tries by that gets about a thousand a day.
//!
//! This counts for one subject, an account or an address; the caller keeps one count for each.

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
    // Twenty doublings are far beyond the longest wait already; more would overflow.
    let doublings = (costly - 1).min(20);
    (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
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
}

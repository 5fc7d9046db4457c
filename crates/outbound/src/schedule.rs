//! When to try again. Pure: the same attempt of the same delivery has always the same pause.
//!
//! The pauses are those of Standard Webhooks 1.0.0: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h
//! and 24 h, ten attempts in all. Jitter only ever lengthens a pause, by up to a tenth, so the last
//! attempt is never made earlier than 75 h 35 min 5 s after the first (nor, unless a receiver asks
//! for more, later than 83 h 9 min): what is promised, 72 hours of growing pauses, holds for every
//! delivery.

use crate::{Failure, Outcome};
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const MINUTE: u32 = 60;
const HOUR: u32 = 60 * MINUTE;

/// Seconds after the first attempt, the second, and so on.
const PAUSES: [u32; 9] =
    [5, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];

/// What becomes of a delivery after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It has arrived.
    Done,
    /// Try again then.
    At(DateTime<Utc>),
    /// That was the last attempt.
    GiveUp,
    /// The receiver wants nothing any more (410): disable the endpoint, and drop what waits for it.
    Disable,
}

/// What follows the `attempt`th attempt (from 1) of a delivery, which ended `now` with `outcome`.
/// A receiver's `Retry-After` lengthens the pause and never shortens it.
pub fn next_attempt(attempt: u32, now: DateTime<Utc>, delivery: Uuid, outcome: &Outcome) -> Next {
    match outcome.failure {
        None => return Next::Done,
        Some(Failure::Gone) => return Next::Disable,
        Some(_) => {}
    }
    let planned = usize::try_from(attempt.saturating_sub(1)).ok().and_then(|at| PAUSES.get(at));
    let Some(planned) = planned else { return Next::GiveUp };
    let pause = i64::from(*planned.max(&outcome.retry_after.unwrap_or(0)));
    let jitter = pause * i64::from(share(delivery, attempt)) / 10;
    Next::At(now + TimeDelta::milliseconds(pause * 1_000 + jitter))
}

/// 0 to 1,000 thousandths, spread evenly by a hash, so that what failed together does not come
/// back together.
fn share(delivery: Uuid, attempt: u32) -> u16 {
    let digest =
        Sha256::new().chain_update(delivery).chain_update(attempt.to_be_bytes()).finalize();
    u16::from_be_bytes([digest[0], digest[1]]) % 1_001
}

/// A row of failures of one endpoint, over all its deliveries, with no success in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Streak {
    /// When it began.
    pub since: DateTime<Utc>,
    /// The latest failure.
    pub latest: DateTime<Utc>,
}

impl Streak {
    /// How long an endpoint may fail before it is disabled.
    pub const LONGEST: TimeDelta = TimeDelta::days(5);
    /// When nothing was tried for so long, nothing is known of that time: a row that is broken by
    /// it begins anew. Longer than any pause, so that one delivery holds a row together.
    pub const GAP: TimeDelta = TimeDelta::days(2);

    /// The row after an attempt that ended `now`; none after a success.
    pub fn after(before: Option<Self>, now: DateTime<Utc>, outcome: &Outcome) -> Option<Self> {
        outcome.failure?;
        let since = match before {
            Some(streak) if now - streak.latest <= Self::GAP => streak.since,
            _ => now,
        };
        Some(Self { since, latest: now })
    }

    /// Whether the endpoint is to be disabled.
    pub fn is_too_long(self) -> bool {
        self.latest - self.since >= Self::LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcome(failure: Option<Failure>, retry_after: Option<u32>) -> Outcome {
        Outcome { status: None, duration_ms: 1, response: String::new(), failure, retry_after }
    }

    fn failed() -> Outcome {
        outcome(Some(Failure::Timeout), None)
    }

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    /// The times of all attempts, each made exactly when it is due.
    fn attempts(delivery: Uuid, outcome: &Outcome) -> Vec<DateTime<Utc>> {
        let mut times = vec![start()];
        while let Next::At(time) = next_attempt(
            u32::try_from(times.len()).unwrap(),
            times[times.len() - 1],
            delivery,
            outcome,
        ) {
            times.push(time);
        }
        times
    }

    #[test]
    fn the_outcome_decides_what_follows() {
        let next =
            |attempt, outcome: &Outcome| next_attempt(attempt, start(), Uuid::nil(), outcome);
        assert_eq!(next(1, &outcome(None, None)), Next::Done);
        assert_eq!(next(10, &outcome(None, Some(5))), Next::Done);
        assert_eq!(next(1, &outcome(Some(Failure::Gone), None)), Next::Disable);
        assert_eq!(next(10, &failed()), Next::GiveUp);
        assert_eq!(next(u32::MAX, &failed()), Next::GiveUp);
        assert!(matches!(next(9, &failed()), Next::At(_)));
        // Attempts count from one; zero is taken for the first.
        assert!(matches!(next(0, &failed()), Next::At(_)));
    }

    #[test]
    fn an_endpoint_is_disabled_after_five_days_of_nothing_but_failures() {
        let day = |hours: i64| start() + TimeDelta::hours(hours);
        let mut streak = None;
        for hours in (0..120).step_by(24) {
            streak = Streak::after(streak, day(hours), &failed());
            assert!(!streak.unwrap().is_too_long(), "{hours} h");
        }
        assert!(Streak::after(streak, day(120), &failed()).unwrap().is_too_long());
        assert_eq!(Streak::after(streak, day(120), &outcome(None, None)), None);
        // One failure a week is no row.
        let rare = Streak::after(streak, day(24 * 30), &failed()).unwrap();
        assert_eq!(rare, Streak { since: day(24 * 30), latest: day(24 * 30) });
    }

    proptest! {
        #[test]
        fn z_14_pauses_grow_for_seventy_two_hours_and_more(id: u128) {
            let times = attempts(Uuid::from_u128(id), &failed());
            prop_assert_eq!(times.len(), 10);
            let pauses: Vec<_> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
            prop_assert!(pauses.is_sorted_by(|a, b| a < b), "{:?}", pauses);
            for (pause, planned) in pauses.iter().zip(PAUSES) {
                let planned = TimeDelta::seconds(planned.into());
                prop_assert!((planned..=planned * 11 / 10).contains(pause), "{}", pause);
            }
            let whole = times[9] - times[0];
            prop_assert!(whole >= TimeDelta::seconds(75 * 3_600 + 35 * 60 + 5), "{}", whole);
            prop_assert!(whole <= TimeDelta::minutes(83 * 60 + 9), "{}", whole);
            prop_assert_eq!(attempts(Uuid::from_u128(id), &failed()), times);
        }

        #[test]
        fn retry_after_is_honoured_and_bounded(id: u128, attempt in 1_u32..10, asked in 0_u32..=86_400) {
            let id = Uuid::from_u128(id);
            let throttled = outcome(Some(Failure::Throttled), Some(asked));
            let Next::At(time) = next_attempt(attempt, start(), id, &throttled) else {
                return Err(TestCaseError::fail("no attempt"));
            };
            let Next::At(plain) = next_attempt(attempt, start(), id, &failed()) else {
                return Err(TestCaseError::fail("no attempt"));
            };
            prop_assert!(time >= plain);
            prop_assert!(time - start() >= TimeDelta::seconds(asked.into()));
            prop_assert!(time - start() <= TimeDelta::seconds(86_400 * 11 / 10));
        }

        #[test]
        fn what_failed_together_does_not_come_back_together(ids in prop::collection::hash_set(any::<u128>(), 100)) {
            let mut seconds: Vec<_> = ids
                .iter()
                .map(|id| next_attempt(3, start(), Uuid::from_u128(*id), &failed()))
                .map(|next| if let Next::At(time) = next { time.timestamp() } else { 0 })
                .collect();
            seconds.sort_unstable();
            seconds.dedup();
            prop_assert!(seconds.len() > 40, "{} of 181 seconds are used", seconds.len());
        }
    }
}

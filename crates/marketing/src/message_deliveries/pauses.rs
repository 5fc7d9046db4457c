//! When a delivery is tried again that the mail server could not take: without a store.

use chrono::TimeDelta;

/// The pauses, each longer than the one before; then it is given up.
const PAUSES: &[TimeDelta] = &[
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(20),
    TimeDelta::hours(1),
    TimeDelta::hours(4),
    TimeDelta::hours(12),
];

/// How long to wait behind that many tries; `None` when there were enough.
pub(super) fn pause_after(tries: i64) -> Option<TimeDelta> {
    let at = usize::try_from(tries).ok()?.checked_sub(1)?;
    PAUSES.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let all: Vec<TimeDelta> = (1..).map_while(pause_after).collect();
        assert_eq!(all.len(), PAUSES.len());
        assert!(all.windows(2).all(|two| two[0] < two[1]));
        assert_eq!((pause_after(0), pause_after(-1)), (None, None));
        assert_eq!(pause_after(1), Some(TimeDelta::minutes(1)));
    }
}

//! What the arms came to.

use super::model::{ArmResult, ExperimentArm, ExperimentResult, RateInterval};
use chrono::{DateTime, Utc};
use guanxi_kernel::ratio::Ratio;
use guanxi_mining::{Proportion, fixed};

/// How likely a difference may be by chance to count as one.
const LEVEL: f64 = 0.05;

/// The result of arms with so many assigned and so many who have done it.
pub(super) fn of(
    metric: &str,
    arms: &[ExperimentArm],
    counts: &[Proportion],
    as_of: DateTime<Utc>,
) -> ExperimentResult {
    let control = arms.iter().position(|arm| arm.control).unwrap_or(0);
    let comparisons = arms.len().saturating_sub(1).max(1);
    let level = LEVEL / comparisons as f64;
    let differs = |one: Proportion, other: Proportion| {
        let p = one.against(other).and_then(|found| found.p_value);
        p.is_some_and(|p| p < level)
    };
    let result = |at: usize| {
        let count = counts[at];
        let against = (at != control).then(|| count.against(counts[control])).flatten();
        ArmResult {
            arm: arms[at].name.to_string(),
            control: at == control,
            rate: Ratio::new(count.answers, count.asked),
            interval: count.interval().map(RateInterval::from),
            difference: against.map(|found| fixed(found.difference)),
            difference_interval: against.map(|found| found.interval.into()),
            uplift: against.and_then(|found| found.relative).map(fixed),
            p_value: against.and_then(|found| found.p_value).map(|p| format!("{p:.5e}")),
            significant: at != control && differs(count, counts[control]),
        }
    };
    let best = (0..arms.len()).max_by(|one, other| {
        let rate = |at: usize| counts[at].rate().unwrap_or(0.0);
        rate(*one).total_cmp(&rate(*other))
    });
    let wins =
        |at: usize| (0..arms.len()).all(|other| other == at || differs(counts[at], counts[other]));
    let winner = best.filter(|at| wins(*at)).map(|at| arms[at].name.to_string());
    ExperimentResult {
        metric: metric.to_owned(),
        arms: (0..arms.len()).map(result).collect(),
        level: fixed(level),
        winner,
        as_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Line;

    fn arms(names: &[&str]) -> Vec<ExperimentArm> {
        let arm = |(at, name): (usize, &&str)| ExperimentArm {
            name: Line::new(name).unwrap(),
            share: "0.5".parse().unwrap(),
            control: at == 0,
        };
        names.iter().enumerate().map(arm).collect()
    }

    fn counts(of: &[(u64, u64)]) -> Vec<Proportion> {
        of.iter().map(|(answers, asked)| Proportion { answers: *answers, asked: *asked }).collect()
    }

    #[test]
    fn x_78_somebody_wins_only_if_it_is_no_chance() {
        let at = DateTime::UNIX_EPOCH;
        let two = arms(&["none", "mail"]);
        let clear = of("visit", &two, &counts(&[(100, 1_000), (140, 1_000)]), at);
        assert_eq!(clear.winner.as_deref(), Some("mail"));
        assert_eq!(clear.arms[1].uplift.as_deref(), Some("0.400000"));
        assert!(clear.arms[1].significant && !clear.arms[0].significant);
        let open = of("visit", &two, &counts(&[(100, 1_000), (115, 1_000)]), at);
        assert_eq!((open.winner, open.arms[1].significant), (None, false));
        // Better than the control, but not than the third.
        let three = arms(&["none", "mail", "call"]);
        let tie = of("visit", &three, &counts(&[(100, 1_000), (160, 1_000), (170, 1_000)]), at);
        assert_eq!((tie.winner, tie.arms[2].significant), (None, true));
        assert_eq!(of("visit", &two, &counts(&[(0, 0), (0, 0)]), at).winner, None);
    }
}

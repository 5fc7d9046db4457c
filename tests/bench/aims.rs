//! What was aimed at: each figure beside what it is held against, the ratio of the two, and the aim.

use serde::Serialize;
use std::fmt::{self, Display, Formatter};

/// A figure and its aim.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Aim {
    pub(crate) name: String,
    ours: f64,
    /// What it is held against.
    against: &'static str,
    ceiling: f64,
    /// Ours as a part of the ceiling.
    ratio: f64,
    aim: f64,
    /// Whether the ratio is to be at least the aim, rather than at most.
    at_least: bool,
}

impl Aim {
    /// `ours` is to reach so much of a ceiling: the more, the better.
    pub(crate) fn reach(
        aim: f64,
        name: impl Into<String>,
        ours: f64,
        (against, ceiling): (&'static str, f64),
    ) -> Self {
        Self {
            name: name.into(),
            ours,
            against,
            ceiling,
            ratio: ours / ceiling.max(f64::MIN_POSITIVE),
            aim,
            at_least: true,
        }
    }

    /// `ours` is to be no more than so many times something: the less, the better.
    pub(crate) fn stay(
        aim: f64,
        name: impl Into<String>,
        ours: f64,
        against: (&'static str, f64),
    ) -> Self {
        Self { at_least: false, ..Self::reach(aim, name, ours, against) }
    }

    /// Megabytes that are to be no more than so many, of mebibytes.
    pub(crate) fn memory(
        name: impl Into<String>,
        mib: u64,
        (most, mb): (&'static str, f64),
    ) -> Self {
        let ours = 1.048_576 * f64::from(u32::try_from(mib).unwrap_or(u32::MAX));
        Self::stay(1.0, name, ours, (most, mb))
    }

    /// The same aim for another figure.
    pub(crate) fn again(&self, name: impl Into<String>, ours: f64) -> Self {
        let Self { against, ceiling, aim, at_least, .. } = *self;
        Self { at_least, ..Self::reach(aim, name, ours, (against, ceiling)) }
    }

    /// Whether it was not reached.
    pub(crate) fn is_missed(&self) -> bool {
        if self.at_least { self.ratio < self.aim } else { self.ratio > self.aim }
    }
}

impl Display for Aim {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, ours, against, ceiling, ratio, aim, at_least } = self;
        let sign = if *at_least { "≥" } else { "≤" };
        let said = if self.is_missed() { "MISSED" } else { "" };
        write!(
            f,
            "  {name:<38}{ours:>12.1}{ceiling:>12.1}{ratio:>9.2}  {sign} {aim:<5.2} {said:<7}{against}"
        )
    }
}

/// The table of all aims.
pub(crate) fn table(f: &mut Formatter<'_>, aims: &[Aim]) -> fmt::Result {
    let [name, ours, against, ratio, aim] = ["Aims", "ours", "ceiling", "ratio", "aim"];
    writeln!(f, "  {name:<38}{ours:>12}{against:>12}{ratio:>9}  {aim:<15}the ceiling")?;
    for aim in aims {
        writeln!(f, "{aim}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_aim_is_reached_from_its_own_side() {
        assert!(!Aim::reach(0.3, "a", 30.0, ("b", 100.0)).is_missed());
        assert!(Aim::reach(0.3, "a", 29.0, ("b", 100.0)).is_missed());
        assert!(!Aim::stay(2.0, "a", 200.0, ("b", 100.0)).is_missed());
        assert!(Aim::stay(2.0, "a", 201.0, ("b", 100.0)).is_missed());
    }
}

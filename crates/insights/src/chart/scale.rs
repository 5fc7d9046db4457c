//! Where the marks of an axis are: at round numbers, few enough that their texts fit.

use super::text::grouped;

/// An axis from its least to its most value.
pub(super) struct Scale {
    pub(super) least: f64,
    pub(super) most: f64,
    step: f64,
}

impl Scale {
    /// Over these values and zero, with about so many steps.
    pub(super) fn over(values: impl Iterator<Item = f64>, steps: f64) -> Self {
        let (least, most) = values
            .fold((0.0, 0.0), |(least, most), one| (f64::min(least, one), f64::max(most, one)));
        let range = if most - least > 0.0 { most - least } else { 1.0 };
        let step = round_step(range / steps.max(1.0));
        let most = if most - least > 0.0 { most } else { step };
        Self { least: (least / step).floor() * step, most: (most / step).ceil() * step, step }
    }

    /// How far along the axis a value is, from 0 to 1.
    pub(super) fn at(&self, value: f64) -> f64 {
        (value - self.least) / (self.most - self.least)
    }

    /// The marks and their texts.
    pub(super) fn marks(&self) -> Vec<(f64, String)> {
        let count = ((self.most - self.least) / self.step).round();
        let decimals = if self.step >= 1.0 { 0 } else { -self.step.log10().floor() as usize };
        let mut marks = Vec::new();
        let mut at = 0.0;
        while at <= count {
            let value = self.least + at * self.step;
            marks.push((value, grouped(&format!("{value:.decimals$}"))));
            at += 1.0;
        }
        marks
    }
}

/// The next of 1, 2 and 5 times a power of ten.
fn round_step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    let times = [1.0, 2.0, 5.0, 10.0].into_iter().find(|times| times * power >= least * 0.999_999);
    times.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[f64], steps: f64) -> Vec<String> {
        let scale = Scale::over(values.iter().copied(), steps);
        scale.marks().into_iter().map(|mark| mark.1).collect()
    }

    #[test]
    fn marks_are_round_and_hold_all_values() {
        assert_eq!(
            texts(&[940_000.0], 5.0),
            ["0", "200,000", "400,000", "600,000", "800,000", "1,000,000"]
        );
        assert_eq!(texts(&[0.63], 4.0), ["0.0", "0.2", "0.4", "0.6", "0.8"]);
        assert_eq!(texts(&[-30.0, 50.0], 4.0), ["-40", "-20", "0", "20", "40", "60"]);
        assert_eq!(texts(&[], 4.0), ["0.0", "0.5"]);
    }
}

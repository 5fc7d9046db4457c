//! How mixed the rows of a node are, and by how much a split unmixes them.
//!
//! With a share p of yes among n rows,
//!
//! | criterion | impurity of a node | source |
//! | --- | --- | --- |
//! | entropy | −p log₂ p − (1 − p) log₂ (1 − p), in bits | J. R. Quinlan, "Induction of Decision Trees", Machine Learning 1 (1986) |
//! | Gini | 1 − p² − (1 − p)² | L. Breiman, J. H. Friedman, R. A. Olshen, C. J. Stone, "Classification and Regression Trees" (1984) |
//! | variance | Σ (y − mean)² ÷ n | the same |
//!
//! and a split gains the impurity of the node less that of its children, each weighted by its rows.
//! For the last two that comes to one formula, whose numerator is whole and never cancels: with rows l
//! and r and sums S and T of the children, variance gains (r·S − l·T)² ÷ (n²·l·r), and Gini twice
//! that of y = 0 or 1.
//!
//! Logarithms of the C library differ in their last digits between machines. [`log2`] here adds,
//! multiplies and divides only, which IEEE 754 defines to the last digit, so that a tree is the same
//! everywhere.

use std::f64::consts::{LN_2, SQRT_2};
use std::ops::{AddAssign, Sub};

/// Rows and the sum of their labels: how many say yes, or units of an amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) rows: i64,
    pub(crate) sum: i64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.sum += other.sum;
    }
}

impl Sub for Tally {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { rows: self.rows - other.rows, sum: self.sum - other.sum }
    }
}

/// How splits are compared.
#[derive(Debug)]
pub(crate) enum Measure {
    /// n log₂ n for every number of rows up to all.
    Entropy(Vec<f64>),
    Gini,
    Variance,
}

impl Measure {
    pub(crate) fn entropy(rows: usize) -> Self {
        Self::Entropy((0..=rows).map(times_log2).collect())
    }

    /// What a split gains, times the rows of the node. Never below zero, and the same to the last
    /// digit if the children change places.
    pub(crate) fn gain(&self, left: Tally, right: Tally) -> f64 {
        match self {
            Self::Entropy(table) => {
                let both = Tally { rows: left.rows + right.rows, sum: left.sum + right.sum };
                (bits(table, both) - (bits(table, left) + bits(table, right))).max(0.0)
            }
            Self::Gini => 2.0 * between(left, right),
            Self::Variance => between(left, right),
        }
    }

    /// What is no gain but what rounding leaves, times the rows of the node.
    pub(crate) fn nothing(&self, rows: i64) -> f64 {
        match self {
            Self::Entropy(_) => rows as f64 * 1e-12,
            Self::Gini | Self::Variance => 0.0,
        }
    }
}

/// The entropy of a node in bits, times its rows: n log₂ n − Σ c log₂ c over its classes.
fn bits(table: &[f64], tally: Tally) -> f64 {
    let at = |count: i64| usize::try_from(count).ok().and_then(|count| table.get(count)).copied();
    let of = |count: i64| at(count).unwrap_or_default();
    of(tally.rows) - (of(tally.sum) + of(tally.rows - tally.sum))
}

/// The sum of squares between two children: l·r ÷ n · (difference of their means)².
fn between(left: Tally, right: Tally) -> f64 {
    let (l, r) = (i128::from(left.rows), i128::from(right.rows));
    let apart = (r * i128::from(left.sum) - l * i128::from(right.sum)) as f64;
    let all = (l + r) * l * r;
    if all == 0 { 0.0 } else { apart / all as f64 * apart }
}

/// n log₂ n, and 0 for 0.
fn times_log2(count: usize) -> f64 {
    if count == 0 { 0.0 } else { count as f64 * log2(count as f64) }
}

/// The entropy in bits of a distribution of counts.
pub(crate) fn entropy(counts: impl IntoIterator<Item = u64>) -> f64 {
    let counts: Vec<f64> =
        counts.into_iter().filter(|count| *count > 0).map(|count| count as f64).collect();
    let all: f64 = counts.iter().sum();
    -counts.iter().map(|count| count / all * log2(count / all)).sum::<f64>() + 0.0
}

/// The logarithm to the base 2 of a number above zero, to within a unit or two of the last digit.
///
/// With x = m·2^e, m between √½ and √2, and z = (m − 1) ÷ (m + 1), it is e + 2 ÷ ln 2 · Σ z^(2k+1) ÷
/// (2k + 1); twelve terms are enough.
pub(crate) fn log2(number: f64) -> f64 {
    let (mut mantissa, mut exponent) = (number, 0.0);
    while mantissa > SQRT_2 {
        mantissa /= 2.0;
        exponent += 1.0;
    }
    while mantissa < SQRT_2 / 2.0 {
        mantissa *= 2.0;
        exponent -= 1.0;
    }
    let z = (mantissa - 1.0) / (mantissa + 1.0);
    let series = (0..12).rev().fold(0.0, |sum, k| sum * z * z + 1.0 / f64::from(2 * k + 1));
    exponent + 2.0 / LN_2 * z * series
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(rows: i64, sum: i64) -> Tally {
        Tally { rows, sum }
    }

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() <= 1e-12 * other.abs().max(1.0)
    }

    #[test]
    fn the_worked_gain_of_quinlan() {
        // 14 mornings, 9 of them positive; windy: 6 with 3, else 8 with 6. Gain 0.048 bits.
        let entropy = Measure::entropy(14);
        let gain = entropy.gain(tally(6, 3), tally(8, 6)) / 14.0;
        assert!((gain - 0.048_127).abs() < 1e-6, "{gain}");
        assert!((super::entropy([9, 5]) - 0.940_286).abs() < 1e-6);
        // Gini: 0.459184 − (6 · 0.5 + 8 · 0.375) ÷ 14.
        let gini = Measure::Gini.gain(tally(6, 3), tally(8, 6)) / 14.0;
        assert!(close(gini, 90.0 / 196.0 - 6.0 / 14.0), "{gini}");
    }

    #[test]
    fn variance_between_is_what_the_means_explain() {
        // 1, 3 and 7, 9: all vary by 10 around 5, the halves by 1 around 2 and 8.
        assert!(close(Measure::Variance.gain(tally(2, 4), tally(2, 16)) / 4.0, 9.0));
        assert!(Measure::Variance.gain(tally(3, 6), tally(1, 2)) == 0.0);
        assert!(Measure::Variance.gain(tally(0, 0), tally(1, 2)) == 0.0);
    }

    #[test]
    fn logarithms_of_powers_of_two_are_whole() {
        for power in 0..50 {
            assert!(log2((1_u64 << power) as f64) == f64::from(power));
        }
        assert!(log2(0.125) == -3.0);
    }

    proptest! {
        #[test]
        fn logarithms_are_those_of_the_library(number in 1e-6_f64..1e9) {
            prop_assert!((log2(number) - number.log2()).abs() <= 1e-14 * number.log2().abs().max(1.0));
        }

        #[test]
        fn no_split_loses_and_sides_do_not_matter(
            l in 1_i64..500, r in 1_i64..500, yes in 0.0_f64..=1.0, no in 0.0_f64..=1.0
        ) {
            let part = |rows: i64, share: f64| tally(rows, (rows as f64 * share) as i64);
            let (left, right) = (part(l, yes), part(r, no));
            for measure in [Measure::entropy(1_000), Measure::Gini, Measure::Variance] {
                let gain = measure.gain(left, right);
                prop_assert!(gain >= 0.0);
                prop_assert_eq!(gain.to_bits(), measure.gain(right, left).to_bits());
            }
        }
    }
}

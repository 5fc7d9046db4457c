//! Rates of answers: intervals, differences between two groups, and how likely chance alone is.
//!
//! Figures are rounded to twelve decimals or, of tiny probabilities, to twelve significant digits. They
//! come from square roots, additions, multiplications and divisions, and from one series and one
//! continued fraction whose terms are such, so they are the same on every machine.

use rust_decimal::Decimal;

/// The quantile of the normal distribution that leaves 2.5 % above it.
pub const Z_95: f64 = 1.959_963_984_540_054;

/// So many answers of so many asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    /// Those who answered.
    pub answers: u64,
    /// Those who were asked.
    pub asked: u64,
}

/// A range that holds the true value in 95 of 100 such samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Its lower end.
    pub from: f64,
    /// Its upper end.
    pub to: f64,
}

/// A figure with six decimals, half-even.
pub fn fixed(figure: f64) -> String {
    let decimal = Decimal::from_f64_retain(figure).unwrap_or_default();
    let rounded = decimal.round_dp(6);
    let rounded = if rounded.is_zero() { Decimal::ZERO } else { rounded };
    format!("{rounded:.6}")
}

/// One group against another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The rate of the one less that of the other.
    pub difference: f64,
    /// The same by the rate of the other; `None` if that is 0.
    pub relative: Option<f64>,
    /// The interval of the difference: Wald, with the variances of both.
    pub interval: Interval,
    /// The statistic of the test that both rates are the same, with the pooled variance; `None` if
    /// nobody or everybody answered in both.
    pub z: Option<f64>,
    /// How likely a difference as great as this one or greater is by chance, in either direction.
    pub p_value: Option<f64>,
}

impl Proportion {
    /// The rate; `None` of nobody.
    pub fn rate(self) -> Option<f64> {
        (self.asked > 0).then(|| self.answers as f64 / self.asked as f64)
    }

    /// The interval of the rate by E. B. Wilson ("Probable Inference, the Law of Succession, and
    /// Statistical Inference", JASA 22, 1927): it stays between 0 and 1, and tells something of few.
    pub fn interval(self) -> Option<Interval> {
        let (rate, n) = (self.rate()?, self.asked as f64);
        let square = Z_95 * Z_95;
        let middle = rate + square / (2.0 * n);
        let half = Z_95 * (rate * (1.0 - rate) / n + square / (4.0 * n * n)).sqrt();
        let whole = 1.0 + square / n;
        let end = |sign: f64| ((middle + sign * half) / whole).clamp(0.0, 1.0);
        Some(Interval { from: end(-1.0), to: end(1.0) })
    }

    /// What it makes more or less than another: two-proportion z-test, pooled, two-sided, without
    /// correction for continuity.
    pub fn against(self, other: Self) -> Option<Difference> {
        let (one, two) = (self.rate()?, other.rate()?);
        let (n, m) = (self.asked as f64, other.asked as f64);
        let difference = one - two;
        let spread = (one * (1.0 - one) / n + two * (1.0 - two) / m).sqrt();
        let pooled = (self.answers + other.answers) as f64 / (n + m);
        let by_chance = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
        let z = (by_chance > 0.0).then(|| difference / by_chance);
        Some(Difference {
            difference,
            relative: (two > 0.0).then(|| one / two - 1.0),
            interval: Interval { from: difference - Z_95 * spread, to: difference + Z_95 * spread },
            z,
            p_value: z.map(two_sided),
        })
    }
}

/// How likely a normal figure is at least so far from 0, in either direction: erfc(|z| ÷ √2).
///
/// Near 0 by the series of the error function, beyond by the continued fraction of its complement
/// (Abramowitz and Stegun, 7.1.6 and 7.1.14), which loses no digits where the probability is tiny.
pub fn two_sided(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    if x < 2.5 { 1.0 - series(x) } else { fraction(x) }
}

/// 2 ÷ √π.
const TWO_BY_ROOT_OF_PI: f64 = std::f64::consts::FRAC_2_SQRT_PI;

fn series(x: f64) -> f64 {
    let (mut term, mut sum, mut n) = (x, x, 0.0);
    while term > sum * 1e-17 {
        n += 1.0;
        term *= 2.0 * x * x / (2.0 * n + 1.0);
        sum += term;
    }
    TWO_BY_ROOT_OF_PI * exp(-x * x) * sum
}

fn fraction(x: f64) -> f64 {
    let mut below = x;
    for k in (1..=200).rev() {
        below = x + f64::from(k) / 2.0 / below;
    }
    TWO_BY_ROOT_OF_PI / 2.0 * exp(-x * x) / below
}

/// e^x of what is not above 0, by squaring: e^x = (e^(x ÷ 2ⁿ))^(2ⁿ).
fn exp(x: f64) -> f64 {
    const HALVINGS: i32 = 12;
    // Below that it is less than the least number above 0.
    if x < -745.0 {
        return 0.0;
    }
    let small = x / f64::from(1 << HALVINGS);
    let (mut term, mut sum) = (1.0, 0.0);
    for n in 1..=12 {
        term *= small / f64::from(n);
        sum += term;
    }
    let mut power = sum + 1.0;
    for _ in 0..HALVINGS {
        power *= power;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three arms of a public test: customers, visits, conversions.
    const MENS: (u64, u64, u64) = (21_307, 3_894, 267);
    const WOMENS: (u64, u64, u64) = (21_387, 3_238, 189);
    const NONE: (u64, u64, u64) = (21_306, 2_262, 122);

    fn visits(arm: (u64, u64, u64)) -> Proportion {
        Proportion { answers: arm.1, asked: arm.0 }
    }

    fn conversions(arm: (u64, u64, u64)) -> Proportion {
        Proportion { answers: arm.2, asked: arm.0 }
    }

    fn near(ours: f64, known: f64) {
        assert!((ours - known).abs() <= 1e-9 * known.abs(), "{ours} {known}");
    }

    #[test]
    fn x_12_rates_come_with_their_intervals() {
        for (of, rate, from, to) in [
            (visits(MENS), 0.182756840475, 0.177624990822, 0.188003061636),
            (visits(WOMENS), 0.15140038341, 0.1466591751, 0.156266797742),
            (visits(NONE), 0.106167276823, 0.10210165383, 0.110374889816),
            (conversions(MENS), 0.012531093068, 0.0111228850103, 0.0141150418853),
            (conversions(WOMENS), 0.00883714405948, 0.00766806336936, 0.0101826350034),
            (conversions(NONE), 0.00572608654839, 0.00479820584596, 0.00683216969201),
        ] {
            let interval = of.interval().unwrap();
            near(of.rate().unwrap(), rate);
            near(interval.from, from);
            near(interval.to, to);
        }
    }

    #[test]
    fn x_78_differences_are_those_of_others() {
        for (one, two, difference, relative, from, to, z, p) in [
            (
                visits(MENS),
                visits(NONE),
                0.0765895636515,
                0.721404616781,
                0.0699535012181,
                0.083225626085,
                22.4860408272,
                5.6851654828e-112,
            ),
            (
                conversions(MENS),
                conversions(NONE),
                0.00680500651962,
                1.18842187629,
                0.00500017138045,
                0.00860984165878,
                7.38511441093,
                1.5232235006e-13,
            ),
            (
                visits(WOMENS),
                visits(NONE),
                0.0452331065871,
                0.426055070267,
                0.0388938258126,
                0.0515723873615,
                13.9491806553,
                3.18240315933e-44,
            ),
            (
                conversions(WOMENS),
                conversions(NONE),
                0.00311105751109,
                0.543313043698,
                0.0014986778214,
                0.00472343720077,
                3.77956095836,
                0.000157105129107,
            ),
            (
                conversions(MENS),
                conversions(WOMENS),
                0.00369394900853,
                0.418002579076,
                0.00174351273747,
                0.00564438527959,
                3.71258420276,
                0.000205153774657,
            ),
        ] {
            let found = one.against(two).unwrap();
            near(found.difference, difference);
            near(found.relative.unwrap(), relative);
            near(found.interval.from, from);
            near(found.interval.to, to);
            near(found.z.unwrap(), z);
            near(found.p_value.unwrap(), p);
        }
    }

    #[test]
    fn x_61_uplift_is_relative_to_those_without() {
        let with = Proportion { answers: 140, asked: 1_000 };
        let without = Proportion { answers: 100, asked: 1_000 };
        near(with.against(without).unwrap().relative.unwrap(), 0.4);
    }

    #[test]
    fn nothing_is_said_of_nobody() {
        let nobody = Proportion { answers: 0, asked: 0 };
        assert!(nobody.rate().is_none() && nobody.interval().is_none());
        assert!(nobody.against(visits(MENS)).is_none());
        let none = Proportion { answers: 0, asked: 10 };
        let found = none.against(none).unwrap();
        assert_eq!((found.z, found.p_value, found.relative), (None, None, None));
        near(two_sided(0.0), 1.0);
        near(two_sided(Z_95), 0.05);
        near(two_sided(-Z_95), 0.05);
        assert_eq!(two_sided(60.0), 0.0);
        assert_eq!(
            (fixed(-0.000_000_1), fixed(0.123_456_7)),
            ("0.000000".into(), "0.123457".into())
        );
    }
}

//! Purchases and costs of a long time, of which the old ones count less: each half as much for every
//! half-life that has passed.

use chrono::{Datelike as _, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Decimals of a weight. So many keep the worth of a customer exact to the smallest coin, and where the age
/// is a multiple of the half-life the weight itself is.
const PLACES: u32 = 18;

/// Weights by age in months: 0.5 to the power of age over half-life.
///
/// Worked out by additions, multiplications and divisions of decimals alone, so that every machine has the
/// same.
#[derive(Debug, Clone)]
pub struct HalfLife {
    months: u32,
    /// What one month more makes of a weight.
    step: Decimal,
    known: BTreeMap<u32, Decimal>,
}

/// How many months a day lies before the month of another; zero if it does not.
pub fn months_between(earlier: NaiveDate, later: NaiveDate) -> u32 {
    let month = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    u32::try_from(month(later) - month(earlier)).unwrap_or(0)
}

impl HalfLife {
    /// Of so many months, at least one.
    pub fn of_months(months: u32) -> Self {
        let months = months.max(1);
        Self { months, step: root_of_half(months), known: BTreeMap::new() }
    }

    /// What something of that age counts, from 1 for now towards 0.
    pub fn weight(&mut self, age: u32) -> Decimal {
        if let Some(known) = self.known.get(&age) {
            return *known;
        }
        let (halves, rest) = (age / self.months, age % self.months);
        let half = Decimal::new(5, 1);
        let halved = (0..halves.min(90)).fold(Decimal::ONE, |weight, _| weight * half);
        let weight = (0..rest).fold(halved, |weight, _| weight * self.step);
        let weight = if rest == 0 { weight } else { weight.round_dp(PLACES) };
        self.known.insert(age, weight);
        weight
    }
}

/// The root of so many degrees of a half, by Newton's iteration.
fn root_of_half(degree: u32) -> Decimal {
    let half = Decimal::new(5, 1);
    let (all, others) = (Decimal::from(degree), Decimal::from(degree - 1));
    let mut root = Decimal::ONE;
    // It draws near from above, and the right digits double each time.
    for _ in 0..200 {
        let power = (1..degree).fold(Decimal::ONE, |power, _| power * root);
        let next = (others * root + half / power) / all;
        if next >= root {
            break;
        }
        root = next;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_34_a_purchase_of_two_half_lives_ago_counts_a_quarter() {
        let mut half_life = HalfLife::of_months(12);
        let mut amount = |age, amount: i64| half_life.weight(age) * Decimal::from(amount);
        let worth: Decimal =
            [(24, 100_000), (0, 10_000)].map(|(age, sum)| amount(age, sum)).iter().sum();
        assert_eq!(worth.normalize().to_string(), "35000");
    }

    #[test]
    fn weights_fall_and_halve() {
        for months in [1, 6, 7, 12, 36, 120] {
            let mut half_life = HalfLife::of_months(months);
            let weights: Vec<Decimal> = (0..3 * months).map(|age| half_life.weight(age)).collect();
            assert!(weights.windows(2).all(|two| two[0] > two[1]), "{months}");
            let off = (weights[1.min(weights.len() - 1)], half_life.step);
            assert!((off.0 - off.1).abs() < Decimal::new(1, 15) || months == 1, "{months}");
            let half = half_life.weight(months);
            assert_eq!(half, Decimal::new(5, 1), "{months}");
        }
        // 0.5^(1/12) to the digits that tables give.
        let root = HalfLife::of_months(12).weight(1);
        assert_eq!(root.round_dp(12).to_string(), "0.943874312682");
    }

    #[test]
    fn ages_are_months_of_the_calendar() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(months_between(day("2024-03-31"), day("2026-03-01")), 24);
        assert_eq!(months_between(day("2026-03-31"), day("2026-03-01")), 0);
        assert_eq!(months_between(day("2026-04-01"), day("2026-03-01")), 0);
    }
}

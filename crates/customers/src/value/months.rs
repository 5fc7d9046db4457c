//! Purchases by month: how steady they are, and whether a great customer has left off.
//!
//! All work on what each month of the calendar came to, without a gap and the current one last, in steps
//! of a ten-thousandth of the major unit of one currency.

use rust_decimal::{Decimal, MathematicalOps as _, RoundingStrategy};

guanxi_kernel::words! {
    /// How much the purchases of a customer differ from month to month.
    pub enum Steadiness {
        /// Hardly.
        Stable = "stable" ("Stable", "稳定"),
        /// Somewhat.
        Variable = "variable" ("Variable", "波动"),
        /// Greatly, or so seldom that most months have none.
        Volatile = "volatile" ("Volatile", "剧烈波动"),
    }
}

/// The coefficient of variation: the standard deviation of the months over their mean, rounded half-even to
/// four decimals; nothing where the mean is not above zero.
pub fn volatility(months: &[i128]) -> Option<Decimal> {
    let count = Decimal::from(months.len());
    let number = |steps: i128| Decimal::try_from_i128_with_scale(steps, 4).ok();
    let figures: Vec<Decimal> = months.iter().map(|one| number(*one)).collect::<Option<_>>()?;
    let mean = figures.iter().sum::<Decimal>().checked_div(count)?;
    if mean <= Decimal::ZERO {
        return None;
    }
    // Over the mean first, so that squares of great amounts fit.
    let off = figures.iter().map(|one| one.checked_div(mean).map(|share| share - Decimal::ONE));
    let squares = off.map(|off| off.and_then(|off| off.checked_mul(off)));
    let sum = squares.sum::<Option<Decimal>>()?;
    let root = sum.checked_div(count)?.sqrt()?;
    Some(root.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven))
}

/// The class of a coefficient of variation, by the limits up to which it is stable, and then variable.
pub fn steadiness(volatility: Decimal, limits: (Decimal, Decimal)) -> Steadiness {
    match volatility {
        steady if steady <= limits.0 => Steadiness::Stable,
        some if some <= limits.1 => Steadiness::Variable,
        _ => Steadiness::Volatile,
    }
}

/// Months that are looked at together.
const YEAR: usize = 12;

/// A customer that bought a great deal once, and only bits now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Former {
    /// What the best twelve months came to.
    pub best: i128,
    /// The place of the first of them among the months; of equal ones the latest.
    pub from: usize,
    /// What the last twelve came to.
    pub last: i128,
}

/// Whether the best twelve months in a row reach `key`, and the last twelve are a fifth of them at most.
pub fn former_key_account(months: &[i128], key: i128) -> Option<Former> {
    let sum = |from: usize| months[from..].iter().take(YEAR).sum::<i128>();
    let starts = 0..months.len().saturating_sub(YEAR - 1).max(1);
    let (from, best) = starts.map(|from| (from, sum(from))).max_by_key(|(_, best)| *best)?;
    let last = sum(months.len().saturating_sub(YEAR));
    (best > 0 && best >= key && last * 5 <= best).then_some(Former { best, from, last })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_32_the_same_each_month_does_not_vary() {
        let of = |months: &[i128]| volatility(months).map(|cv| format!("{cv:.4}"));
        assert_eq!(of(&[1_000_000; 3]).as_deref(), Some("0.0000"));
        // Mean 2, deviation 1.
        assert_eq!(of(&[10_000, 30_000]).as_deref(), Some("0.5000"));
        assert_eq!(of(&[0, 0, 30_000]).as_deref(), Some("1.4142"));
        assert_eq!((of(&[]), of(&[0, 0]), of(&[-10_000, 0])), (None, None, None));
        assert!(of(&[9_000_000_000_000_000, 1]).is_some());
        let limits = (Decimal::new(5, 1), Decimal::ONE);
        let class = |cv| steadiness(Decimal::new(cv, 2), limits);
        assert_eq!(
            [class(50), class(51), class(100), class(101)].map(|one| one.to_string()),
            ["stable", "variable", "variable", "volatile"]
        );
    }

    #[test]
    fn k_33_a_former_key_account_buys_a_fifth_at_most() {
        let mut months = vec![0; 6];
        months.extend([100; 12]);
        months.extend([20; 12]);
        let former = Former { best: 1_200, from: 6, last: 240 };
        assert_eq!(former_key_account(&months, 1_200), Some(former));
        assert_eq!(former_key_account(&months, 1_201), None);
        if let Some(last) = months.last_mut() {
            *last += 1;
        }
        assert_eq!(former_key_account(&months, 1_200), None);
        // Of less than a year the best is also the last.
        assert_eq!((former_key_account(&[500; 3], 100), former_key_account(&[], 0)), (None, None));
    }
}

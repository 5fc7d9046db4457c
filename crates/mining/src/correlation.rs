//! Whether two figures go together (K. Pearson, "Note on Regression and Inheritance in the Case of Two Parents",
//! 1895).

use rust_decimal::{Decimal, MathematicalOps as _, RoundingStrategy};

/// The correlation of pairs of whole numbers, from −1 to 1, rounded half-even to four decimals:
/// (n Σxy − Σx Σy) ÷ √(n Σx² − (Σx)²) ÷ √(n Σy² − (Σy)²). Nothing where one of the two is always the same, so
/// for less than two pairs.
pub fn correlation(pairs: &[(i64, i64)]) -> Option<Decimal> {
    let count = i128::try_from(pairs.len()).ok()?;
    let sum = |of: fn(i128, i128) -> i128| -> i128 {
        pairs.iter().map(|(x, y)| of(i128::from(*x), i128::from(*y))).sum()
    };
    let (x, y) = (sum(|x, _| x), sum(|_, y| y));
    let together = count * sum(|x, y| x * y) - x * y;
    let spread = [count * sum(|x, _| x * x) - x * x, count * sum(|_, y| y * y) - y * y];
    let number = |whole: i128| Decimal::try_from_i128_with_scale(whole, 0).ok();
    let mut quotient = number(together)?;
    for of in spread {
        quotient = quotient.checked_div(number(of)?.sqrt()?)?;
    }
    let rounded = quotient.round_dp_with_strategy(4, RoundingStrategy::MidpointNearestEven);
    // A decimal zero keeps its sign.
    Some(if rounded.is_zero() { Decimal::ZERO } else { rounded })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(i64, i64)]) -> Option<String> {
        correlation(pairs).map(|found| format!("{found:.4}"))
    }

    #[test]
    fn d_68_what_rises_together_is_correlated() {
        assert_eq!(of(&[(1, 10), (2, 20), (3, 30)]).as_deref(), Some("1.0000"));
        assert_eq!(of(&[(1, 30), (2, 20), (3, 10)]).as_deref(), Some("-1.0000"));
        assert_eq!(of(&[(1, 10), (2, 20), (3, 10)]).as_deref(), Some("0.0000"));
        // Sums 15 and 20, of squares 55 and 86, of products 66.
        let pairs = [(1, 2), (2, 4), (3, 5), (4, 4), (5, 5)];
        assert_eq!(of(&pairs).as_deref(), Some("0.7746"));
    }

    #[test]
    fn d_68_what_never_differs_tells_nothing() {
        assert_eq!((of(&[]), of(&[(1, 5)]), of(&[(1, 5), (2, 5)])), (None, None, None));
    }
}

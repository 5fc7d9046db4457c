//! Hours that something has taken: of sorted seconds, half-even to two decimals.

use rust_decimal::{Decimal, RoundingStrategy};

fn hours(seconds: Decimal) -> String {
    let hours = seconds / Decimal::from(3_600);
    format!("{:.2}", hours.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven))
}

/// The one in the middle; of an even number what lies between the two.
pub(super) fn median_hours(sorted: &[i64]) -> Option<String> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let lower = *sorted.get((sorted.len() - 1) / 2)?;
    Some(hours(Decimal::from(lower + upper) / Decimal::TWO))
}

/// The least within which nine of ten lie.
pub(super) fn p90_hours(sorted: &[i64]) -> Option<String> {
    let rank = (sorted.len() * 9).div_ceil(10);
    sorted.get(rank.checked_sub(1)?).map(|seconds| hours(Decimal::from(*seconds)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_46_the_median_and_the_90th_percentile_of_hours() {
        let hours: Vec<i64> = (1..=10).map(|hour| hour * 3_600).collect();
        assert_eq!(median_hours(&hours).as_deref(), Some("5.50"));
        assert_eq!(p90_hours(&hours).as_deref(), Some("9.00"));
        assert_eq!(p90_hours(&hours[..1]).as_deref(), Some("1.00"));
        assert_eq!(p90_hours(&[3_600, 7_200, 5_400 * 2]).as_deref(), Some("3.00"));
        assert_eq!((median_hours(&[]), p90_hours(&[])), (None, None));
        assert_eq!(median_hours(&[30]).as_deref(), Some("0.01"));
    }
}

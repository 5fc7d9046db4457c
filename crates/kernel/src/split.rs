//! Exact shares of a whole total: the parts always sum to the total, to the last unit.
//!
//! The rule is that of the largest remainder (Hamilton's method): each part is its exact share
//! rounded down, and the units left over go to the parts that lost most by it. What the total and
//! the weights mean is the caller's affair.

use crate::money::Money;
use rust_decimal::Decimal;
use std::{cmp::Reverse, ops::RangeInclusive};

/// Why a total cannot be split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// No weights, or none above zero.
    #[error("there is nothing to split by: no weight is above zero")]
    NoBasis,
    /// A weight below zero.
    #[error("a weight is not negative")]
    NegativeWeight,
    /// Weights whose sizes lie too far apart to be added exactly, or parts beyond 64 bits.
    #[error("the figures are out of range")]
    OutOfRange,
    /// Not one pair of limits per weight, or a floor above its cap.
    #[error("each part needs one floor and one cap, the floor not above the cap")]
    InvalidBounds,
    /// The floors exceed the total, or the caps do not reach it.
    #[error("no split of the total keeps the floors and the caps")]
    Infeasible,
}

/// Splits `total` in proportion to `weights`: `total` × weight ÷ sum of weights, whole and exact.
///
/// Of equal remainders the earlier gets the unit. A weight of zero gets zero, a larger weight never
/// less than a smaller one; a negative total is split as its opposite. (As with every such rule, a
/// part may shrink by a unit when the total grows.)
///
/// Refused as `NoBasis`, `NegativeWeight` or `OutOfRange`.
pub fn allocate<W: Copy + Into<Decimal>>(
    total: i64,
    weights: &[W],
) -> Result<Vec<i64>, SplitError> {
    largest_remainder(total, &whole(weights)?.0)
}

/// As [`allocate`], with each part kept within its floor and cap; the others share what that frees
/// or takes, still in proportion.
///
/// A weight of zero gets what is nearest to zero within its bounds.
///
/// Refused as by [`allocate`], and as `InvalidBounds` or `Infeasible`.
pub fn allocate_within<W: Copy + Into<Decimal>>(
    total: i64,
    weights: &[W],
    bounds: &[RangeInclusive<i64>],
) -> Result<Vec<i64>, SplitError> {
    let weights = whole(weights)?.0;
    if bounds.len() != weights.len() || bounds.iter().any(RangeInclusive::is_empty) {
        return Err(SplitError::InvalidBounds);
    }
    let mut parts: Vec<i64> = bounds.iter().map(|bound| clamp(0, bound)).collect();
    let (mut open, idle): (Vec<usize>, Vec<usize>) =
        (0..weights.len()).partition(|&at| weights[at] > 0);
    let mut rest = i128::from(total) - sum(idle.iter().map(|&at| parts[at]));
    let least = sum(open.iter().map(|&at| *bounds[at].start()));
    let most = sum(open.iter().map(|&at| *bounds[at].end()));
    if !(least..=most).contains(&rest) {
        return Err(SplitError::Infeasible);
    }
    while !open.is_empty() {
        rest -= settle(rest, &mut open, &weights, bounds, &mut parts)?;
    }
    Ok(parts)
}

/// One round: shares `rest` among the open parts, cuts every share to its bounds and settles some
/// of them for good, at least one; returns what these take.
///
/// If the cut shares come to too much, those raised to their floor are settled, for shares can only
/// fall from here; if to too little, those cut to their cap; otherwise all.
fn settle(
    rest: i128,
    open: &mut Vec<usize>,
    weights: &[u128],
    bounds: &[RangeInclusive<i64>],
    parts: &mut [i64],
) -> Result<i128, SplitError> {
    let total = i64::try_from(rest).map_err(|_| SplitError::OutOfRange)?;
    let open_weights: Vec<u128> = open.iter().map(|&at| weights[at]).collect();
    let shares = largest_remainder(total, &open_weights)?;
    for (&at, &share) in open.iter().zip(&shares) {
        parts[at] = clamp(share, &bounds[at]);
    }
    let excess = sum(open.iter().map(|&at| parts[at])).cmp(&rest);
    let (settled, left): (Vec<_>, Vec<_>) = open
        .iter()
        .zip(shares)
        .partition(|&(&at, share)| excess.is_eq() || parts[at].cmp(&share) == excess);
    let taken = sum(settled.into_iter().map(|(&at, _)| parts[at]));
    *open = left.into_iter().map(|(&at, _)| at).collect();
    Ok(taken)
}

fn clamp(part: i64, bound: &RangeInclusive<i64>) -> i64 {
    part.clamp(*bound.start(), *bound.end())
}

/// Whether percentages make exactly 100: at least one, none negative, nothing rounded.
pub fn percent_split_is_whole(percents: &[Decimal]) -> bool {
    whole(percents).is_ok_and(|(parts, scale)| parts.iter().sum::<u128>() == 10_u128.pow(scale + 2))
}

impl Money {
    /// Splits the amount in proportion to `weights`, exactly, as [`allocate`] does; refused alike.
    pub fn split<W: Copy + Into<Decimal>>(self, weights: &[W]) -> Result<Vec<Self>, SplitError> {
        let parts = allocate(self.minor(), weights)?;
        Ok(parts.into_iter().map(|part| Self::new(part, self.currency())).collect())
    }
}

/// The method on weights from [`whole`] of which at least one is above zero.
fn largest_remainder(total: i64, weights: &[u128]) -> Result<Vec<i64>, SplitError> {
    let parts = proportional(total.unsigned_abs(), weights);
    parts.into_iter().map(|part| signed(part, total < 0)).collect()
}

/// A part with its sign, or `OutOfRange`.
pub(crate) fn signed(part: u64, negative: bool) -> Result<i64, SplitError> {
    let part = if negative { 0_i64.checked_sub_unsigned(part) } else { i64::try_from(part).ok() };
    part.ok_or(SplitError::OutOfRange)
}

/// The method itself, on weights whose sum is below 2¹²⁶; without any weight above zero all parts
/// are zero, whatever the total.
///
/// A part exceeds its exact share by less than one. So if the weights are whole figures that make the
/// total or more, no part exceeds its weight.
pub(crate) fn proportional(total: u64, weights: &[u128]) -> Vec<u64> {
    let sum: u128 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let share = |&weight: &u128| mul_div(total, weight, sum);
    let (mut parts, rests): (Vec<u64>, Vec<u128>) = weights.iter().map(share).unzip();
    let left = parts.iter().fold(total, |left, part| left - part);
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&at| Reverse(rests[at])); // stable: the earlier of two equals stays first
    // Fewer units are left than there are parts with a remainder, so a zero weight never gets one.
    for (at, _) in order.into_iter().zip(0..left) {
        parts[at] += 1;
    }
    parts
}

/// `total` × `weight` ÷ `sum` as quotient and remainder, for `weight` ≤ `sum` < 2¹²⁶.
fn mul_div(total: u64, weight: u128, sum: u128) -> (u64, u128) {
    match u128::from(total).checked_mul(weight) {
        // At most the total, since the weight is at most the sum.
        Some(product) => ((product / sum) as u64, product % sum),
        None => long_mul_div(total, weight, sum),
    }
}

/// The same bit by bit, since the product may need more than 128 bits and nothing may be rounded.
fn long_mul_div(total: u64, weight: u128, sum: u128) -> (u64, u128) {
    (0..u64::BITS).rev().fold((0, 0), |(quotient, rest), bit| {
        let rest = 2 * rest + if total >> bit & 1 == 1 { weight } else { 0 };
        // Below 3, and the quotient never exceeds the bits of the total read so far.
        let carry = rest / sum;
        (2 * quotient + carry as u64, rest % sum)
    })
}

/// The weights as whole numbers of one common scale, which is returned too.
fn whole<W: Copy + Into<Decimal>>(weights: &[W]) -> Result<(Vec<u128>, u32), SplitError> {
    let weights: Vec<Decimal> = weights.iter().map(|&one| one.into().normalize()).collect();
    if weights.iter().any(|one| *one < Decimal::ZERO) {
        return Err(SplitError::NegativeWeight);
    }
    let scale = weights.iter().map(Decimal::scale).max().unwrap_or_default();
    let scaled =
        |one: &Decimal| one.mantissa().unsigned_abs().checked_mul(10_u128.pow(scale - one.scale()));
    let whole: Option<Vec<u128>> = weights.iter().map(scaled).collect();
    let whole = whole.ok_or(SplitError::OutOfRange)?;
    let sum = whole.iter().try_fold(0_u128, |sum, &one| sum.checked_add(one));
    match sum {
        Some(0) => Err(SplitError::NoBasis),
        Some(sum) if sum < 1 << 126 => Ok((whole, scale)),
        _ => Err(SplitError::OutOfRange),
    }
}

fn sum(parts: impl Iterator<Item = i64>) -> i128 {
    parts.map(i128::from).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn decimals(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn s_55_twelve_equal_months_make_the_year() {
        let months = allocate(12_000_001, &[1_u64; 12]).unwrap();
        assert_eq!(months.iter().sum::<i64>(), 12_000_001);
        assert_eq!((months[0], &months[1..]), (1_000_001, &[1_000_000; 11][..]));
        assert_eq!(allocate(12_000_001, &[1_u64; 4]).unwrap().iter().sum::<i64>(), 12_000_001);
        assert_eq!(allocate(12_000_001, &[1_u64; 2]).unwrap(), [6_000_001, 6_000_000]);
    }

    #[test]
    fn s_63_and_s_64_shares_and_sales_are_weights() {
        let parts = allocate(12_000_000, &decimals(&["0.5", "0.3", "0.2"])).unwrap();
        assert_eq!(parts, [6_000_000, 3_600_000, 2_400_000]);
        assert_eq!(allocate(1_000, &[60_u64, 30, 10]).unwrap(), [600, 300, 100]);
        assert_eq!(allocate(1_000, &[0_u64; 3]), Err(SplitError::NoBasis));
        assert_eq!(allocate::<u64>(1_000, &[]), Err(SplitError::NoBasis));
        assert_eq!(allocate(1_000, &[2, -1]), Err(SplitError::NegativeWeight));
        let thirds = Decimal::ONE / Decimal::from(3);
        assert_eq!(allocate(100, &[thirds; 3]).unwrap(), [34, 33, 33]);
        let apart = [Decimal::MAX, Decimal::new(1, 28)];
        assert_eq!(allocate(1, &apart), Err(SplitError::OutOfRange));
    }

    #[test]
    fn s_65_the_others_shrink_pro_rata() {
        assert_eq!(allocate(1_000 - 630, &[300_u64, 100]).unwrap(), [278, 92]);
        let bounds = [630..=630, 0..=1_000, 0..=1_000];
        assert_eq!(allocate_within(1_000, &[600_u64, 300, 100], &bounds).unwrap(), [630, 278, 92]);
    }

    #[test]
    fn ties_go_to_the_earlier_and_minus_mirrors_plus() {
        assert_eq!(allocate(5, &[1_u64, 0, 1]).unwrap(), [3, 0, 2]);
        assert_eq!(allocate(-5, &[1_u64, 0, 1]).unwrap(), [-3, 0, -2]);
        assert_eq!(allocate(i64::MIN, &[0_u64, 1]).unwrap(), [0, i64::MIN]);
        assert_eq!(allocate(i64::MAX, &[u64::MAX, 1]).unwrap(), [i64::MAX, 0]);
        let yuan = |minor| Money::new(minor, Currency::CNY);
        assert_eq!(yuan(100).split(&[1; 3]).unwrap(), [yuan(34), yuan(33), yuan(33)]);
    }

    #[test]
    fn floors_and_caps_hold() {
        let within =
            |total, bounds: &[RangeInclusive<i64>]| allocate_within(total, &[6_u64, 3, 1], bounds);
        let free = 0..=i64::MAX;
        assert_eq!(within(1_000, &[0..=400, free.clone(), free.clone()]).unwrap(), [400, 450, 150]);
        assert_eq!(
            within(1_000, &[free.clone(), free.clone(), 190..=500]).unwrap(),
            [540, 270, 190]
        );
        assert_eq!(within(1_000, &[0..=500, free.clone(), 200..=500]).unwrap(), [500, 300, 200]);
        let tight = [0..=1, 0..=1, 0..=1];
        assert_eq!(within(4, &tight), Err(SplitError::Infeasible));
        assert_eq!(within(-1, &tight), Err(SplitError::Infeasible));
        assert_eq!(within(1, &tight[1..]), Err(SplitError::InvalidBounds));
        let idle = allocate_within(10, &[0_u64, 1], &[3..=9, 0..=9]).unwrap();
        assert_eq!(idle, [3, 7], "without a weight, no more than the floor");
    }

    #[test]
    fn s_10_percents_make_exactly_a_hundred() {
        assert!(percent_split_is_whole(&decimals(&["33.3", "33.3", "33.40"])));
        assert!(percent_split_is_whole(&decimals(&["100", "0"])));
        for wrong in [&["60", "30"][..], &["33.33", "33.33", "33.33"], &["150", "-50"], &[]] {
            assert!(!percent_split_is_whole(&decimals(wrong)), "{wrong:?}");
        }
        let speck = "0.0000000000000000000000000001";
        assert!(!percent_split_is_whole(&decimals(&["100", speck])), "nothing is rounded away");
    }

    proptest! {
        #[test]
        fn parts_sum_to_the_total_and_each_is_within_one_unit(
            total: i64, weights in vec(any::<u64>(), 1..20)
        ) {
            prop_assume!(weights.iter().any(|&one| one > 0));
            let parts = allocate(total, &weights).unwrap();
            prop_assert_eq!(sum(parts.iter().copied()), i128::from(total));
            let all: u128 = weights.iter().map(|&one| u128::from(one)).sum();
            for (part, weight) in parts.iter().zip(&weights) {
                let (down, _) = mul_div(total.unsigned_abs(), u128::from(*weight), all);
                prop_assert!([0, 1].contains(&(part.unsigned_abs() - down)));
            }
        }

        #[test]
        fn the_long_way_comes_to_the_same(total: u64, weight: u64, more: u64) {
            let (weight, sum) = (u128::from(weight), u128::from(weight) + u128::from(more));
            prop_assume!(sum > 0);
            let (quotient, rest) = long_mul_div(total, weight, sum);
            prop_assert_eq!(mul_div(total, weight, sum), (quotient, rest));
            // The same proportion in figures whose product has more than 128 bits.
            let factor = 1_u128 << 60;
            let long = mul_div(total, weight * factor, sum * factor);
            prop_assert_eq!(long, (quotient, rest * factor));
        }

        #[test]
        fn a_larger_weight_never_gets_less(total in 0..i64::MAX, weights in vec(0_u64..50, 2..12)) {
            prop_assume!(weights.iter().any(|&one| one > 0));
            let parts = allocate(total, &weights).unwrap();
            let mut pairs: Vec<_> = weights.iter().zip(&parts).collect();
            pairs.sort();
            prop_assert!(pairs.windows(2).all(|two| two[0].1 <= two[1].1));
        }

        #[test]
        fn without_ties_the_order_does_not_matter(
            total: i64, weights in vec(1_u64..u64::MAX, 1..9)
        ) {
            let all: u128 = weights.iter().map(|&one| u128::from(one)).sum();
            let rest = |&one: &u64| mul_div(total.unsigned_abs(), one.into(), all).1;
            let mut rests: Vec<_> = weights.iter().map(rest).collect();
            rests.sort_unstable();
            rests.dedup();
            prop_assume!(rests.len() == weights.len());
            let turned: Vec<_> = weights.iter().rev().copied().collect();
            let mut parts = allocate(total, &turned).unwrap();
            parts.reverse();
            prop_assert_eq!(parts, allocate(total, &weights).unwrap());
        }

        #[test]
        fn what_is_feasible_is_split_within_bounds(
            rows in vec((0_u64..20, -50_i64..50, 0_i64..100), 1..9), pick: prop::sample::Index
        ) {
            let (mut least, mut most) = (0, 0);
            for &(weight, floor, width) in &rows {
                let idle = 0.clamp(floor, floor + width);
                least += if weight == 0 { idle } else { floor };
                most += if weight == 0 { idle } else { floor + width };
            }
            let total = least + pick.index((most - least + 1) as usize) as i64;
            let weights: Vec<_> = rows.iter().map(|row| row.0).collect();
            prop_assume!(weights.iter().any(|&one| one > 0));
            let bounds: Vec<_> = rows.iter().map(|row| row.1..=row.1 + row.2).collect();
            let parts = allocate_within(total, &weights, &bounds).unwrap();
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            prop_assert!(parts.iter().zip(&bounds).all(|(part, bound)| bound.contains(part)));
            let free = vec![i64::MIN..=i64::MAX; weights.len()];
            let unbound = allocate_within(total, &weights, &free).unwrap();
            prop_assert_eq!(unbound, allocate(total, &weights).unwrap());
        }
    }
}

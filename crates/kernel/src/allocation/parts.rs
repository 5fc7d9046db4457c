//! The parts of one total: by contribution, adjusted, and shared out again in mid-period.

use super::{AllocationError, Result, divide, scaled, sum};
use crate::{
    money::half_even,
    split::{SplitError, allocate},
};
use rust_decimal::Decimal;

/// What to do if nobody has contributed anything.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WithoutBasis {
    /// Refuse it as `NoBasis`.
    #[default]
    Refuse,
    /// Give everybody the same.
    Equal,
}

/// Splits a total by what each has contributed, such as the sales of the month so far.
///
/// A contribution below zero, when more came back than was sold, counts as none. Refused as
/// [`allocate`]; without any contribution as `without` says.
pub fn by_contribution(
    total: i64,
    contributions: &[i64],
    without: WithoutBasis,
) -> Result<Vec<i64>> {
    let weights: Vec<i64> = contributions.iter().map(|&one| one.max(0)).collect();
    match (allocate(total, &weights), without) {
        (Err(SplitError::NoBasis), WithoutBasis::Equal) => {
            Ok(allocate(total, &vec![1; weights.len()])?)
        }
        (parts, _) => Ok(parts?),
    }
}

crate::words! {
    /// Who makes up for an adjustment.
    pub enum Rebalance {
        /// The parts that are not adjusted, in proportion; the total stays.
        Others = "others" ("The other parts", "其余部分按比例调整"),
        /// Nobody; the total changes.
        None = "none" ("Nobody", "不调整其余部分"),
    }
}

/// Parts after an adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// The parts, in their order.
    pub parts: Vec<i64>,
    /// Their sum.
    pub total: i64,
    /// By how much the sum has changed; zero if the others make up for it.
    pub difference: i64,
}

/// Adjusts parts up or down: part × (1 + change), each rounded half-even to a whole unit.
///
/// `changes` are positions with a change each, such as 0.05 for 5 % more. With
/// [`Rebalance::Others`] the parts that are not named share what is left of the total in proportion
/// to what they hold. No part may be negative, before or after.
///
/// Refused as `NegativePart`, as `Shape` for a position that there is not, as `Adjustment` for a
/// change below −1 or a position named twice, as `NoRoom`, or as `OutOfRange`.
pub fn adjust(
    parts: &[i64],
    changes: &[(usize, Decimal)],
    rebalance: Rebalance,
) -> Result<Adjusted> {
    let before = sum(parts)?;
    let mut after = parts.to_vec();
    let mut named = vec![false; parts.len()];
    for &(at, change) in changes {
        let part = *parts.get(at).ok_or(AllocationError::Shape)?;
        if named[at] || change < Decimal::NEGATIVE_ONE {
            return Err(AllocationError::Adjustment);
        }
        named[at] = true;
        let by = change.checked_add(Decimal::ONE).ok_or(SplitError::OutOfRange)?;
        let (up, down) = scaled(part, by)?;
        after[at] = i64::try_from(half_even(up, down)).map_err(|_| SplitError::OutOfRange)?;
    }
    if rebalance == Rebalance::Others {
        make_up(before, &mut after, &named)?;
    }
    let total = sum(&after)?;
    Ok(Adjusted { parts: after, total, difference: total - before })
}

/// Shares out among the parts that are not named what the named ones leave of the total.
fn make_up(total: i64, parts: &mut [i64], named: &[bool]) -> Result<()> {
    let (fixed, others): (Vec<usize>, Vec<usize>) = (0..parts.len()).partition(|&at| named[at]);
    let taken: i128 = fixed.iter().map(|&at| i128::from(parts[at])).sum();
    let rest = i64::try_from(i128::from(total) - taken).ok().filter(|rest| *rest >= 0);
    let rest = rest.ok_or(AllocationError::NoRoom)?;
    let held: Vec<i64> = others.iter().map(|&at| parts[at]).collect();
    let shared = divide(rest, &held).map_err(|_| AllocationError::NoRoom)?;
    for (at, part) in others.into_iter().zip(shared) {
        parts[at] = part;
    }
    Ok(())
}

/// Shares a new total out over the parts that are still open; closed ones stay as they are.
///
/// `weights` holds one for each open part and nothing for a closed one. Refused as `Shape`, as
/// `NegativePart`, as `BelowClosed` if the closed parts hold more than the new total, as
/// `NothingOpen`, and as [`allocate`] refuses the weights.
pub fn reallocate(parts: &[i64], weights: &[Option<Decimal>], total: i64) -> Result<Vec<i64>> {
    if parts.len() != weights.len() {
        return Err(AllocationError::Shape);
    }
    let closed: Vec<i64> = parts
        .iter()
        .zip(weights)
        .filter_map(|(&part, weight)| weight.is_none().then_some(part))
        .collect();
    let closed = sum(&closed)?;
    if total < closed {
        return Err(AllocationError::BelowClosed(closed));
    }
    let rest = total - closed;
    let open: Vec<Decimal> = weights.iter().flatten().copied().collect();
    if open.is_empty() && rest > 0 {
        return Err(AllocationError::NothingOpen);
    }
    let mut shared = divide(rest, &open)?.into_iter();
    let part = |(&part, weight): (&i64, &Option<Decimal>)| match weight {
        Some(_) => shared.next().unwrap_or_default(),
        None => part,
    };
    Ok(parts.iter().zip(weights).map(part).collect())
}

/// What the parts of a figure leave of it: below zero if they are more.
///
/// Refused as `NegativePart` or `OutOfRange`.
pub fn unallocated(whole: i64, parts: &[i64]) -> Result<i64> {
    let rest = whole.checked_sub(sum(parts)?);
    rest.ok_or(AllocationError::Split(SplitError::OutOfRange))
}

/// Whether parts have the shape of a pattern: whether their sum split by the pattern gives them to
/// the unit.
pub fn is_copy(parts: &[i64], pattern: &[i64]) -> bool {
    sum(parts).is_ok_and(|total| allocate(total, pattern).is_ok_and(|copy| copy == parts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn s_64_shares_follow_contribution() {
        let by = |sales: &[i64], without| by_contribution(1_000, sales, without);
        assert_eq!(by(&[60, 30, 10], WithoutBasis::Refuse).unwrap(), [600, 300, 100]);
        assert_eq!(by(&[60, 30, -10], WithoutBasis::Refuse).unwrap(), [667, 333, 0]);
        let none = Err(AllocationError::Split(SplitError::NoBasis));
        assert_eq!(by(&[0, 0, 0], WithoutBasis::Refuse), none);
        assert_eq!(by(&[0, -5, 0], WithoutBasis::Refuse), none);
        assert_eq!(by(&[0, -5, 0], WithoutBasis::Equal).unwrap(), [334, 333, 333]);
        assert_eq!(by(&[], WithoutBasis::Equal), none);
    }

    #[test]
    fn s_65_a_part_is_adjusted_and_the_others_make_up_or_not() {
        let up = [(0, decimal("0.05"))];
        let others = adjust(&[600, 300, 100], &up, Rebalance::Others).unwrap();
        assert_eq!(others.parts, [630, 278, 92]);
        assert_eq!((others.total, others.difference), (1_000, 0));
        let none = adjust(&[600, 300, 100], &up, Rebalance::None).unwrap();
        assert_eq!(none.parts, [630, 300, 100]);
        assert_eq!((none.total, none.difference), (1_030, 30));
        let down = adjust(&[600, 300, 100], &[(1, decimal("-0.10"))], Rebalance::Others).unwrap();
        assert_eq!(down.parts, [626, 270, 104]);
    }

    #[test]
    fn s_65_what_the_others_cannot_make_up_for_is_refused() {
        let adjusted = |changes: &[(usize, &str)], rebalance| {
            let changes: Vec<_> = changes.iter().map(|(at, by)| (*at, decimal(by))).collect();
            adjust(&[600, 0, 400], &changes, rebalance)
        };
        let all = [(0, "0.1"), (1, "0"), (2, "0")];
        assert_eq!(adjusted(&all, Rebalance::Others), Err(AllocationError::NoRoom));
        assert_eq!(adjusted(&[(0, "0.7")], Rebalance::Others), Err(AllocationError::NoRoom));
        let others_are_empty = [(0, "-0.1"), (2, "0")];
        assert_eq!(adjusted(&others_are_empty, Rebalance::Others), Err(AllocationError::NoRoom));
        for wrong in [&[(0, "-1.01")][..], &[(0, "0.1"), (0, "0.1")]] {
            assert_eq!(adjusted(wrong, Rebalance::None), Err(AllocationError::Adjustment));
        }
        assert_eq!(adjusted(&[(3, "0.1")], Rebalance::None), Err(AllocationError::Shape));
        assert_eq!(adjusted(&[(0, "-1")], Rebalance::Others).unwrap().parts, [0, 0, 1_000]);
        assert_eq!(adjust(&[-1], &[], Rebalance::None), Err(AllocationError::NegativePart));
        let most = adjust(&[i64::MAX], &[(0, Decimal::MAX)], Rebalance::None);
        assert_eq!(most, Err(AllocationError::Split(SplitError::OutOfRange)));
    }

    #[test]
    fn s_75_closed_months_stay_and_the_rest_makes_the_new_year() {
        let year = allocate(12_000, &[1; 12]).unwrap();
        let open = |at: usize| (at >= 4).then_some(Decimal::from(1 + at % 2));
        let weights: Vec<_> = (0..12).map(open).collect();
        let new = reallocate(&year, &weights, 13_000).unwrap();
        assert_eq!(new[..4], year[..4]);
        assert_eq!(new[4..], [750, 1_500, 750, 1_500, 750, 1_500, 750, 1_500]);
        let below = reallocate(&year, &weights, 3_999);
        assert_eq!(below, Err(AllocationError::BelowClosed(4_000)));
        assert_eq!(reallocate(&year, &weights, 4_000).unwrap()[4..], [0; 8]);
        let closed = vec![None; 12];
        assert_eq!(reallocate(&year, &closed, 12_000).unwrap(), year);
        assert_eq!(reallocate(&year, &closed, 12_001), Err(AllocationError::NothingOpen));
        let idle = vec![Some(Decimal::ZERO); 12];
        let none = Err(AllocationError::Split(SplitError::NoBasis));
        assert_eq!(reallocate(&year, &idle, 12_000), none);
        assert_eq!(reallocate(&year, &idle[1..], 12_000), Err(AllocationError::Shape));
    }

    #[test]
    fn s_52_what_is_not_allocated_is_told() {
        assert_eq!(unallocated(1_000, &[600, 300]), Ok(100));
        assert_eq!(unallocated(1_000, &[600, 500]), Ok(-100));
        assert_eq!(unallocated(1_000, &[-1]), Err(AllocationError::NegativePart));
    }

    #[test]
    fn s_56_a_copy_has_the_shape_of_its_parent() {
        assert!(is_copy(&[34, 33, 33], &[5, 5, 5]));
        assert!(!is_copy(&[33, 34, 33], &[5, 5, 5]));
        assert!(!is_copy(&[1, 2], &[1, 2, 0]) && !is_copy(&[0, 0], &[0, 0]));
    }

    proptest! {
        #[test]
        fn any_chain_of_adjustments_keeps_or_tells_the_total(
            parts in vec(0_i64..1_000_000, 1..12),
            steps in vec((any::<prop::sample::Index>(), -100_i64..100, any::<bool>()), 0..12)
        ) {
            let mut parts = parts;
            for (at, percent, others) in steps {
                let before: i64 = parts.iter().sum();
                let change = [(at.index(parts.len()), Decimal::new(percent, 2))];
                let rebalance = if others { Rebalance::Others } else { Rebalance::None };
                let Ok(after) = adjust(&parts, &change, rebalance) else {
                    prop_assert!(others, "without rebalancing there is always room");
                    continue;
                };
                prop_assert_eq!(after.parts.iter().sum::<i64>(), after.total);
                prop_assert_eq!(after.total - before, after.difference);
                prop_assert!(after.difference == 0 || !others);
                parts = after.parts;
            }
        }

        #[test]
        fn a_new_total_is_met_and_closed_parts_stay(
            rows in vec((0_i64..100_000, prop::option::of(1_u32..20)), 1..13), total in 0_i64..2_000_000
        ) {
            let parts: Vec<i64> = rows.iter().map(|row| row.0).collect();
            let weights: Vec<_> = rows.iter().map(|row| row.1.map(Decimal::from)).collect();
            match reallocate(&parts, &weights, total) {
                Ok(new) => {
                    prop_assert_eq!(new.iter().sum::<i64>(), total);
                    let stay = |at: usize| weights[at].is_some() || new[at] == parts[at];
                    prop_assert!((0..parts.len()).all(stay));
                }
                Err(AllocationError::BelowClosed(closed)) => prop_assert!(total < closed),
                Err(other) => prop_assert_eq!(other, AllocationError::NothingOpen),
            }
        }
    }
}

//! Which opportunities close the gap to a target, and how many new prospects it would take.

use crate::{Share, money::half_even};
use std::cmp::Reverse;

/// What an open opportunity may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Its amount, in units of the target.
    pub amount: i64,
    /// How probable it is.
    pub probability: Share,
}

impl Expected {
    /// Amount × probability, in ten-thousandths of a unit.
    fn weighted(&self) -> i128 {
        i128::from(self.amount) * i128::from(self.probability.ten_thousandths())
    }
}

/// What closes a gap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapPlan {
    /// The positions of the opportunities to work on, the greatest expected amount first.
    pub chosen: Vec<usize>,
    /// What is expected of them together, rounded half-even to a unit.
    pub expected: i64,
    /// What they leave of the gap, rounded up to a unit.
    pub open: i64,
    /// New prospects that would close the whole gap without them: gap ÷ (mean deal × win rate),
    /// rounded up. `None` if a deal brings nothing or none is won.
    pub prospects: Option<u64>,
    /// New prospects that would close what is left open.
    pub prospects_for_open: Option<u64>,
}

/// Chooses opportunities by expected amount until they make up for the gap, or until there are no
/// more. Of equal ones the earlier comes first; what is expected to bring nothing is left out.
///
/// A gap of zero or less needs nothing.
pub fn gap_plan(gap: i64, opportunities: &[Expected], mean_deal: i64, win_rate: Share) -> GapPlan {
    let needed = i128::from(gap.max(0)) * UNIT;
    let mut order: Vec<usize> =
        (0..opportunities.len()).filter(|&at| opportunities[at].weighted() > 0).collect();
    order.sort_by_key(|&at| Reverse(opportunities[at].weighted()));
    let mut held = 0;
    let chosen = order.into_iter().take_while(|&at| {
        let wanted = held < needed;
        held += if wanted { opportunities[at].weighted() } else { 0 };
        wanted
    });
    let chosen: Vec<usize> = chosen.collect();
    let open = (needed - held).max(0);
    let deal = i128::from(mean_deal) * i128::from(win_rate.ten_thousandths());
    let prospects =
        |rest: i128| if deal > 0 { u64::try_from(round_up(rest, deal)).ok() } else { None };
    GapPlan {
        chosen,
        // Saturates only beyond what any store holds.
        expected: i64::try_from(half_even(held, UNIT)).unwrap_or(i64::MAX),
        open: i64::try_from(round_up(open, UNIT)).unwrap_or(i64::MAX),
        prospects: prospects(needed),
        prospects_for_open: prospects(open),
    }
}

/// Ten-thousandths of a unit.
const UNIT: i128 = 10_000;

/// `up` ÷ `down`, both not negative, up to the next whole number.
fn round_up(up: i128, down: i128) -> i128 {
    up / down + i128::from(up % down > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn expected(amount: i64, probability: &str) -> Expected {
        Expected { amount, probability: probability.parse().unwrap() }
    }

    #[test]
    fn s_77_so_many_prospects_close_the_gap() {
        let rate = "0.25".parse().unwrap();
        let plan = gap_plan(100_000, &[], 10_000, rate);
        assert_eq!((plan.prospects, plan.prospects_for_open), (Some(40), Some(40)));
        assert_eq!((plan.chosen.len(), plan.expected, plan.open), (0, 0, 100_000));
        assert_eq!(gap_plan(100_001, &[], 10_000, rate).prospects, Some(41));
        assert_eq!(gap_plan(100_000, &[], 10_000, Share::ZERO).prospects, None);
        assert_eq!(gap_plan(100_000, &[], 0, rate).prospects, None);
    }

    #[test]
    fn s_77_the_most_is_expected_of_the_first() {
        let open = [
            expected(200_000, "0.1"),
            expected(50_000, "0.9"),
            expected(40_000, "0.5"),
            expected(90_000, "0"),
            expected(60_000, "0.6"),
        ];
        let rate = "0.25".parse().unwrap();
        let plan = gap_plan(100_000, &open, 10_000, rate);
        // 45,000, 36,000, 20,000 and 20,000: of two equal ones the earlier.
        assert_eq!((plan.chosen, plan.expected, plan.open), (vec![1, 4, 0], 101_000, 0));
        let plan = gap_plan(150_000, &open, 10_000, rate);
        assert_eq!((plan.chosen, plan.expected, plan.open), (vec![1, 4, 0, 2], 121_000, 29_000));
        assert_eq!((plan.prospects, plan.prospects_for_open), (Some(60), Some(12)));
        let none = gap_plan(-5, &open, 10_000, rate);
        assert_eq!((none.chosen.len(), none.open, none.prospects), (0, 0, Some(0)));
    }

    proptest! {
        #[test]
        fn no_opportunity_is_chosen_in_vain(
            gap in -10_i64..100_000, rows in vec((0_i64..50_000, 0_i64..=10_000), 0..12)
        ) {
            let share = |part: i64| format!("{}.{:04}", part / 10_000, part % 10_000);
            let open: Vec<_> = rows.iter().map(|row| expected(row.0, &share(row.1))).collect();
            let plan = gap_plan(gap, &open, 100, Share::ONE);
            let sum: i128 = plan.chosen.iter().map(|&at| open[at].weighted()).sum();
            let needed = i128::from(gap.max(0)) * UNIT;
            if let Some(&last) = plan.chosen.last() {
                prop_assert!(sum - open[last].weighted() < needed);
            }
            let usable = open.iter().filter(|one| one.weighted() > 0).count();
            prop_assert!(sum >= needed || plan.chosen.len() == usable);
        }
    }
}

//! What the customers of a group come to together, and what two groups differ in.

use guanxi_kernel::{FineAmount, ratio::Ratio};
use guanxi_marketing::rate::Rate;
use rust_decimal::{Decimal, RoundingStrategy};

/// What a customer has bought.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bought {
    /// How often in the time.
    pub(super) purchases: i64,
    /// For how much.
    pub(super) amount: i128,
    /// For how much before, in a time of the same length.
    pub(super) before: i128,
    /// Whether anything in the days that make a customer active.
    pub(super) was_active: bool,
}

impl Bought {
    /// The columns in which it counts.
    pub(super) fn columns(self) -> Vec<&'static str> {
        let columns = [
            ("customers", true),
            ("active_before", self.was_active),
            ("retained", self.was_active && self.purchases > 0),
            ("buyers", self.purchases > 0),
            ("repeaters", self.purchases > 1),
        ];
        columns.into_iter().filter(|(_, counts)| *counts).map(|(column, _)| column).collect()
    }
}

/// The figures of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) customers: i64,
    pub(super) active: i64,
    pub(super) retained: i64,
    pub(super) buyers: i64,
    pub(super) repeaters: i64,
    pub(super) before: i128,
    pub(super) amount: i128,
}

impl Sums {
    /// Those of these customers.
    pub(super) fn of<'b>(customers: impl IntoIterator<Item = &'b Bought>) -> Self {
        let mut sums = Self::default();
        for one in customers {
            sums.customers += 1;
            sums.active += i64::from(one.was_active);
            sums.retained += i64::from(one.was_active && one.purchases > 0);
            sums.buyers += i64::from(one.purchases > 0);
            sums.repeaters += i64::from(one.purchases > 1);
            sums.before += one.before;
            sums.amount += one.amount;
        }
        sums
    }

    /// Who has bought again, of those who had before.
    pub(super) fn retention(&self) -> Rate {
        Rate::new(self.retained, self.active)
    }

    /// Who has bought more than once, of those who have bought.
    pub(super) fn repeat_rate(&self) -> Rate {
        Rate::new(self.repeaters, self.buyers)
    }

    /// What was bought before and in the time, in major units.
    pub(super) fn amounts(&self) -> (Decimal, Decimal) {
        (FineAmount::sum_to_decimal(self.before), FineAmount::sum_to_decimal(self.amount))
    }

    /// What each customer has bought, in major units.
    pub(super) fn per_customer(&self) -> Option<Decimal> {
        self.amounts().1.checked_div(Decimal::from(self.customers))
    }
}

/// What those who were treated have bought more for each customer than the others, by what the others have: both
/// amounts times the customers of the other group, so that no mean is rounded. Without a value where the others have
/// bought nothing.
pub(super) fn uplift(treated: &Sums, hold_out: &Sums) -> Ratio {
    let times =
        |one: &Sums, other: &Sums| one.amounts().1.checked_mul(Decimal::from(other.customers));
    let without = times(hold_out, treated).filter(|without| *without > Decimal::ZERO);
    let parts = times(treated, hold_out).zip(without);
    let parts = parts.and_then(|(with, without)| Some((with.checked_sub(without)?, without)));
    let (more, without) = parts.unwrap_or_default();
    Ratio::new(more, without)
}

/// One rate less another, exactly and then rounded half-even to four decimals.
pub(super) fn difference(one: Rate, other: Rate) -> Option<String> {
    let exact = |rate: Rate| rate.ratio().numerator().checked_div(rate.ratio().denominator());
    let left = exact(one)?.checked_sub(exact(other)?)?;
    let left = left.round_dp_with_strategy(Ratio::PLACES, RoundingStrategy::MidpointNearestEven);
    let left = if left.is_zero() { Decimal::ZERO } else { left };
    Some(format!("{left:.4}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_marketing::campaigns::growth_over_control;

    #[test]
    fn x_61_a_hundred_and_forty_against_a_hundred_is_four_tenths_more() {
        let group = |customers: i64, yuan: i128| Sums {
            customers,
            amount: yuan * 10_000,
            ..Sums::default()
        };
        let shown = |treated: Sums, hold_out: Sums| {
            uplift(&treated, &hold_out).value().map(|value| format!("{value:.4}"))
        };
        assert_eq!(shown(group(1, 140), group(1, 100)).as_deref(), Some("0.4000"));
        // For each customer, however many are in the groups.
        assert_eq!(shown(group(3, 420), group(7, 700)).as_deref(), Some("0.4000"));
        assert_eq!(shown(group(2, 0), group(1, 100)).as_deref(), Some("-1.0000"));
        for nothing in [group(0, 0), group(5, 0), group(5, -10)] {
            assert_eq!(shown(group(1, 140), nothing), None);
        }
    }

    fn bought(purchases: i64, amount: i128, before: i128) -> Bought {
        let (amount, before) = (amount * 10_000, before * 10_000);
        Bought { purchases, amount, before, was_active: before > 0 }
    }

    #[test]
    fn d_81_what_was_bought_more_is_by_the_amount_per_customer() {
        let treated = Sums::of(&[bought(1, 80, 100), bought(2, 50, 0)]);
        let hold_out = Sums::of(&[bought(1, 55, 50), bought(1, 55, 50)]);
        let gained = treated.per_customer().zip(hold_out.per_customer());
        assert_eq!(gained.map(|(one, other)| one - other), Some(Decimal::from(10)));
        let lift = growth_over_control(treated.amounts(), hold_out.amounts());
        assert_eq!(lift.as_deref(), Some("0.2000"), "(130/100 - 1) - (110/100 - 1)");
        assert_eq!(Sums::of(&[]).per_customer(), None);
    }

    #[test]
    fn d_80_retention_and_repeat_rate_are_of_those_who_could() {
        let sums =
            Sums::of(&[bought(0, 0, 10), bought(1, 5, 10), bought(2, 9, 0), bought(0, 0, 0)]);
        assert_eq!(sums.retention(), Rate::new(1, 2));
        assert_eq!(sums.repeat_rate(), Rate::new(1, 2));
        let none = Rate::new(0, 0);
        assert_eq!(difference(sums.retention(), none), None);
        assert_eq!(difference(Rate::new(1, 3), Rate::new(2, 3)).as_deref(), Some("-0.3333"));
        assert_eq!(bought(2, 9, 0).columns(), ["customers", "buyers", "repeaters"]);
    }
}

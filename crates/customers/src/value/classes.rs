//! Classes of customers by what they have bought: the greatest, the next, and the others.

use std::cmp::Reverse;

guanxi_kernel::words! {
    /// What a customer makes of the purchases of the last twelve months.
    pub enum ValueClass {
        /// One of the greatest, which make 80 per cent together.
        High = "high" ("High", "高价值"),
        /// One of the next, which make 15 per cent.
        Medium = "medium" ("Medium", "中价值"),
        /// One of the others.
        Low = "low" ("Low", "低价值"),
        /// Nothing.
        None = "none" ("None", "无购买"),
    }
}

/// What the greatest make together, and with the next ones, in hundredths of the whole.
const CUTS: (i128, i128) = (80, 95);

/// From which amount on customers are of the two upper classes, in steps of a ten-thousandth of the major unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassLimits {
    /// The least amount of the greatest.
    pub high: i128,
    /// The least amount of the next, or that of the greatest where there are no next ones.
    pub medium: i128,
}

impl ClassLimits {
    /// The limits among customers with these amounts; what is not above zero counts for nothing. Of equal amounts
    /// all are of the class of the first, so a class follows from the amount alone.
    pub fn of(amounts: impl IntoIterator<Item = i128>) -> Self {
        let mut order: Vec<i128> = amounts.into_iter().filter(|amount| *amount > 0).collect();
        order.sort_unstable_by_key(|amount| Reverse(*amount));
        let whole: i128 = order.iter().sum();
        let mut limits = Self { high: i128::MAX, medium: i128::MAX };
        let (mut greater, mut sum, mut last) = (0, 0, None);
        for amount in order {
            if last != Some(amount) {
                (greater, last) = (sum, Some(amount));
            }
            sum += amount;
            if greater * 100 < whole * CUTS.0 {
                limits.high = amount;
            }
            if greater * 100 < whole * CUTS.1 {
                limits.medium = amount;
            }
        }
        limits
    }

    /// The class of a customer with that amount.
    pub const fn class(&self, amount: i128) -> ValueClass {
        match amount {
            ..=0 => ValueClass::None,
            _ if amount >= self.high => ValueClass::High,
            _ if amount >= self.medium => ValueClass::Medium,
            _ => ValueClass::Low,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k_25_the_greatest_make_80_per_cent_and_with_the_next_95() {
        use ValueClass::{High, Low, Medium};
        let amounts = [50, 25, 10, 8, 3, 2, 2, 0, -5];
        let limits = ClassLimits::of(amounts);
        // 50 and 25 come before the 10, with which 80 are reached; 93 come before the 3.
        assert_eq!(limits, ClassLimits { high: 10, medium: 3 });
        let classes = amounts.map(|amount| limits.class(amount));
        let none = ValueClass::None;
        assert_eq!(classes, [High, High, High, Medium, Medium, Low, Low, none, none]);
    }

    #[test]
    fn k_25_equal_amounts_are_of_one_class() {
        let limits = ClassLimits::of([10; 10]);
        assert_eq!((limits.class(10), limits.class(9)), (ValueClass::High, ValueClass::Low));
        assert_eq!(ClassLimits::of([0, -1]).class(1), ValueClass::Low);
        assert_eq!(ClassLimits::of([7]).class(7), ValueClass::High);
    }
}

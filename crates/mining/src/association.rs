//! What is bought together (R. Agrawal, T. Imieliński and A. Swami, "Mining Association Rules between Sets of
//! Items in Large Databases", 1993; the lift is that of S. Brin et al., "Dynamic Itemset Counting and Implication
//! Rules for Market Basket Data", 1997).

use guanxi_kernel::ratio::Ratio;
use rust_decimal::Decimal;

/// In how many of all baskets one thing was, another one, and both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    /// Baskets with both.
    pub both: i64,
    /// Baskets with the one that the other is offered to.
    pub one: i64,
    /// Baskets with the other.
    pub other: i64,
    /// All baskets.
    pub all: i64,
}

impl Association {
    /// In which part of all baskets both were.
    pub fn support(&self) -> Ratio {
        Ratio::new(self.both, self.all)
    }

    /// In which part of the baskets with the one the other was too.
    pub fn confidence(&self) -> Ratio {
        Ratio::new(self.both, self.one)
    }

    /// How many times as often both were together as they would be by chance:
    /// both × all ÷ (one × other). Above 1 the one speaks for the other.
    pub fn lift(&self) -> Ratio {
        let times = |one: i64, other: i64| Decimal::from(one) * Decimal::from(other);
        Ratio::new(times(self.both, self.all), times(self.one, self.other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(ratio: Ratio) -> Option<String> {
        ratio.value().map(|value| format!("{value:.4}"))
    }

    #[test]
    fn k_17_the_lift_is_against_chance() {
        let of = Association { both: 3, one: 4, other: 5, all: 10 };
        assert_eq!(text(of.support()).as_deref(), Some("0.3000"));
        assert_eq!(text(of.confidence()).as_deref(), Some("0.7500"));
        assert_eq!(text(of.lift()).as_deref(), Some("1.5000"));
        // As often as by chance.
        let chance = Association { both: 2, one: 4, other: 5, all: 10 };
        assert_eq!(text(chance.lift()).as_deref(), Some("1.0000"));
        let nothing = Association { both: 0, one: 0, other: 0, all: 0 };
        assert_eq!((text(nothing.support()), text(nothing.lift())), (None, None));
    }
}

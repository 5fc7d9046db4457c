//! How much of the whole the greatest few make: 80:20 and the like (V. Pareto, "Cours d'économie
//! politique", 1896; J. M. Juran called it the vital few).

use guanxi_kernel::{Share, ratio::Ratio};
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

/// What the greatest members make of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Top {
    /// Which share of the members.
    pub share: Share,
    /// How many that is: the share of all, rounded up.
    pub members: u64,
    /// What they make, of the whole.
    pub of_whole: Ratio,
}

/// How few members make so much of the whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reach {
    /// Which share of the whole.
    pub share: Share,
    /// The fewest members that make as much or more, of all members. The denominator is 0 where no
    /// number of them does, since the whole is nothing.
    pub members: Ratio,
}

/// Amounts of members, the greatest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concentration {
    /// The sums of the first so many.
    sums: Vec<i128>,
}

impl Concentration {
    /// Of amounts in the same unit, such as the minor one of a currency.
    ///
    /// Amounts below zero, such as returns, count as they are and come last.
    pub fn new(mut amounts: Vec<i64>) -> Self {
        amounts.sort_unstable_by(|one, other| other.cmp(one));
        let mut sum = 0;
        let add = |amount: i64| {
            sum += i128::from(amount);
            sum
        };
        Self { sums: amounts.into_iter().map(add).collect() }
    }

    /// How many members there are.
    pub fn members(&self) -> u64 {
        self.sums.len() as u64
    }

    /// What all of them make.
    pub fn whole(&self) -> i128 {
        self.sums.last().copied().unwrap_or_default()
    }

    /// What the greatest make: so many as a share of all members is, rounded up.
    pub fn top(&self, share: Share) -> Top {
        let parts = share.ten_thousandths().unsigned_abs();
        let members = (self.members() * parts).div_ceil(10_000);
        let made = usize::try_from(members).ok().and_then(|count| count.checked_sub(1));
        let made = made.and_then(|last| self.sums.get(last)).copied().unwrap_or_default();
        Top { share, members, of_whole: Ratio::new(figure(made), figure(self.whole())) }
    }

    /// How few members make a share of the whole.
    pub fn reach(&self, share: Share) -> Reach {
        let needed = self.whole() * i128::from(share.ten_thousandths());
        let whole = if self.whole() > 0 { self.members() } else { 0 };
        // With amounts below zero the sums fall again, so the first is looked for, not a border.
        let first = self.sums.iter().position(|sum| sum * 10_000 >= needed);
        let count = first.map_or(0, |last| last as u64 + 1);
        let count = if share == Share::ZERO || whole == 0 { 0 } else { count };
        Reach { share, members: Ratio::new(count, whole) }
    }
}

/// A sum of minor units: below 2⁹⁶ for as many members as fit into memory.
fn figure(sum: i128) -> Decimal {
    Decimal::try_from_i128_with_scale(sum, 0).unwrap_or(Decimal::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    fn value(ratio: Ratio) -> String {
        ratio.value().map_or("null".to_owned(), |value| format!("{value:.4}"))
    }

    #[test]
    fn m_13_the_top_fifth_makes_sixty_three_per_cent() {
        let revenues = vec![10, 450, 60, 180, 100, 25, 70, 50, 40, 15];
        let of = Concentration::new(revenues);
        assert_eq!((of.members(), of.whole()), (10, 1_000));
        assert_eq!(value(of.top(share("0.2")).of_whole), "0.6300");
        assert_eq!(value(of.reach(share("0.8")).members), "0.4000");
        let tops = ["0.1", "0.4", "0.6", "1"].map(|top| value(of.top(share(top)).of_whole));
        assert_eq!(tops, ["0.4500", "0.8000", "0.9100", "1.0000"]);
        // A share of a member is a whole one.
        assert_eq!((of.top(share("0.11")).members, of.top(share("0")).members), (2, 0));
        assert_eq!(value(of.reach(share("0.8001")).members), "0.5000");
        assert_eq!(value(of.reach(Share::ONE).members), "1.0000");
    }

    #[test]
    fn of_nothing_there_is_no_share() {
        for amounts in [vec![], vec![0, 0]] {
            let of = Concentration::new(amounts);
            assert_eq!(value(of.top(share("0.2")).of_whole), "null");
            assert_eq!(value(of.reach(share("0.8")).members), "null");
        }
        let of = Concentration::new(vec![-50, 100, 50]);
        assert_eq!(value(of.top(share("0.5")).of_whole), "1.5000");
        assert_eq!(value(of.reach(share("0.8")).members), "0.3333");
    }
}

//! Whose owner may want another one: it is old, has run far, or is paid off soon. Pure.

use chrono::{Months, NaiveDate};
use guanxi_kernel::ratio::Ratio;
use rust_decimal::Decimal;

guanxi_kernel::words! {
    /// Why the owner of an asset may want another one.
    pub enum ReplacementReason {
        /// It is old.
        Age = "age" ("Age", "车龄"),
        /// It has run far.
        Distance = "distance" ("Distance", "里程"),
        /// Its financing ends soon, or has ended.
        FinanceEnd = "finance_end" ("End of financing", "金融到期"),
    }
}

/// From when on each reason holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReplacementLimits {
    /// Whole months since it was bought; above 0.
    pub age_months: i64,
    /// What its meter shows; above 0.
    pub distance: i64,
    /// Months until its financing ends.
    pub finance_months: u32,
}

/// What is known of an asset as far as it matters here.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replacement {
    /// Whole months since it was bought.
    pub age_months: Option<i64>,
    /// What its meter shows.
    pub reading: Option<i64>,
    /// The last day on which it is financed.
    pub financed_until: Option<NaiveDate>,
}

impl ReplacementLimits {
    /// The last day on which a financing may end for that to be a reason on a day.
    pub fn finance_by(&self, today: NaiveDate) -> NaiveDate {
        today.checked_add_months(Months::new(self.finance_months)).unwrap_or(NaiveDate::MAX)
    }
}

impl Replacement {
    /// How far each reason has come, from 0 to 1 where it holds: age and distance as a part of their limits,
    /// the financing all or nothing. What is not known has not come at all.
    pub fn parts(
        &self,
        limits: &ReplacementLimits,
        today: NaiveDate,
    ) -> [(ReplacementReason, Ratio); 3] {
        let part = |of: Option<i64>, limit: i64| {
            Ratio::new(of.unwrap_or_default().clamp(0, limit), limit.max(1))
        };
        let ends = self.financed_until.is_some_and(|day| day <= limits.finance_by(today));
        [
            (ReplacementReason::Age, part(self.age_months, limits.age_months)),
            (ReplacementReason::Distance, part(self.reading, limits.distance)),
            (ReplacementReason::FinanceEnd, Ratio::new(i64::from(ends), 1)),
        ]
    }

    /// The reasons that hold.
    pub fn reasons(&self, limits: &ReplacementLimits, today: NaiveDate) -> Vec<ReplacementReason> {
        let parts = self.parts(limits, today);
        let holds = |part: &Ratio| part.numerator() >= part.denominator();
        parts.iter().filter(|(_, part)| holds(part)).map(|(reason, _)| *reason).collect()
    }

    /// From 0 to 100: the mean of the three parts, each rounded to four decimals.
    pub fn score(&self, limits: &ReplacementLimits, today: NaiveDate) -> Ratio {
        let parts = self.parts(limits, today);
        let sum: Decimal = parts.iter().filter_map(|(_, part)| part.value()).sum();
        Ratio::new(sum * Decimal::ONE_HUNDRED, 3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_kernel::Word as _;

    const LIMITS: ReplacementLimits =
        ReplacementLimits { age_months: 60, distance: 100_000, finance_months: 6 };

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn d_60_a_score_is_the_mean_of_three_parts() {
        let today = day("2026-01-01");
        let all = Replacement {
            age_months: Some(72),
            reading: Some(150_000),
            financed_until: Some(day("2026-07-01")),
        };
        assert_eq!(all.score(&LIMITS, today).value(), Some(100.into()));
        assert_eq!(all.reasons(&LIMITS, today), ReplacementReason::ALL);
        let some = Replacement {
            age_months: Some(60),
            reading: Some(50_000),
            financed_until: Some(day("2026-07-02")),
        };
        // 1, a half and nothing.
        assert_eq!(some.score(&LIMITS, today).value(), Some(50.into()));
        assert_eq!(some.reasons(&LIMITS, today), [ReplacementReason::Age]);
        let unknown = Replacement::default();
        assert_eq!(unknown.score(&LIMITS, today).value(), Some(0.into()));
        assert!(unknown.reasons(&LIMITS, today).is_empty());
        let paid = Replacement { financed_until: Some(day("2024-01-01")), ..unknown };
        assert_eq!(paid.reasons(&LIMITS, today), [ReplacementReason::FinanceEnd]);
    }
}

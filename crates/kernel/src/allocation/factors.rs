//! A proposal times its factors, and the cover that a risk asks for.

use super::{AllocationError, Result, scaled, sum};
use crate::{ratio::Ratio, split::SplitError};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

/// A factor, and the figure after it and all before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FactorStep {
    /// The multiplier.
    pub factor: Decimal,
    /// The proposal × the factors so far, rounded half-even to a whole unit.
    pub figure: i64,
}

/// A proposal times factors, one step for each: for market, life cycle, environment.
///
/// No step is computed from a rounded one: the last figure is the proposal × the product of all
/// factors, rounded once. (The product itself is carried with 28 digits.) Refused as `Factor` for a
/// factor that is not above zero, or as `OutOfRange`.
pub fn chain(proposal: i64, factors: &[Decimal]) -> Result<Vec<FactorStep>> {
    let mut exact = Decimal::from(proposal);
    let step = |&factor: &Decimal| {
        if factor <= Decimal::ZERO {
            return Err(AllocationError::Factor);
        }
        exact = exact.checked_mul(factor).ok_or(SplitError::OutOfRange)?;
        let whole = exact.round_dp_with_strategy(0, RoundingStrategy::MidpointNearestEven);
        let figure = whole.to_i64().ok_or(SplitError::OutOfRange)?;
        Ok(FactorStep { factor, figure })
    };
    factors.iter().map(step).collect()
}

/// What the targets below a target come to, against what its risk asks of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cover {
    /// The least that the targets below must come to: target × coefficient, rounded up.
    pub required: i64,
    /// What they come to.
    pub held: i64,
    /// What they come to over the target itself.
    pub ratio: Ratio,
}

impl Cover {
    /// Whether they come to enough.
    pub const fn is_met(&self) -> bool {
        self.held >= self.required
    }
}

/// The cover of a target by those below it, under a coefficient such as 1.10.
///
/// Refused as `Factor` for a coefficient that is not above zero, as `NegativePart`, or as
/// `OutOfRange`.
pub fn cover(target: i64, below: &[i64], coefficient: Decimal) -> Result<Cover> {
    if coefficient <= Decimal::ZERO {
        return Err(AllocationError::Factor);
    }
    sum(&[target])?;
    let held = sum(below)?;
    let (up, down) = scaled(target, coefficient)?;
    let required = up / down + i128::from(up % down > 0);
    let required = i64::try_from(required).map_err(|_| SplitError::OutOfRange)?;
    Ok(Cover { required, held, ratio: Ratio::new(held, target) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimals(texts: &[&str]) -> Vec<Decimal> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn s_68_the_chain_of_factors_is_shown_and_rounded_once() {
        let steps = chain(1_001, &decimals(&["1.1", "0.95", "0.5"])).unwrap();
        let figures: Vec<i64> = steps.iter().map(|step| step.figure).collect();
        // 1,101.1, 1,046.045 and 523.0225
        assert_eq!(figures, [1_101, 1_046, 523]);
        // Rounded at every step, 5 × 0.5 × 3 would be 6.
        assert_eq!(chain(5, &decimals(&["0.5", "3"])).unwrap()[1].figure, 8);
        assert_eq!(chain(5, &[]).unwrap(), []);
        for wrong in ["0", "-1"] {
            assert_eq!(chain(5, &decimals(&[wrong])), Err(AllocationError::Factor));
        }
        let out_of_range = Err(AllocationError::Split(SplitError::OutOfRange));
        assert_eq!(chain(i64::MAX, &decimals(&["1.1"])), out_of_range);
        assert_eq!(chain(i64::MAX, &[Decimal::MAX]), out_of_range);
    }

    #[test]
    fn s_57_risk_asks_for_more_than_the_target() {
        let coefficient = decimals(&["1.10"])[0];
        let with = |below: &[i64]| cover(1_000, below, coefficient).unwrap();
        let short = with(&[600, 499]);
        assert!(!short.is_met());
        assert_eq!(
            (short.required, short.held, short.ratio),
            (1_100, 1_099, Ratio::new(1_099, 1_000))
        );
        assert!(with(&[600, 500]).is_met());
        assert_eq!(
            cover(1_001, &[], coefficient).unwrap().required,
            1_102,
            "1,101.1 is not enough"
        );
        assert_eq!(cover(0, &[5], coefficient).unwrap().ratio.value(), None);
        assert_eq!(cover(1, &[], Decimal::ZERO), Err(AllocationError::Factor));
        assert_eq!(cover(-1, &[], coefficient), Err(AllocationError::NegativePart));
        assert_eq!(cover(1, &[-1], coefficient), Err(AllocationError::NegativePart));
    }
}

//! How far forecasts were off.

use crate::{error::Result, series::rounded};
use rust_decimal::Decimal;

/// Decimals of an error.
const PLACES: u32 = 6;

/// How far forecasts were off, as shares with six decimals: 0.020345 is 2.0345 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accuracy {
    /// Mean absolute percentage error: the mean of |actual − forecast| ÷ |actual|. Nothing if an
    /// actual figure is zero.
    pub mape: Option<Decimal>,
    /// Weighted absolute percentage error: Σ |actual − forecast| ÷ Σ |actual|. Nothing if all actual
    /// figures are zero.
    pub wape: Option<Decimal>,
    /// Over how many forecasts.
    pub forecasts: usize,
}

/// The sums behind an [`Accuracy`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Errors {
    relative: f64,
    absolute: f64,
    actual: f64,
    forecasts: usize,
}

impl Errors {
    /// Takes forecasts in with what the figures came to.
    pub(crate) fn take(&mut self, actual: &[f64], forecasts: &[f64]) {
        for (actual, forecast) in actual.iter().zip(forecasts) {
            let off = (actual - forecast).abs();
            self.relative += off / actual.abs();
            self.absolute += off;
            self.actual += actual.abs();
            self.forecasts += 1;
        }
    }

    fn mape(&self) -> f64 {
        self.relative / self.forecasts as f64
    }

    /// By what models are compared: the MAPE, or where a figure is zero the absolute error, whose
    /// denominator is the same for all of them.
    pub(crate) fn score(&self) -> f64 {
        if self.mape().is_finite() { self.mape() } else { self.absolute }
    }

    /// As shares.
    pub(crate) fn accuracy(&self) -> Result<Accuracy> {
        let share = |share: f64| share.is_finite().then(|| rounded(share, PLACES)).transpose();
        Ok(Accuracy {
            mape: share(self.mape())?,
            wape: share(self.absolute / self.actual)?,
            forecasts: self.forecasts,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accuracy(actual: &[f64], forecasts: &[f64]) -> Accuracy {
        let mut errors = Errors::default();
        errors.take(actual, forecasts);
        errors.accuracy().unwrap()
    }

    #[test]
    fn errors_are_shares_of_the_actual_figures() {
        let of = accuracy(&[100.0, 200.0, -50.0], &[110.0, 150.0, -50.0]);
        // (0.10 + 0.25 + 0) ÷ 3, and 60 ÷ 350.
        assert_eq!(of.mape, Some(Decimal::new(116_667, 6)));
        assert_eq!((of.wape, of.forecasts), (Some(Decimal::new(171_429, 6)), 3));
    }

    #[test]
    fn over_nothing_there_is_no_percentage() {
        let of = accuracy(&[0.0, 200.0], &[10.0, 190.0]);
        assert_eq!((of.mape, of.wape), (None, Some(Decimal::new(1, 1))));
        // Right about nothing: 0 ÷ 0.
        assert_eq!(accuracy(&[0.0], &[0.0]).wape, None);
        let mut errors = Errors::default();
        errors.take(&[0.0, 0.0], &[1.0, 2.0]);
        assert!((errors.score() - 3.0).abs() < f64::EPSILON);
    }
}

//! A series of figures, and the way from exact figures to floating point and back.

use crate::error::{Result, SeriesError};
use guanxi_kernel::period::Unit;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

/// Most periods of a series, and most that are forecast: half a century of months.
pub const MOST_PERIODS: usize = 600;

/// Figures of equal periods without a gap, the oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    values: Vec<f64>,
    season: usize,
}

impl Series {
    /// The figures of months, quarters, halves or years; a season is a year.
    ///
    /// Refused as `InvalidLength` beyond [`MOST_PERIODS`], or as `OutOfRange`.
    pub fn new(figures: &[Decimal], unit: Unit) -> Result<Self> {
        if figures.len() > MOST_PERIODS {
            return Err(SeriesError::InvalidLength);
        }
        let values: Option<Vec<f64>> = figures.iter().map(Decimal::to_f64).collect();
        let values = values.ok_or(SeriesError::OutOfRange)?;
        Ok(Self { values, season: (Unit::Year.months() / unit.months()) as usize })
    }

    /// How many periods there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Periods of a year.
    pub fn season(&self) -> usize {
        self.season
    }

    pub(crate) fn values(&self) -> &[f64] {
        &self.values
    }

    /// The season, if there is one within the year.
    pub(crate) fn seasons(&self) -> Result<usize> {
        if self.season > 1 { Ok(self.season) } else { Err(SeriesError::NoSeason) }
    }

    /// The first periods only.
    pub(crate) fn first(&self, periods: usize) -> Self {
        Self { values: self.values[..periods].to_vec(), season: self.season }
    }
}

/// The exact value of a floating-point number, rounded half-even to so many decimals; or
/// `OutOfRange`.
pub(crate) fn rounded(value: f64, places: u32) -> Result<Decimal> {
    let exact = Decimal::from_f64_retain(value).ok_or(SeriesError::OutOfRange)?;
    let rounded = exact.round_dp_with_strategy(places, RoundingStrategy::MidpointNearestEven);
    // A decimal zero keeps its sign, and nobody wants to read -0.
    Ok(if rounded.is_zero() { Decimal::ZERO } else { rounded.normalize() })
}

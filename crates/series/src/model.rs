//! The models by name, and what they propose.

use crate::{
    error::{Result, SeriesError},
    fit::fitted,
    seasonal::{decomposed, growing, indices, moving_average, naive, trend_and_season},
    series::{MOST_PERIODS, Series, rounded},
    smoothing::{Effect, State, Weights},
};
use guanxi_kernel::Share;
use rust_decimal::Decimal;

guanxi_kernel::words! {
    /// How the season acts on the level.
    pub enum Seasonality {
        /// So much more or less in a season, whatever the level.
        Additive = "additive" ("Additive", "加法"),
        /// So many times the level in a season.
        Multiplicative = "multiplicative" ("Multiplicative", "乘法"),
    }
}

impl Seasonality {
    pub(crate) const fn effect(self) -> Effect {
        match self {
            Self::Additive => Effect::Add,
            Self::Multiplicative => Effect::Multiply,
        }
    }
}

/// The constants of exponential smoothing: how much a new period counts, against what was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Constants {
    /// α, for the level.
    pub level: Share,
    /// β, for the trend.
    pub trend: Share,
    /// γ, for the season.
    pub season: Share,
    /// φ: how much of the trend is left a period later; 1 for a trend that goes on.
    pub damping: Share,
}

impl Constants {
    /// What is usual if nothing is known: α 0.3, β 0.1, γ 0.1, and a trend that goes on.
    pub const USUAL: Self = Self {
        level: Share::of_ten_thousandths(3_000),
        trend: Share::of_ten_thousandths(1_000),
        season: Share::of_ten_thousandths(1_000),
        damping: Share::ONE,
    };

    pub(crate) fn weights(&self) -> Weights {
        let part = |share: Share| share.ten_thousandths() as f64 / 10_000.0;
        Weights {
            level: part(self.level),
            trend: part(self.trend),
            season: part(self.season),
            damping: part(self.damping),
        }
    }

    /// Rounded half-up to four decimals.
    pub(crate) fn of(weights: &Weights) -> Result<Self> {
        let share = |part: f64| format!("{part:.4}").parse().map_err(|_| SeriesError::OutOfRange);
        Ok(Self {
            level: share(weights.level)?,
            trend: share(weights.trend)?,
            season: share(weights.season)?,
            damping: share(weights.damping)?,
        })
    }
}

/// A way to propose the next periods of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The mean of the last periods, for every period to come. Needs as many periods.
    MovingAverage {
        /// How many periods.
        window: usize,
    },
    /// What the period was a year before. Needs a year.
    SeasonalNaive,
    /// The same, times the growth of the last year over the one before it. Needs two years with sums
    /// above zero.
    SeasonalGrowth,
    /// The straight line through the figures without their season, times the indices of the season
    /// by classical decomposition. Needs two years above zero.
    SeasonalIndex,
    /// Exponential smoothing with trend and season by given constants, from the textbook's start.
    /// Needs two years; multiplicative above zero.
    HoltWinters {
        /// How the season acts.
        seasonality: Seasonality,
        /// The constants.
        constants: Constants,
    },
    /// The same with the constants and the start that fit the series best: those with the least
    /// squared errors of the forecasts one period ahead. Needs two years; multiplicative above zero.
    Smoothing {
        /// How the season acts.
        seasonality: Seasonality,
        /// Whether the trend fades out.
        damped: bool,
    },
    /// The mean of what [`Model::COMBINED`] propose. A mean of several is seldom the best and seldom
    /// far off (R. T. Clemen, "Combining Forecasts", International Journal of Forecasting 5, 1989).
    /// Needs two years above zero.
    Combined,
}

/// What a model proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The next periods. A falling trend can lead below zero.
    pub figures: Vec<Decimal>,
    /// The constants of a smoothing, with four decimals.
    pub constants: Option<Constants>,
}

impl Model {
    /// The models from which one is chosen, the simplest first.
    pub const CANDIDATES: &[Self] = &[
        Self::MovingAverage { window: 3 },
        Self::MovingAverage { window: 12 },
        Self::SeasonalNaive,
        Self::SeasonalGrowth,
        Self::SeasonalIndex,
        Self::HoltWinters { seasonality: Seasonality::Additive, constants: Constants::USUAL },
        Self::HoltWinters { seasonality: Seasonality::Multiplicative, constants: Constants::USUAL },
        Self::Smoothing { seasonality: Seasonality::Additive, damped: false },
        Self::Smoothing { seasonality: Seasonality::Multiplicative, damped: false },
        Self::Smoothing { seasonality: Seasonality::Additive, damped: true },
        Self::Smoothing { seasonality: Seasonality::Multiplicative, damped: true },
        Self::Combined,
    ];

    /// The models of which [`Model::Combined`] is the mean: all in which the season multiplies.
    pub const COMBINED: &[Self] = &[
        Self::SeasonalGrowth,
        Self::SeasonalIndex,
        Self::HoltWinters { seasonality: Seasonality::Multiplicative, constants: Constants::USUAL },
        Self::Smoothing { seasonality: Seasonality::Multiplicative, damped: false },
        Self::Smoothing { seasonality: Seasonality::Multiplicative, damped: true },
    ];

    /// Proposes the next periods of a series, rounded half-even to so many decimals.
    ///
    /// Everything before that is computed in 64-bit floating point, by sums, products and quotients
    /// alone, so it comes to the same on every machine. Refused as `InvalidLength`,
    /// `InsufficientHistory`, `NoSeason`, `NotPositive` or `OutOfRange`.
    pub fn propose(&self, series: &Series, periods: usize, places: u32) -> Result<Proposal> {
        let figures: Result<Vec<Decimal>> = self
            .forecast(series, periods)?
            .into_iter()
            .map(|figure| rounded(figure, places))
            .collect();
        Ok(Proposal { figures: figures?, constants: self.constants(series)? })
    }

    /// The constants by which a series is smoothed.
    fn constants(&self, series: &Series) -> Result<Option<Constants>> {
        match *self {
            Self::HoltWinters { constants, .. } => Ok(Some(constants)),
            Self::Smoothing { seasonality, damped } => {
                let (_, weights) =
                    fitted(series.values(), series.seasons()?, seasonality.effect(), damped)?;
                Constants::of(&weights).map(Some)
            }
            _ => Ok(None),
        }
    }

    pub(crate) fn forecast(&self, series: &Series, periods: usize) -> Result<Vec<f64>> {
        if !(1..=MOST_PERIODS).contains(&periods) {
            return Err(SeriesError::InvalidLength);
        }
        let values = series.values();
        match *self {
            Self::MovingAverage { window } => moving_average(values, window, periods),
            Self::SeasonalNaive => naive(values, series.season(), periods),
            Self::SeasonalGrowth => growing(values, series.season(), periods),
            Self::SeasonalIndex => trend_and_season(values, series.seasons()?, periods),
            Self::HoltWinters { seasonality, constants } => {
                let (season, effect) = (series.seasons()?, seasonality.effect());
                positive(values, effect)?;
                let mut state = State::textbook(values, season, effect)?;
                let weights = constants.weights();
                state.run(values, &weights);
                state.ahead(periods, weights.damping)
            }
            Self::Smoothing { seasonality, damped } => {
                let (season, effect) = (series.seasons()?, seasonality.effect());
                positive(values, effect)?;
                let (state, weights) = fitted(values, season, effect, damped)?;
                state.ahead(periods, weights.damping)
            }
            Self::Combined => combined(series, periods, &[]),
        }
    }

    /// The same, if what some models forecast from this series is known already.
    pub(crate) fn forecast_knowing(
        &self,
        series: &Series,
        periods: usize,
        known: &[(Self, Result<Vec<f64>>)],
    ) -> Result<Vec<f64>> {
        match self {
            Self::Combined => combined(series, periods, known),
            _ => self.forecast(series, periods),
        }
    }
}

/// The mean of the forecasts of [`Model::COMBINED`], of which some may be known.
fn combined(
    series: &Series,
    periods: usize,
    known: &[(Model, Result<Vec<f64>>)],
) -> Result<Vec<f64>> {
    let mut sums = vec![0.0; periods];
    for model in Model::COMBINED {
        let forecasts = match known.iter().find(|(one, _)| one == model) {
            Some((_, forecasts)) => forecasts.clone()?,
            None => model.forecast(series, periods)?,
        };
        for (sum, forecast) in sums.iter_mut().zip(forecasts) {
            *sum += forecast / Model::COMBINED.len() as f64;
        }
    }
    Ok(sums)
}

/// Refuses what a multiplicative model cannot be fitted to.
fn positive(values: &[f64], effect: Effect) -> Result<()> {
    let positive = effect == Effect::Add || values.iter().all(|&value| value > 0.0);
    if positive { Ok(()) } else { Err(SeriesError::NotPositive) }
}

/// What each of the periods of the next year is of its mean: the mean over the whole years, counted
/// back from the end, of period ÷ mean of the year; rounded half-even.
///
/// As weights they spread an annual figure over the year. Refused as `NoSeason`,
/// `InsufficientHistory` below a year, `NotPositive` if a year sums to zero or less, or `OutOfRange`.
pub fn seasonal_indices(series: &Series, places: u32) -> Result<Vec<Decimal>> {
    exact(indices(series.values(), series.seasons()?)?, places)
}

/// The same by classical decomposition: period ÷ the moving average centred on it, which a trend
/// within the year does not bend. Refused alike, and below two years.
pub fn decomposed_indices(series: &Series, places: u32) -> Result<Vec<Decimal>> {
    exact(decomposed(series.values(), series.seasons()?, Effect::Multiply)?, places)
}

fn exact(values: Vec<f64>, places: u32) -> Result<Vec<Decimal>> {
    values.into_iter().map(|value| rounded(value, places)).collect()
}

//! Exponential smoothing with trend and season (P. R. Winters, "Forecasting Sales by Exponentially
//! Weighted Moving Averages", Management Science 6, 1960), with the damped trend of E. S. Gardner and
//! E. McKenzie, "Forecasting Trends in Time Series", Management Science 31 (1985).
//!
//! With level l, trend b, season s of m periods and the constants α, β, γ, φ, where φ = 1 leaves the
//! trend as it is, the period y that follows changes them to
//!
//! | | additive | multiplicative |
//! | --- | --- | --- |
//! | forecast | l + φb + s | (l + φb) · s |
//! | l′ | α(y − s) + (1 − α)(l + φb) | α(y ÷ s) + (1 − α)(l + φb) |
//! | s′ | γ(y − l − φb) + (1 − γ)s | γ(y ÷ (l + φb)) + (1 − γ)s |
//! | b′ | β(l′ − l) + (1 − β)φb | the same |

use crate::{
    error::{Result, SeriesError, need},
    seasonal::{decomposed, line},
};

/// From so many first years the season of the start is taken.
const YEARS: usize = 3;

/// How the season acts on the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Add,
    Multiply,
}

impl Effect {
    /// A figure without its season, or without its level.
    pub(crate) fn remove(self, value: f64, part: f64) -> f64 {
        match self {
            Self::Add => value - part,
            Self::Multiply => value / part,
        }
    }

    /// A level with its season.
    fn apply(self, level: f64, season: f64) -> f64 {
        match self {
            Self::Add => level + season,
            Self::Multiply => level * season,
        }
    }
}

/// The constants, each from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    pub(crate) level: f64,
    pub(crate) trend: f64,
    pub(crate) season: f64,
    /// 1 for a trend that goes on for ever.
    pub(crate) damping: f64,
}

/// Where the smoothing stands after some periods.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    effect: Effect,
    level: f64,
    trend: f64,
    /// By position in the season; the one at `next` is that of the next period.
    season: Vec<f64>,
    next: usize,
}

impl State {
    /// The start of the textbook: the mean of the first season, the mean change between the first two
    /// seasons for each period, and how the first season's periods differ from their mean.
    pub(crate) fn textbook(values: &[f64], season: usize, effect: Effect) -> Result<Self> {
        need(values.len(), 2 * season)?;
        let (level, second) = (mean(&values[..season]), mean(&values[season..2 * season]));
        let trend = (second - level) / season as f64;
        let season = values[..season].iter().map(|&value| effect.remove(value, level)).collect();
        Ok(Self { effect, level, trend, season, next: 0 })
    }

    /// The start of those who fit the constants: the season from a decomposition of the first years,
    /// level and trend from the straight line through the first year without its season (R. J. Hyndman
    /// et al., "Forecasting with Exponential Smoothing", 2008, section 2.6).
    pub(crate) fn decomposed(values: &[f64], season: usize, effect: Effect) -> Result<Self> {
        need(values.len(), 2 * season)?;
        let whole = values.len() / season;
        let head = &values[..whole.min(YEARS) * season];
        let seasons = decomposed(head, season, effect)?;
        let adjusted: Vec<f64> =
            head[..season].iter().zip(&seasons).map(|(&v, &s)| effect.remove(v, s)).collect();
        let (start, trend) = line(&adjusted);
        Ok(Self { effect, level: start - trend, trend, season: seasons, next: 0 })
    }

    /// The forecast for the next period.
    fn forecast(&self, damping: f64) -> f64 {
        self.effect.apply(self.level + damping * self.trend, self.season[self.next])
    }

    /// Takes the next period in.
    pub(crate) fn step(&mut self, value: f64, weights: &Weights) {
        let mix = |weight: f64, new: f64, old: f64| weight * new + (1.0 - weight) * old;
        let base = self.level + weights.damping * self.trend;
        let season = self.season[self.next];
        let level = mix(weights.level, self.effect.remove(value, season), base);
        self.trend = mix(weights.trend, level - self.level, weights.damping * self.trend);
        self.season[self.next] = mix(weights.season, self.effect.remove(value, base), season);
        self.level = level;
        self.next = (self.next + 1) % self.season.len();
    }

    /// Takes a series in and returns the sum of the squared errors of the forecasts one period ahead;
    /// infinite if the smoothing runs away.
    pub(crate) fn run(&mut self, values: &[f64], weights: &Weights) -> f64 {
        let mut sum = 0.0;
        for &value in values {
            let error = value - self.forecast(weights.damping);
            sum += error * error;
            self.step(value, weights);
        }
        if sum.is_finite() { sum } else { f64::INFINITY }
    }

    /// The errors of the forecasts one period ahead, period by period.
    pub(crate) fn errors(mut self, values: &[f64], weights: &Weights) -> Vec<f64> {
        let error = |&value: &f64| {
            let error = value - self.forecast(weights.damping);
            self.step(value, weights);
            error
        };
        values.iter().map(error).collect()
    }

    /// Level, trend and season in one row.
    pub(crate) fn row(&self) -> Vec<f64> {
        [&[self.level, self.trend], &self.season[..]].concat()
    }

    /// The same with other values, as [`State::row`] gives them.
    pub(crate) fn with(&self, row: &[f64]) -> Self {
        let [level, trend, season @ ..] = row else { return self.clone() };
        Self { level: *level, trend: *trend, season: season.to_vec(), ..*self }
    }

    /// The forecasts of the periods to come.
    pub(crate) fn ahead(&self, periods: usize, damping: f64) -> Result<Vec<f64>> {
        let (mut base, mut step) = (self.level, self.trend);
        let forecasts: Vec<f64> = (0..periods)
            .map(|ahead| {
                step *= damping;
                base += step;
                self.effect.apply(base, self.season[(self.next + ahead) % self.season.len()])
            })
            .collect();
        let finite = forecasts.iter().all(|forecast| forecast.is_finite());
        if finite { Ok(forecasts) } else { Err(SeriesError::OutOfRange) }
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

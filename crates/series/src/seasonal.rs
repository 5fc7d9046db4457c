//! Simple models: averages, the season before, and indices of the season.

use crate::{
    error::{Result, SeriesError, need},
    smoothing::{Effect, mean},
};

/// The mean of the last periods, for every period to come.
pub(crate) fn moving_average(values: &[f64], window: usize, periods: usize) -> Result<Vec<f64>> {
    if window == 0 {
        return Err(SeriesError::InvalidLength);
    }
    need(values.len(), window)?;
    Ok(vec![mean(&values[values.len() - window..]); periods])
}

/// What each period to come was a season before.
pub(crate) fn naive(values: &[f64], season: usize, periods: usize) -> Result<Vec<f64>> {
    need(values.len(), season)?;
    let last = &values[values.len() - season..];
    Ok(last.iter().copied().cycle().take(periods).collect())
}

/// The same, times the growth of the last season over the one before it: once for the next season,
/// twice for the one after.
pub(crate) fn growing(values: &[f64], season: usize, periods: usize) -> Result<Vec<f64>> {
    need(values.len(), 2 * season)?;
    let (earlier, last) = values[values.len() - 2 * season..].split_at(season);
    let (earlier, last): (f64, f64) = (earlier.iter().sum(), last.iter().sum());
    if earlier <= 0.0 || last <= 0.0 {
        return Err(SeriesError::NotPositive);
    }
    let mut growth = 1.0;
    let forecasts = naive(values, season, periods)?.into_iter().enumerate();
    Ok(forecasts
        .map(|(ahead, value)| {
            growth *= if ahead % season == 0 { last / earlier } else { 1.0 };
            value * growth
        })
        .collect())
}

/// What each of the next periods is of the mean of its season: the mean over all whole seasons,
/// counted back from the end, of period ÷ mean of the season. The indices have the mean 1.
pub(crate) fn indices(values: &[f64], season: usize) -> Result<Vec<f64>> {
    need(values.len(), season)?;
    let whole = &values[values.len() % season..];
    let mut indices = vec![0.0; season];
    let count = (whole.len() / season) as f64;
    for year in whole.chunks(season) {
        let mean = mean(year);
        if mean <= 0.0 {
            return Err(SeriesError::NotPositive);
        }
        for (index, value) in indices.iter_mut().zip(year) {
            *index += value / mean / count;
        }
    }
    Ok(indices)
}

/// The classical decomposition: the mean over the years of period ÷ moving average centred on it (or
/// less it), brought to the mean 1 (or 0); for the next periods, in their order.
///
/// Unlike [`indices`] it is not bent by a trend within the year, and it takes two whole seasons.
pub(crate) fn decomposed(values: &[f64], season: usize, effect: Effect) -> Result<Vec<f64>> {
    need(values.len(), 2 * season)?;
    let mut sums = vec![(0.0, 0.0); season];
    for at in season / 2..values.len() - season / 2 {
        let centred = centred(values, season, at);
        if effect == Effect::Multiply && centred <= 0.0 {
            return Err(SeriesError::NotPositive);
        }
        let (sum, count) = &mut sums[at % season];
        *sum += effect.remove(values[at], centred);
        *count += 1.0;
    }
    let means: Vec<f64> = sums.iter().map(|(sum, count)| sum / count).collect();
    let (all, next) = (mean(&means), values.len() % season);
    Ok((next..next + season).map(|at| effect.remove(means[at % season], all)).collect())
}

/// The mean of a season around a period. A season has an even number of periods, so one more than a
/// season is looked at and its two ends count half.
fn centred(values: &[f64], season: usize, at: usize) -> f64 {
    let window = &values[at - season / 2..=at + season / 2];
    let ends = (window[0] + window[season]) / 2.0;
    (window.iter().sum::<f64>() - ends) / season as f64
}

/// The classical forecast: the straight line through the figures without their season, times the
/// season.
pub(crate) fn trend_and_season(values: &[f64], season: usize, periods: usize) -> Result<Vec<f64>> {
    let indices = decomposed(values, season, Effect::Multiply)?;
    if indices.iter().any(|&index| index <= 0.0) {
        return Err(SeriesError::NotPositive);
    }
    let place = |at: usize| indices[(at + season - values.len() % season) % season];
    let level: Vec<f64> = values.iter().enumerate().map(|(at, value)| value / place(at)).collect();
    let (start, slope) = line(&level);
    let ahead = values.len()..values.len() + periods;
    Ok(ahead.map(|at| (start + slope * at as f64) * place(at)).collect())
}

/// The line of the least squares through values at 0, 1, 2 …: its start and its slope.
pub(crate) fn line(values: &[f64]) -> (f64, f64) {
    let middle = (values.len() - 1) as f64 / 2.0;
    let (mut with, mut of) = (0.0, 0.0);
    for (at, value) in values.iter().enumerate() {
        let from = at as f64 - middle;
        with += from * value;
        of += from * from;
    }
    let slope = if of > 0.0 { with / of } else { 0.0 };
    (mean(values) - slope * middle, slope)
}

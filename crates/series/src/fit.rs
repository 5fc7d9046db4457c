//! The constants and the start of exponential smoothing that fit a series best.

use crate::{
    error::{Result, SeriesError},
    least_squares::descend,
    simplex::minimise,
    smoothing::{Effect, State, Weights},
};

/// How many of the first guesses are followed up.
const FOLLOWED: usize = 3;

/// As precisely the constants are searched before the start is fitted too.
const ROUGHLY: f64 = 1e-4;

/// What is searched: α, β ÷ α, γ ÷ (1 − α) and where φ lies between its bounds.
type Point = [f64; 4];

/// Smooths a series with the constants and from the start for which the squared errors of the
/// forecasts one period ahead sum to the least; returns the state after it, and the constants.
///
/// First the constants are searched from a start that is guessed, then both together.
pub(crate) fn fitted(
    values: &[f64],
    season: usize,
    effect: Effect,
    damped: bool,
) -> Result<(State, Weights)> {
    let start = State::decomposed(values, season, effect)?;
    let errors = |point: &Point| start.clone().run(values, &weights(point, damped));
    let mut guesses: Vec<(Point, f64)> =
        guesses().into_iter().map(|point| (point, errors(&point))).collect();
    guesses.sort_by(|one, other| one.1.total_cmp(&other.1));
    let best = guesses[..FOLLOWED]
        .iter()
        .map(|(point, _)| together(values, &start, minimise(*point, ROUGHLY, &errors).0, damped))
        .min_by(|one, other| one.2.total_cmp(&other.2))
        .filter(|(_, _, errors)| errors.is_finite());
    let (mut state, weights, _) = best.ok_or(SeriesError::OutOfRange)?;
    state.run(values, &weights);
    Ok((state, weights))
}

/// The start and the constants that are best together, seen from these; and the sum of the squares.
fn together(values: &[f64], start: &State, point: Point, damped: bool) -> (State, Weights, f64) {
    let read = |row: &[f64]| {
        let (constants, start_row) = row.split_at(point.len());
        let point = std::array::from_fn(|at| constants[at]);
        (start.with(start_row), weights(&point, damped))
    };
    let errors = |row: &[f64]| {
        let (start, weights) = read(row);
        start.errors(values, &weights)
    };
    let row = [&point[..], &start.row()].concat();
    let (row, least) = descend(row, point.len(), &errors);
    let (start, weights) = read(&row);
    (start, weights, least)
}

/// Points all over the cube, since the errors may have several valleys.
fn guesses() -> Vec<Point> {
    let mut points = Vec::new();
    for level in [0.05, 0.2, 0.4, 0.7] {
        for trend in [0.0, 0.1, 0.4] {
            for season in [0.05, 0.3, 0.7] {
                points.push([level, trend, season, 0.5]);
            }
        }
    }
    points
}

/// The constants at a point: β at most α and γ at most 1 − α, as in the state space models, and φ from
/// 0.8 to 0.98 (R. J. Hyndman et al., "Forecasting with Exponential Smoothing", 2008).
fn weights(&[level, trend, season, damping]: &Point, damped: bool) -> Weights {
    Weights {
        level,
        trend: level * trend,
        season: (1.0 - level) * season,
        damping: if damped { 0.8 + 0.18 * damping } else { 1.0 },
    }
}

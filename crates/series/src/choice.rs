//! Which model fits a series best, by what each would have said of its past.
//!
//! Rolling origin (L. J. Tashman, "Out-of-sample Tests of Forecasting Accuracy", International Journal
//! of Forecasting 16, 2000): the series is cut off at one period after the other up to its end, each
//! model fits what lies before and forecasts what follows, a year at most, and all are compared over the
//! same cuts. So every cut counts, and the newest periods are forecast most often.
//!
//! Cut only where a whole year follows, the newest year would hardly count. The usual constants and the
//! mean of several models are among the candidates, for what fits the past best is often not what goes on.
//! Price: half a second for ten years of months.

use crate::{
    accuracy::{Accuracy, Errors},
    error::{Result, SeriesError, need},
    model::Model,
    series::Series,
};
use std::ops::RangeInclusive;

/// The most years in which a series is cut off at every period.
const YEARS: usize = 2;

/// What a model would have said of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The model.
    pub model: Model,
    /// How far it would have been off over all cuts, or why it has nothing to say at one of them.
    pub rolling: Result<Accuracy>,
}

/// The model that fits best, and how that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The one with the least error; of two equal ones the simpler.
    pub model: Model,
    /// How far it would have been off over all cuts.
    pub rolling: Accuracy,
    /// The periods before the first cut.
    pub shortest: usize,
    /// How many cuts there were.
    pub cuts: usize,
    /// Most periods forecast at a cut; fewer where the series ends.
    pub ahead: usize,
    /// All that were compared, the simplest first.
    pub candidates: Vec<Candidate>,
}

/// Chooses among [`Model::CANDIDATES`]; refused as `InsufficientHistory` below two years.
pub fn choose(series: &Series) -> Result<Choice> {
    choose_among(series, Model::CANDIDATES)
}

/// Chooses among some models, the simplest first.
///
/// A model that has nothing to say at one of the cuts is not chosen. Refused as
/// `InsufficientHistory` below two years, or as the first model if none has anything to say.
pub fn choose_among(series: &Series, models: &[Model]) -> Result<Choice> {
    let cuts = cuts(series)?;
    let errors = errors(models, series, cuts.clone());
    let candidates: Vec<Candidate> = models
        .iter()
        .zip(&errors)
        .map(|(&model, errors)| Candidate {
            model,
            rolling: errors.and_then(|errors| errors.accuracy()),
        })
        .collect();
    let told = models.iter().zip(&errors).filter_map(|(model, one)| Some((model, one.ok()?)));
    // Of equal ones the first stays.
    let best = told.min_by(|one, other| one.1.score().total_cmp(&other.1.score()));
    let Some((&model, errors)) = best else {
        let why = candidates.first().and_then(|one| one.rolling.err());
        return Err(why.unwrap_or(SeriesError::InvalidLength));
    };
    Ok(Choice {
        model,
        rolling: errors.accuracy()?,
        shortest: *cuts.start(),
        cuts: cuts.count(),
        ahead: series.season(),
        candidates,
    })
}

/// How far a model would have been off in the last year, knowing what was before.
///
/// Refused as the model is on the series without its last year.
pub fn hold_out(model: &Model, series: &Series) -> Result<Accuracy> {
    let cut = before_last_year(series)?;
    let errors = errors(&[*model], series, cut..=cut);
    errors.first().copied().unwrap_or(Err(SeriesError::InvalidLength))?.accuracy()
}

/// How far the choice itself would have been off in the last year: the model that would have been
/// chosen then, from what was before.
///
/// More honest than the error of a model that was chosen with a view to that year. Refused as
/// `InsufficientHistory` below three years, or as [`choose`].
pub fn hold_out_of_choice(series: &Series) -> Result<(Model, Accuracy)> {
    let before = series.first(before_last_year(series)?);
    let model = choose(&before)?.model;
    Ok((model, hold_out(&model, series)?))
}

/// How many periods there were before the last year.
fn before_last_year(series: &Series) -> Result<usize> {
    need(series.len(), series.season() + 1)?;
    Ok(series.len() - series.season())
}

/// The numbers of periods at which a series is cut off: in its last two years, with two years before
/// them where it is long enough, and else from the middle on.
fn cuts(series: &Series) -> Result<RangeInclusive<usize>> {
    let (season, held) = (series.season(), series.len());
    need(held, 2 * season)?;
    let first = (held - YEARS * season).max((2 * season).min(held - season));
    Ok(first..=held - 1)
}

/// The errors of each model over all cuts, or why it has nothing to say at one of them.
fn errors(models: &[Model], series: &Series, cuts: RangeInclusive<usize>) -> Vec<Result<Errors>> {
    let mut errors = vec![Ok(Errors::default()); models.len()];
    for cut in cuts {
        let (before, follow) = (series.first(cut), &series.values()[cut..]);
        let follow = &follow[..follow.len().min(series.season())];
        let mut known: Vec<(Model, Result<Vec<f64>>)> = Vec::with_capacity(models.len());
        for (model, errors) in models.iter().zip(&mut errors) {
            let forecasts = model.forecast_knowing(&before, follow.len(), &known);
            match (&mut *errors, &forecasts) {
                (Ok(errors), Ok(forecasts)) => errors.take(follow, forecasts),
                (Ok(_), Err(why)) => *errors = Err(*why),
                (Err(_), _) => {}
            }
            known.push((*model, forecasts));
        }
    }
    errors
}

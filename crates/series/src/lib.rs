//! Series of figures and what they propose for the next periods. Pure: nothing is read or written.
//!
//! A [`Series`] holds the figures of months, quarters, halves or years. A [`Model`] proposes the periods
//! that follow; [`choose()`] finds the model that would have fitted its past best, and tells by how much
//! each was off. Figures come in and go out as exact decimals. Between them everything is floating
//! point, but no random numbers and no functions whose last digits differ between machines, so that the
//! same series always has the same answer.
//!
//! | module | holds |
//! | --- | --- |
//! | `series` | figures in, rounded figures out |
//! | `model` | the models by name, and the indices of the season |
//! | `seasonal` | moving average, the year before, indices of the season |
//! | `smoothing` | exponential smoothing with trend and season, by given constants |
//! | `fit`, `simplex`, `least_squares` | the constants and the start that fit best |
//! | `accuracy` | how far forecasts were off |
//! | `choice` | which model fits best, by its errors in the past |
//!
//! The library for it, `augurs`, has no seasonal smoothing yet and stands on a hundred thousand lines of
//! others; what is here comes to the errors that statsmodels comes to. Price: no ARIMA, and no intervals
//! around a forecast.

mod accuracy;
mod choice;
mod error;
mod fit;
mod least_squares;
mod model;
mod seasonal;
mod series;
mod simplex;
mod smoothing;

pub use accuracy::Accuracy;
pub use choice::{Candidate, Choice, choose, choose_among, hold_out, hold_out_of_choice};
pub use error::SeriesError;
pub use model::{Constants, Model, Proposal, Seasonality, decomposed_indices, seasonal_indices};
pub use series::{MOST_PERIODS, Series};

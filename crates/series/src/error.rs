//! What can stand in the way of a forecast.

/// Why a model has nothing to say about a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    /// Fewer periods than the model needs.
    #[error("the model needs {needed} periods and there are {held}")]
    InsufficientHistory {
        /// Periods of the series.
        held: usize,
        /// Periods that it takes.
        needed: usize,
    },
    /// A moving average over no period at all, or no period to forecast, or too many.
    #[error("the number of periods is out of range")]
    InvalidLength,
    /// A seasonal model of a series whose periods are years.
    #[error("a year has no seasons within it")]
    NoSeason,
    /// A multiplicative model of a series with a figure of zero or less.
    #[error("the model needs figures above zero")]
    NotPositive,
    /// Figures too large to be computed with, or a forecast that runs away.
    #[error("the figures are out of range")]
    OutOfRange,
}

/// What every function here answers.
pub(crate) type Result<T, E = SeriesError> = std::result::Result<T, E>;

/// Refuses a history that is too short.
pub(crate) fn need(held: usize, needed: usize) -> Result<()> {
    if held < needed { Err(SeriesError::InsufficientHistory { held, needed }) } else { Ok(()) }
}

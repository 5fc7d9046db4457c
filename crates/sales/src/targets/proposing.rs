//! What models propose from history, with how far each would have been off, and the factors behind.

use super::{
    actuals::{self, Moment, Scope, require_sight},
    changing::{changeable, refused},
    model::{Target, TargetId},
    parts::{BackTest, PastFigure, TargetFactor, TargetFactorStep, TargetProposal},
};
use crate::{
    problems::{INSUFFICIENT_HISTORY, NO_SEASON},
    rules::{line, refuse},
};
use guanxi_kernel::{
    Ctx, Problem, Result, Word as _,
    allocation::chain,
    attainment::Figure,
    period::{DateRange, Period, Unit},
    problem::OUT_OF_RANGE,
    split::allocate,
};
use guanxi_series::{
    Accuracy, Constants, Model, Seasonality, Series, SeriesError, choose, hold_out,
    seasonal_indices,
};
use guanxi_storage::{
    Tx,
    resource::{self, Shown},
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

guanxi_kernel::words! {
    /// How the next periods are proposed.
    pub enum ModelKind {
        /// The mean of the last periods.
        MovingAverage = "moving_average" ("Moving average", "移动平均"),
        /// A figure that is given spread over the year by what each part of it was of its mean.
        SeasonalIndex = "seasonal_index" ("Seasonal index", "季节指数"),
        /// The line through the figures without their season, times the season.
        TrendAndSeason = "trend_and_season" ("Trend and season", "趋势加季节"),
        /// What the period was a year before.
        LastYear = "last_year" ("Last year", "去年同期"),
        /// The same, times the growth of the year.
        LastYearGrowth = "last_year_growth" ("Last year with growth", "去年同期加增长"),
        /// Exponential smoothing with an additive season, fitted.
        HoltWintersAdditive = "holt_winters_additive" ("Holt-Winters, additive", "霍尔特-温特斯(加法)"),
        /// Exponential smoothing with a multiplicative season, fitted.
        HoltWintersMultiplicative = "holt_winters_multiplicative"
            ("Holt-Winters, multiplicative", "霍尔特-温特斯(乘法)"),
        /// The mean of several models.
        Combined = "combined" ("Combined", "组合模型"),
        /// The one that would have fitted the past best.
        Auto = "auto" ("The best one", "自动选择"),
    }
}

guanxi_kernel::words! {
    /// How long the periods of the history are.
    pub enum HistoryUnit {
        /// Months.
        Month = "month" ("Month", "月"),
        /// Fiscal quarters.
        Quarter = "quarter" ("Quarter", "季度"),
        /// Fiscal half-years.
        Half = "half" ("Half-year", "半年"),
        /// Fiscal years.
        Year = "year" ("Year", "年"),
    }
}

impl HistoryUnit {
    const fn unit(self) -> Unit {
        match self {
            Self::Month => Unit::Month,
            Self::Quarter => Unit::Quarter,
            Self::Half => Unit::Half,
            Self::Year => Unit::Year,
        }
    }
}

/// A model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalModel {
    /// Which one.
    pub kind: ModelKind,
    /// Periods of a moving average; 3 when absent.
    #[serde(default)]
    #[validate(range(min = 1, max = 60))]
    #[schema(minimum = 1, maximum = 60)]
    pub window: Option<i64>,
}

/// A proposal from history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(examples(json!({ "model": { "kind": "moving_average", "window": 3 },
    "factors": [{ "kind": "market", "multiplier": "1.1", "note": "行业增长" }] })))]
pub struct ProposeTarget {
    /// By which model.
    #[validate(nested)]
    pub model: ProposalModel,
    /// How long the periods of the history are, at most as long as that of the target; as long when
    /// absent.
    #[serde(default)]
    pub by: Option<HistoryUnit>,
    /// By what the proposal is multiplied, one after the other.
    #[serde(default)]
    #[validate(length(max = 20), nested)]
    #[schema(max_items = 20)]
    pub factors: Vec<TargetFactor>,
}

/// The most periods of history.
const MOST_HISTORY: i32 = 60;

/// The refusal of a series.
fn refused_series(error: SeriesError) -> Problem {
    match error {
        SeriesError::InsufficientHistory { held, needed } => {
            INSUFFICIENT_HISTORY.with("held", held).with("needed", needed)
        }
        SeriesError::InvalidLength => OUT_OF_RANGE.with("expected", "fewer periods"),
        SeriesError::NoSeason => NO_SEASON.problem(),
        SeriesError::NotPositive => crate::problems::HISTORY_NOT_POSITIVE.problem(),
        SeriesError::OutOfRange => OUT_OF_RANGE.with("expected", "smaller figures"),
    }
}

/// What was reached in the periods before a target, from the first in which anything was, in its units.
async fn history(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    unit: Unit,
    moment: &Moment,
) -> Result<Vec<(Period, i64)>> {
    let fiscal = ctx.settings.fiscal;
    let today = moment.day;
    // What is not over yet says little.
    let first = fiscal.containing(unit, target.starts_on.min(today));
    let periods: Vec<Period> =
        (1..=MOST_HISTORY).rev().filter_map(|back| first.back(back)).collect();
    let (Some(oldest), Some(newest)) = (periods.first(), periods.last()) else {
        return Ok(Vec::new());
    };
    let window = DateRange {
        start: oldest.range(fiscal, today).start,
        end: newest.range(fiscal, today).end,
    };
    let scope = Scope::of(tx, target).await?;
    let sums = actuals::by_period(tx, ctx, &scope, window, moment, (fiscal, unit)).await?;
    let units = |period: Period| sums.get(&period.to_string()).copied().unwrap_or_default();
    let all = periods.into_iter().map(|period| (period, units(period)));
    Ok(all.skip_while(|(_, units)| *units == 0).collect())
}

fn series(history: &[(Period, i64)], unit: Unit) -> Result<Series> {
    let figures: Vec<Decimal> = history.iter().map(|(_, units)| Decimal::from(*units)).collect();
    Series::new(&figures, unit).map_err(refused_series)
}

fn whole(figure: Decimal) -> Result<i64> {
    // A falling trend can lead below zero, where no target is.
    figure
        .max(Decimal::ZERO)
        .to_i64()
        .ok_or_else(|| OUT_OF_RANGE.with("expected", "smaller figures"))
}

fn back_test(accuracy: Accuracy) -> BackTest {
    let shown = |one: Option<Decimal>| one.map(|one| one.to_string());
    BackTest {
        mape: shown(accuracy.mape),
        wape: shown(accuracy.wape),
        forecasts: u64::try_from(accuracy.forecasts).unwrap_or(u64::MAX),
    }
}

/// The model of that kind, and how far it would have been off.
fn model(wish: ProposalModel, series: &Series) -> Result<(Model, &'static str, Option<BackTest>)> {
    let smoothing = |seasonality| Model::Smoothing { seasonality, damped: false };
    let model = match wish.kind {
        ModelKind::Auto => {
            let choice = choose(series).map_err(refused_series)?;
            return Ok((choice.model, name(choice.model), Some(back_test(choice.rolling))));
        }
        ModelKind::MovingAverage => {
            let window = usize::try_from(wish.window.unwrap_or(3)).unwrap_or(3);
            Model::MovingAverage { window }
        }
        ModelKind::SeasonalIndex | ModelKind::TrendAndSeason => Model::SeasonalIndex,
        ModelKind::LastYear => Model::SeasonalNaive,
        ModelKind::LastYearGrowth => Model::SeasonalGrowth,
        ModelKind::HoltWintersAdditive => smoothing(Seasonality::Additive),
        ModelKind::HoltWintersMultiplicative => smoothing(Seasonality::Multiplicative),
        ModelKind::Combined => Model::Combined,
    };
    Ok((model, wish.kind.word(), hold_out(&model, series).ok().map(back_test)))
}

/// What a model is called.
fn name(model: Model) -> &'static str {
    match model {
        Model::MovingAverage { .. } => "moving_average",
        Model::SeasonalNaive => "last_year",
        Model::SeasonalGrowth => "last_year_growth",
        Model::SeasonalIndex => "trend_and_season",
        Model::HoltWinters { seasonality, constants } => match (seasonality, constants) {
            (Seasonality::Additive, Constants::USUAL) => "holt_winters_additive_usual",
            (Seasonality::Additive, _) => "holt_winters_additive_given",
            (Seasonality::Multiplicative, Constants::USUAL) => "holt_winters_multiplicative_usual",
            (Seasonality::Multiplicative, _) => "holt_winters_multiplicative_given",
        },
        Model::Smoothing { seasonality: Seasonality::Additive, .. } => "holt_winters_additive",
        Model::Smoothing { .. } => "holt_winters_multiplicative",
        Model::Combined => "combined",
    }
}

/// What the model that would have fitted best forecasts for the period of a target.
///
/// # Errors
/// `insufficient_history`.
pub(super) async fn forecast(
    tx: &mut Tx,
    ctx: &Ctx,
    target: &Target,
    moment: &Moment,
) -> Result<(String, Figure)> {
    let unit = target.input.period.unit().unwrap_or(Unit::Month);
    let history = history(tx, ctx, target, unit, moment).await?;
    let series = series(&history, unit)?;
    let auto = ProposalModel { kind: ModelKind::Auto, window: None };
    let (model, name) = match model(auto, &series) {
        Ok((model, name, _)) => (model, name),
        // Too short to choose from, but the mean of the last ones can be told.
        Err(problem) if problem.is(&INSUFFICIENT_HISTORY) => {
            (Model::MovingAverage { window: 3 }, "moving_average")
        }
        Err(problem) => return Err(problem),
    };
    let ahead = ahead(target, &history, unit, ctx)?;
    let figures = model.propose(&series, ahead, 0).map_err(refused_series)?.figures;
    let last = figures.last().copied().unwrap_or_default();
    Ok((name.to_owned(), target.figure_of(whole(last)?)))
}

/// How many periods behind the history that of the target ends.
fn ahead(target: &Target, history: &[(Period, i64)], unit: Unit, ctx: &Ctx) -> Result<usize> {
    let fiscal = ctx.settings.fiscal;
    let end = fiscal.containing(unit, target.ends_on);
    // Of no history at all the model itself says how much it needs.
    let Some((last, _)) = history.last() else { return Ok(1) };
    let behind = (1..=MOST_HISTORY).find(|back| end.back(*back) == Some(*last));
    let behind = behind.and_then(|count| usize::try_from(count).ok());
    behind.ok_or_else(|| OUT_OF_RANGE.with("expected", "a period that follows the history"))
}

/// Has a model propose the figure of a target from history, times factors. The proposal is kept with the
/// target; its figure stays.
///
/// A seasonal index proposes no figure but spreads that of the target over the parts of its year.
///
/// # Errors
/// `insufficient_history`, `no_season`, `history_not_positive`; as any change.
pub async fn propose(
    tx: &mut Tx,
    ctx: &Ctx,
    id: TargetId,
    wish: ProposeTarget,
) -> Result<Shown<Target>> {
    let target = changeable(tx, ctx, id).await?;
    require_sight(ctx, target.input.metric)?;
    let own = target.input.period.unit().unwrap_or(Unit::Month);
    let unit = wish.by.map_or(own, HistoryUnit::unit);
    let parts = target.input.period.parts(unit, ctx.settings.fiscal);
    let parts = parts.ok_or_else(|| {
        refuse(&OUT_OF_RANGE, "/by", ("expected", "at most as long as the period of the target"))
    })?;
    let moment = Moment::now(ctx);
    let history = history(tx, ctx, &target, unit, &moment).await?;
    let series = series(&history, unit)?;
    let (name, back_test, figures, indices) = match wish.model.kind {
        ModelKind::SeasonalIndex => {
            if own != Unit::Year {
                return Err(NO_SEASON.problem());
            }
            let indices = seasonal_indices(&series, 6).map_err(refused_series)?;
            let figures = allocate(target.units(), &indices);
            let figures = figures.map_err(|error| refused(error.into(), &target))?;
            let shown = indices.iter().map(ToString::to_string).collect();
            let test = hold_out(&Model::SeasonalIndex, &series).ok().map(back_test);
            ("seasonal_index", test, figures, shown)
        }
        _ => {
            let (model, name, test) = model(wish.model, &series)?;
            let ahead = ahead(&target, &history, unit, ctx)?;
            let all = model.propose(&series, ahead, 0).map_err(refused_series)?.figures;
            let figures: Result<Vec<i64>> =
                all.into_iter().skip(ahead - parts.len().min(ahead)).map(whole).collect();
            (name, test, figures?, Vec::new())
        }
    };
    let sum = figures.iter().try_fold(0_i64, |sum, one| sum.checked_add(*one));
    let proposed = sum.ok_or_else(|| OUT_OF_RANGE.with("expected", "smaller figures"))?;
    let multipliers: Vec<Decimal> =
        wish.factors.iter().map(|one| one.multiplier.to_decimal()).collect();
    let steps = chain(proposed, &multipliers).map_err(|error| refused(error, &target))?;
    let outcome = steps.last().map_or(proposed, |step| step.figure);
    let factors = wish.factors.into_iter().zip(steps).map(|(factor, step)| TargetFactorStep {
        kind: factor.kind,
        multiplier: factor.multiplier,
        note: factor.note,
        author_id: ctx.actor.user,
        figure: target.figure_of(step.figure).into(),
    });
    let shown = |(period, units): (Period, i64)| PastFigure {
        period,
        actual: target.figure_of(units).into(),
    };
    let proposal = TargetProposal {
        model: line(name)?,
        history: history.iter().copied().map(shown).collect(),
        back_test,
        parts: parts.into_iter().zip(figures).map(shown).collect(),
        indices,
        proposed: target.figure_of(proposed).into(),
        factors: factors.collect(),
        outcome: target.figure_of(outcome).into(),
        at: ctx.now,
    };
    resource::change(tx, ctx, id.uuid(), "proposal_made", |one: &mut Target| {
        one.proposal = Some(proposal);
        Ok(())
    })
    .await
}

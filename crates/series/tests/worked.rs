//! The worked numbers of targets from history, and what holds for every series.

use guanxi_kernel::{Share, period::Unit, split::allocate};
use guanxi_series::{
    Constants, Model, Seasonality, Series, SeriesError, choose, choose_among, hold_out,
    hold_out_of_choice, seasonal_indices,
};
use proptest::collection::vec;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn series(figures: &[i64], unit: Unit) -> Series {
    let figures: Vec<Decimal> = figures.iter().copied().map(Decimal::from).collect();
    Series::new(&figures, unit).expect("a series")
}

fn proposed(model: Model, series: &Series, periods: usize) -> Result<Vec<String>, SeriesError> {
    let figures = model.propose(series, periods, 4)?.figures;
    Ok(figures.iter().map(ToString::to_string).collect())
}

fn fixed(seasonality: Seasonality) -> Model {
    Model::HoltWinters { seasonality, constants: Constants::USUAL }
}

fn smoothing(seasonality: Seasonality, damped: bool) -> Model {
    Model::Smoothing { seasonality, damped }
}

const QUARTERS: [i64; 8] = [80, 100, 120, 100, 120, 150, 180, 150];

#[test]
fn s_66_a_moving_average_proposes_the_mean_of_its_window() {
    let of = |window, history: &[i64]| {
        proposed(Model::MovingAverage { window }, &series(history, Unit::Month), 2)
    };
    assert_eq!(of(3, &[100, 120, 140]).unwrap(), ["120", "120"]);
    assert_eq!(of(3, &[9_999, 100, 120, 140]).unwrap(), ["120", "120"]);
    assert_eq!(of(3, &[100, 100, 101]).unwrap()[0], "100.3333");
    let short = SeriesError::InsufficientHistory { held: 2, needed: 3 };
    assert_eq!(of(3, &[100, 120]), Err(short));
    assert_eq!(of(0, &[100, 120]), Err(SeriesError::InvalidLength));
}

#[test]
fn s_67_seasonal_indices_spread_the_year() {
    let quarters = series(&QUARTERS, Unit::Quarter);
    let indices = seasonal_indices(&quarters, 6).unwrap();
    let shown: Vec<String> = indices.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["0.8", "1", "1.2", "1"]);
    assert_eq!(allocate(800, &indices).unwrap(), [160, 200, 240, 200]);
    // An incomplete first year is left out, and the next quarter comes first.
    let longer = series(&[&[5], &QUARTERS[..]].concat(), Unit::Quarter);
    assert_eq!(seasonal_indices(&longer, 6).unwrap(), indices);
    let later = seasonal_indices(&series(&QUARTERS[..7], Unit::Quarter), 6).unwrap();
    assert_eq!(later.iter().sum::<Decimal>(), Decimal::from(4));
}

#[test]
fn s_67_what_has_no_season_or_history_is_refused() {
    let short = SeriesError::InsufficientHistory { held: 3, needed: 4 };
    assert_eq!(seasonal_indices(&series(&QUARTERS[..3], Unit::Quarter), 6), Err(short));
    assert_eq!(seasonal_indices(&series(&[1, 2], Unit::Year), 6), Err(SeriesError::NoSeason));
    let returns = series(&[1, -1, 2, -2], Unit::Quarter);
    assert_eq!(seasonal_indices(&returns, 6), Err(SeriesError::NotPositive));
    let short = SeriesError::InsufficientHistory { held: 7, needed: 8 };
    for model in [
        Model::SeasonalGrowth,
        Model::SeasonalIndex,
        fixed(Seasonality::Additive),
        smoothing(Seasonality::Multiplicative, true),
    ] {
        assert_eq!(proposed(model, &series(&QUARTERS[..7], Unit::Quarter), 1), Err(short));
    }
    let zero = series(&[8, 0, 12, 10, 12, 15, 18, 15], Unit::Quarter);
    for model in [fixed(Seasonality::Multiplicative), smoothing(Seasonality::Multiplicative, false)]
    {
        assert_eq!(proposed(model, &zero, 1), Err(SeriesError::NotPositive));
    }
    let quarters = series(&QUARTERS, Unit::Quarter);
    for periods in [0, 601] {
        assert_eq!(
            proposed(Model::SeasonalNaive, &quarters, periods),
            Err(SeriesError::InvalidLength)
        );
    }
    assert_eq!(Series::new(&vec![Decimal::ONE; 601], Unit::Month), Err(SeriesError::InvalidLength));
}

#[test]
fn s_67_simple_seasonal_models_go_on_for_years() {
    let quarters = series(&QUARTERS, Unit::Quarter);
    let naive = proposed(Model::SeasonalNaive, &quarters, 5).unwrap();
    assert_eq!(naive, ["120", "150", "180", "150", "120"]);
    let growing = proposed(Model::SeasonalGrowth, &quarters, 5).unwrap();
    assert_eq!(growing, ["180", "225", "270", "225", "270"], "half as much again, each year");
    let years = proposed(Model::SeasonalNaive, &series(&[10, 20], Unit::Year), 2).unwrap();
    assert_eq!(years, ["20", "20"]);
}

/// Months that grow by 3 and have the same season in every year.
fn growing_months(years: i64) -> Vec<i64> {
    const SEASON: [i64; 12] = [-50, -30, 0, 10, 0, 20, 60, 60, 10, -20, -40, -20];
    (0..12 * years).map(|at| 400 + 3 * at + SEASON[(at % 12) as usize]).collect()
}

#[test]
fn what_goes_on_as_before_is_forecast_to_the_unit() {
    let all = growing_months(7);
    let (before, last) = all.split_at(72);
    let before = series(before, Unit::Month);
    let model = smoothing(Seasonality::Additive, false);
    let figures = model.propose(&before, 12, 0).unwrap().figures;
    assert_eq!(figures, last.iter().copied().map(Decimal::from).collect::<Vec<_>>());
    let accuracy = hold_out(&model, &series(&all, Unit::Month)).unwrap();
    assert!(accuracy.mape.unwrap() < Decimal::new(1, 4), "{accuracy:?}");
    let choice = choose(&before).unwrap();
    assert_eq!(choice.model, model);
    assert_eq!((choice.shortest, choice.cuts, choice.ahead), (48, 24, 12));
}

#[test]
fn the_constants_of_a_fit_are_told() {
    let months = series(&growing_months(4), Unit::Month);
    let told = smoothing(Seasonality::Multiplicative, true).propose(&months, 1, 0).unwrap();
    let constants = told.constants.unwrap();
    assert!(constants.trend <= constants.level);
    assert!(constants.season <= constants.level.rest());
    let bounds = ["0.8", "0.98"].map(|text| text.parse::<Share>().unwrap());
    assert!((bounds[0]..=bounds[1]).contains(&constants.damping));
    let given = fixed(Seasonality::Additive).propose(&months, 1, 0).unwrap();
    assert_eq!(given.constants, Some(Constants::USUAL));
    assert_eq!(Model::SeasonalNaive.propose(&months, 1, 0).unwrap().constants, None);
}

#[test]
fn a_choice_needs_two_years_and_tells_who_had_nothing_to_say() {
    let months = growing_months(4);
    let short = SeriesError::InsufficientHistory { held: 23, needed: 24 };
    assert_eq!(choose(&series(&months[..23], Unit::Month)), Err(short));
    let choice = choose(&series(&months[..24], Unit::Month)).unwrap();
    assert_eq!((choice.shortest, choice.cuts), (12, 12));
    let silent = choice.candidates.iter().filter(|one| one.rolling.is_err()).count();
    assert_eq!(silent, 9, "all that need two years before the cut");
    let too_much = [Model::MovingAverage { window: 13 }];
    let short = SeriesError::InsufficientHistory { held: 12, needed: 13 };
    assert_eq!(choose_among(&series(&months[..24], Unit::Month), &too_much), Err(short));
    assert_eq!(choose_among(&series(&months, Unit::Month), &[]), Err(SeriesError::InvalidLength));
    let short = SeriesError::InsufficientHistory { held: 23, needed: 24 };
    assert_eq!(hold_out_of_choice(&series(&months[..35], Unit::Month)), Err(short));
}

#[test]
fn of_equal_models_the_simpler_is_chosen_and_zeros_are_compared_too() {
    let nothing = series(&[0; 36], Unit::Month);
    let choice = choose(&nothing).unwrap();
    assert_eq!(choice.model, Model::CANDIDATES[0]);
    assert_eq!((choice.rolling.mape, choice.rolling.wape), (None, None));
    let mut months = growing_months(5);
    months[50] = 0;
    let choice = choose(&series(&months, Unit::Month)).unwrap();
    assert!(choice.rolling.mape.is_none() && choice.rolling.wape.is_some());
}

proptest! {
    // A case fits four models; a failure is shown with its input, not kept in a file.
    #![proptest_config(ProptestConfig {
        cases: 40, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn any_series_has_an_answer_or_a_refusal_and_always_the_same(
        figures in vec(-1_000_i64..1_000_000, 0..60), quarters: bool, periods in 1_usize..20
    ) {
        let unit = if quarters { Unit::Quarter } else { Unit::Month };
        let series = series(&figures, unit);
        for model in Model::CANDIDATES {
            let once = model.propose(&series, periods, 2);
            prop_assert_eq!(&once, &model.propose(&series, periods, 2));
            if let Ok(proposal) = once {
                prop_assert_eq!(proposal.figures.len(), periods);
            }
        }
    }

    #[test]
    fn a_moving_average_lies_within_its_window(
        figures in vec(-1_000_i64..1_000, 1..30), window in 1_usize..30
    ) {
        let series = series(&figures, Unit::Month);
        let Ok(told) = Model::MovingAverage { window }.propose(&series, 1, 6) else {
            prop_assert!(figures.len() < window);
            return Ok(());
        };
        let last = &figures[figures.len() - window..];
        let (least, most) = (last.iter().min().unwrap(), last.iter().max().unwrap());
        prop_assert!((Decimal::from(*least)..=Decimal::from(*most)).contains(&told.figures[0]));
    }

    #[test]
    fn indices_have_the_mean_one(figures in vec(1_i64..1_000_000, 12..60)) {
        let indices = seasonal_indices(&series(&figures, Unit::Month), 9).unwrap();
        let off = indices.iter().sum::<Decimal>() - Decimal::from(12);
        prop_assert!(off.abs() <= Decimal::new(12, 9));
    }

    #[test]
    fn twice_as_much_is_proposed_of_twice_as_much(figures in vec(100_i64..10_000, 36..48)) {
        let once = series(&figures, Unit::Month);
        let doubled: Vec<i64> = figures.iter().map(|one| 2 * one).collect();
        let twice = series(&doubled, Unit::Month);
        for model in Model::CANDIDATES {
            let (Ok(one), Ok(two)) = (model.propose(&once, 12, 3), model.propose(&twice, 12, 3)) else {
                continue;
            };
            for (one, two) in one.figures.iter().zip(&two.figures) {
                prop_assert!((two - Decimal::TWO * one).abs() <= Decimal::new(2, 3), "{model:?}");
            }
        }
    }
}

//! Against public series with known forecasts: what is defined exactly is met exactly, and the model
//! that is chosen is nearly as good as the best one that anybody has fitted.
//!
//! `GUANXI_TESTDATA` names the folder of the data.

#![expect(clippy::print_stdout, reason = "the figures are the result")]

use guanxi_kernel::period::Unit;
use guanxi_series::{
    Constants, Model, Seasonality, Series, choose, decomposed_indices, hold_out, hold_out_of_choice,
};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use serde_json::Value;
use std::path::{Path, PathBuf};

const SETS: [&str; 3] = ["air_passengers", "souvenirs", "wineind"];

/// The golden figures have twelve digits.
const RELATIVE: f64 = 1e-10;

fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("GUANXI_TESTDATA") else {
        println!("skipped: GUANXI_TESTDATA does not name the folder of the public data");
        return None;
    };
    Some(Path::new(&folder).join("monthly_series"))
}

/// A series with its golden figures.
struct Golden {
    set: &'static str,
    figures: Vec<Decimal>,
    known: Value,
}

impl Golden {
    fn all() -> Option<Vec<Self>> {
        let folder = folder()?;
        let text = std::fs::read_to_string(folder.join("golden.json")).expect("the golden figures");
        let mut known: Value = serde_json::from_str(&text).expect("JSON");
        let of_set = |set| {
            let mut file = csv::Reader::from_path(folder.join(format!("{set}.csv"))).expect("data");
            let figure = |row: csv::StringRecord| row[1].parse().expect("a figure");
            let figures = file.records().map(|row| figure(row.expect("a row"))).collect();
            Self { set, figures, known: known[set].take() }
        };
        Some(SETS.map(of_set).into())
    }

    fn series(&self) -> Series {
        Series::new(&self.figures, Unit::Month).expect("a series")
    }

    /// All but the last year.
    fn training(&self) -> Series {
        Series::new(&self.figures[..self.figures.len() - 12], Unit::Month).expect("a series")
    }

    fn method(&self, name: &str) -> &Value {
        &self.known["methods"][name]
    }

    fn is_forecast(&self, model: &Model, name: &str) {
        let method = self.method(name);
        let proposed = model.propose(&self.training(), 12, 9).expect("a proposal").figures;
        let expected = method["forecast"].as_array().expect("forecasts");
        assert_eq!((proposed.len(), expected.len()), (12, 12));
        for (proposed, expected) in proposed.iter().zip(expected) {
            same(*proposed, expected, &format!("{} {name}", self.set));
        }
        let accuracy = hold_out(model, &self.series()).expect("an error");
        assert_eq!(accuracy.forecasts, 12);
        let mape = accuracy.mape.expect("no zero") * Decimal::ONE_HUNDRED;
        let off = mape.to_f64().expect("a number") - method["mape"].as_f64().expect("a number");
        assert!(off.abs() <= 0.000_051, "{} {name}: {off}", self.set);
    }
}

fn same(one: Decimal, expected: &Value, what: &str) {
    let (one, expected) = (one.to_f64().expect("a number"), expected.as_f64().expect("a number"));
    let off = (one - expected).abs();
    assert!(off <= RELATIVE * expected.abs() + 1e-9, "{what}: {one} {expected}");
}

#[test]
fn s_66_moving_averages_are_exact() {
    let Some(all) = Golden::all() else { return };
    for golden in all {
        for window in [3, 6, 12] {
            let model = Model::MovingAverage { window };
            golden.is_forecast(&model, &format!("ma_flat_{window}"));
            let known = golden.known[format!("moving_average_{window}_last_12")].as_array();
            for (back, known) in known.expect("averages").iter().rev().enumerate() {
                let until = &golden.figures[..golden.figures.len() - back];
                let series = Series::new(until, Unit::Month).expect("a series");
                let average = model.propose(&series, 1, 9).expect("a proposal").figures[0];
                same(average, known, golden.set);
            }
        }
    }
}

#[test]
fn s_67_seasonal_models_are_exact() {
    let Some(all) = Golden::all() else { return };
    for golden in all {
        golden.is_forecast(&Model::SeasonalNaive, "naive_seasonal");
        golden.is_forecast(&Model::SeasonalGrowth, "naive_seasonal_growth");
        let training = golden.training();
        let indices = decomposed_indices(&training, 12).expect("indices");
        for (ahead, index) in indices.into_iter().enumerate() {
            // All three series begin in January.
            let month = (training.len() + ahead) % 12 + 1;
            same(index, &golden.known["seasonal_index_train"][month.to_string()], golden.set);
        }
    }
}

#[test]
fn s_67_smoothing_by_given_constants_is_exact() {
    let Some(all) = Golden::all() else { return };
    let constants = Constants::USUAL;
    for golden in all {
        for (seasonality, name) in
            [(Seasonality::Additive, "hw_fixed_add"), (Seasonality::Multiplicative, "hw_fixed_mul")]
        {
            golden.is_forecast(&Model::HoltWinters { seasonality, constants }, name);
        }
    }
}

/// On a series whose errors have one valley, whoever fits comes to the same.
#[test]
fn s_67_fitted_smoothing_is_as_good_as_that_of_others() {
    let Some(all) = Golden::all() else { return };
    let golden = all.iter().find(|golden| golden.set == "air_passengers").expect("the series");
    for (seasonality, name) in [
        (Seasonality::Additive, "hw_optimised_add"),
        (Seasonality::Multiplicative, "hw_optimised_mul"),
    ] {
        let model = Model::Smoothing { seasonality, damped: false };
        let accuracy = hold_out(&model, &golden.series()).expect("an error");
        let mape = accuracy.mape.and_then(|mape| (mape * Decimal::ONE_HUNDRED).to_f64());
        let known = golden.method(name)["mape"].as_f64().expect("a number");
        assert!((mape.expect("no zero") - known).abs() < 0.005, "{name}: {mape:?} {known}");
    }
}

#[test]
fn s_67_the_chosen_model_is_within_a_point_of_the_best() {
    let Some(all) = Golden::all() else { return };
    for golden in all {
        let best = golden.known["ranking_by_mape"][0].as_str().expect("a name");
        let least = golden.method(best)["mape"].as_f64().expect("a number");
        let (model, accuracy) = hold_out_of_choice(&golden.series()).expect("a choice");
        let mape = accuracy.mape.and_then(|mape| (mape * Decimal::ONE_HUNDRED).to_f64());
        let mape = mape.expect("no zero");
        println!("{}: {model:?} is off by {mape} %, {best} by {least:.4} %", golden.set);
        let choice = choose(&golden.training()).expect("a choice");
        assert_eq!((choice.model, choice.cuts, choice.ahead), (model, 24, 12));
        for candidate in &choice.candidates {
            let told = candidate.rolling.map(|rolling| rolling.mape);
            let last = hold_out(&candidate.model, &golden.series()).map(|last| last.mape);
            println!("  {:?}: {told:?} over all cuts, {last:?} in the last year", candidate.model);
        }
        assert!(mape <= least + 1.0, "{}: {mape} against {least}", golden.set);
    }
}

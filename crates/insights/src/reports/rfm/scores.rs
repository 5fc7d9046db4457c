//! The scores of customers, and which figures have them.

use super::{Returns, RfmThreshold, count, exact};
use crate::{Asked, Parameter, Takes, asked::bad, reports::purchases::Buyer};
use guanxi_customers::value::{RfmSegment, Ties, quintiles, score_by_limits, whole_months};
use guanxi_kernel::{
    FineAmount, Result,
    problem::{OUT_OF_RANGE, Texts},
    scalar::Scalar as _,
};

guanxi_kernel::words! {
    /// In what recency is counted.
    #[derive(Default)]
    pub enum RecencyIn {
        /// Days.
        #[default]
        Days = "days" ("Days", "天"),
        /// Whole months, so that those of one month have the same score.
        Months = "months" ("Whole months", "整月"),
    }
}

pub(super) const RECENCY_IN: Parameter = Parameter {
    name: "recency_in",
    takes: Takes::One(RecencyIn::TYPE),
    default: Some("days"),
    required: false,
    field: None,
    about: Texts {
        en: "Whether recency is scored by days or by whole months.",
        zh: "R 按天数或整月数评分。",
    },
};

/// The four limits of a measure, if they are given.
fn given(asked: &Asked, name: &'static str) -> Result<Option<Vec<i128>>> {
    let limits: Vec<i128> = asked.all(name).filter_map(|text| text.parse().ok()).collect();
    if limits.is_empty() {
        return Ok(None);
    }
    if limits.len() != 4 || !limits.is_sorted() {
        return Err(bad(OUT_OF_RANGE
            .parameter(name)
            .with("expected", "four numbers, the lowest first")));
    }
    Ok(Some(limits))
}

/// The scores of a customer: those of recency, frequency and amount.
pub(in super::super) type Scores = [u8; 3];

/// Days since the last purchase of a customer.
pub(super) fn days(asked: &Asked, buyer: &Buyer) -> i64 {
    (asked.today - buyer.last_on).num_days()
}

/// The same as it is scored.
fn recency(asked: &Asked, buyer: &Buyer) -> i128 {
    match asked.word::<RecencyIn>("recency_in").unwrap_or_default() {
        RecencyIn::Days => days(asked, buyer).into(),
        RecencyIn::Months => whole_months(buyer.last_on, asked.today).into(),
    }
}

/// The scores of customers.
///
/// # Errors
/// `bad_parameter`.
pub(in super::super) fn scored(asked: &Asked, buyers: &[Buyer]) -> Result<Vec<Scores>> {
    let ties = asked.word::<Ties>("ties").unwrap_or_default();
    let returns = Returns::of(asked);
    let step = 10_i128.pow(FineAmount::PLACES);
    // The lowest limit of recency is the best.
    let near =
        given(asked, "recency_limits")?.map(|limits| limits.iter().rev().map(|l| -l).collect());
    let high =
        given(asked, "monetary_limits")?.map(|limits| limits.iter().map(|l| l * step).collect());
    let often = given(asked, "frequency_limits")?;
    let mut all = vec![Scores::default(); buyers.len()];
    let mut score = |at: usize, figure: &dyn Fn(&Buyer) -> i128, limits: Option<Vec<i128>>| {
        if let Some(limits) = limits {
            for (buyer, scores) in buyers.iter().zip(&mut all) {
                scores[at] = score_by_limits(&figure(buyer), &limits);
            }
            return;
        }
        let classes = quintiles(buyers.len(), |place| figure(&buyers[place]), ties);
        for (class, scores) in classes.into_iter().zip(&mut all) {
            scores[at] = class;
        }
    };
    score(0, &|buyer| -recency(asked, buyer), near);
    score(1, &|buyer| buyer.purchases.into(), often);
    score(2, &|buyer| returns.amount(buyer), high);
    Ok(all)
}

/// Which figures have which score of a measure.
pub(super) fn thresholds(asked: &Asked, buyers: &[Buyer], scored: &[Scores]) -> Vec<RfmThreshold> {
    let returns = Returns::of(asked);
    let mut all = Vec::new();
    for (at, measure) in ["r", "f", "m"].into_iter().enumerate() {
        for score in 1..=5 {
            let with = || buyers.iter().zip(scored).filter(move |(_, scores)| scores[at] == score);
            let figure = |(buyer, _): (&Buyer, &Scores)| match measure {
                "r" => recency(asked, buyer),
                "f" => i128::from(buyer.purchases),
                _ => returns.amount(buyer),
            };
            let text = |figure: i128| match measure {
                "m" => exact(figure).to_string(),
                _ => figure.to_string(),
            };
            all.push(RfmThreshold {
                measure,
                score: score.into(),
                least: with().map(figure).min().map(text),
                greatest: with().map(figure).max().map(text),
                customers: count(with().count()),
            });
        }
    }
    all
}

/// The segment of a customer with these scores.
pub(super) fn segment_of(scores: &Scores) -> RfmSegment {
    RfmSegment::of(scores[0].into(), scores[1].into())
}

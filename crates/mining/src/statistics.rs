//! What the columns of a table hold, before anything is learnt from them.

use crate::{
    column::{Column, Known},
    figure::{decimal, half_even, text},
    table::{FeatureKind, Table},
    tree::PLACES,
};
use rust_decimal::Decimal;
use serde::Serialize;
use std::cmp::Reverse;
use utoipa::ToSchema;

/// Most texts that are told with their counts.
const MOST_TOLD: usize = 20;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FeatureStatistics {
    /// The column.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
    /// Rows with a value.
    pub known: u64,
    /// Rows without one.
    pub missing: u64,
    /// Different values.
    pub distinct: u64,
    /// The least number.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub least: Option<Decimal>,
    /// The greatest number.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub greatest: Option<Decimal>,
    /// The mean of the numbers, rounded half-even to six decimals.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub mean: Option<Decimal>,
    /// The number at most which half of the numbers are, the lower one of two.
    #[serde(with = "text::optional")]
    #[schema(value_type = Option<String>)]
    pub median: Option<Decimal>,
    /// The texts that most rows have, twenty at most; of equally frequent ones the first in the order
    /// of their bytes.
    pub most_frequent: Vec<Frequency>,
}

/// A text and how many rows have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Frequency {
    /// The text.
    pub value: String,
    /// Rows.
    pub rows: u64,
}

impl Table {
    /// What each column holds, in order.
    pub fn statistics(&self) -> Vec<FeatureStatistics> {
        self.columns().iter().map(statistics).collect()
    }
}

fn statistics(column: &Column) -> FeatureStatistics {
    let counts = column.counts();
    let known: u64 = counts.iter().skip(1).sum();
    let feature = column.feature();
    let mut told = FeatureStatistics {
        name: feature.name,
        kind: feature.kind,
        known,
        missing: counts[0],
        distinct: counts.iter().skip(1).filter(|count| **count > 0).count() as u64,
        least: None,
        greatest: None,
        mean: None,
        median: None,
        most_frequent: Vec::new(),
    };
    match &column.known {
        Known::Numeric { scale, units } => {
            let at = |units: &i64| decimal(*units, *scale);
            let sum: i128 = units
                .iter()
                .zip(&counts[1..])
                .map(|(units, count)| i128::from(*units) * i128::from(*count))
                .sum();
            told.least = units.first().map(at);
            told.greatest = units.last().map(at);
            // 17 digits times a million rows are fewer than the 28 of a decimal.
            let sum = Decimal::try_from_i128_with_scale(sum, *scale).unwrap_or_default();
            let mean = sum.checked_div(Decimal::from(known));
            told.mean = mean.map(|mean| half_even(mean, PLACES));
            let mut below = 0;
            let mut places = units.iter().zip(&counts[1..]);
            let median = places.find(|(_, count)| {
                below += **count;
                2 * below >= known
            });
            told.median = median.map(|(units, _)| at(units));
        }
        Known::Categorical(texts) => {
            let mut frequent: Vec<Frequency> = texts
                .iter()
                .zip(&counts[1..])
                .map(|(value, rows)| Frequency { value: value.clone(), rows: *rows })
                .collect();
            frequent.sort_by_key(|one| Reverse(one.rows));
            frequent.truncate(MOST_TOLD);
            told.most_frequent = frequent;
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Values;

    #[test]
    fn m_10_columns_are_described() {
        let numbers = ["3", "1.5", "", "4", "1.5"].map(|text| text.parse().ok());
        let texts =
            ["b", "a", "", "b", "c"].map(|text| (!text.is_empty()).then(|| text.to_owned()));
        let table = Table::new(vec![
            ("n".to_owned(), Values::Numeric(numbers.to_vec())),
            ("t".to_owned(), Values::Categorical(texts.to_vec())),
            ("none".to_owned(), Values::Numeric(vec![None; 5])),
        ])
        .unwrap();
        let told = table.statistics();
        let shown = |number: Option<Decimal>| number.map(|number| number.to_string());
        let some = |text: &str| Some(text.to_owned());
        let n = &told[0];
        assert_eq!((n.known, n.missing, n.distinct), (4, 1, 3));
        assert_eq!((shown(n.least), shown(n.greatest)), (some("1.5"), some("4")));
        assert_eq!((shown(n.mean), shown(n.median)), (some("2.5"), some("1.5")));
        let frequent: Vec<_> =
            told[1].most_frequent.iter().map(|one| (one.value.as_str(), one.rows)).collect();
        assert_eq!(frequent, [("b", 2), ("a", 1), ("c", 1)]);
        assert_eq!((told[2].known, told[2].mean, told[2].median), (0, None, None));
    }
}

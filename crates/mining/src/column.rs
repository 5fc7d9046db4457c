//! A column as it is learnt from.

use crate::{
    error::{MiningError, Result},
    figure::{decimal, scaled},
    table::{Cell, Feature, FeatureKind, MOST_CATEGORIES, Values},
};
use rust_decimal::Decimal;

/// Most units of the smallest decimal of a numeric column: 17 digits.
const MOST_UNITS: i64 = 100_000_000_000_000_000;

/// The different values of a column, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Known {
    Numeric { scale: u32, units: Vec<i64> },
    Categorical(Vec<String>),
}

/// The code of a missing value; the code of the first known one is 1.
pub(crate) const MISSING: u32 = 0;

/// A column: for each row the place of its value among the known ones, counted from 1, or 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) codes: Vec<u32>,
    pub(crate) known: Known,
}

impl Column {
    pub(crate) fn new(name: String, values: Values) -> Result<Self> {
        match values {
            Values::Numeric(values) => {
                let numbers: Vec<Decimal> = values.iter().flatten().copied().collect();
                let Some(numbers) = scaled(&numbers, MOST_UNITS) else {
                    return Err(MiningError::OutOfRange(name));
                };
                let mut each = numbers.units.iter().copied();
                let rows: Vec<Option<i64>> =
                    values.iter().map(|value| value.and_then(|_| each.next())).collect();
                let (units, codes) = coded(rows);
                Ok(Self { name, codes, known: Known::Numeric { scale: numbers.scale, units } })
            }
            Values::Categorical(values) => {
                let (texts, codes) = coded(values);
                if texts.len() > MOST_CATEGORIES {
                    return Err(MiningError::TooManyValues { column: name, most: MOST_CATEGORIES });
                }
                Ok(Self { name, codes, known: Known::Categorical(texts) })
            }
        }
    }

    pub(crate) fn feature(&self) -> Feature {
        let kind = match &self.known {
            Known::Numeric { .. } => FeatureKind::Numeric,
            Known::Categorical(_) => FeatureKind::Categorical,
        };
        Feature { name: self.name.clone(), kind }
    }

    /// How many codes there are, with that of a missing value.
    pub(crate) fn width(&self) -> usize {
        1 + match &self.known {
            Known::Numeric { units, .. } => units.len(),
            Known::Categorical(texts) => texts.len(),
        }
    }

    /// The value that a code stands for.
    pub(crate) fn value(&self, code: u32) -> Cell {
        let Some(at) = (code as usize).checked_sub(1) else { return Cell::Missing };
        match &self.known {
            Known::Numeric { scale, units } => Cell::Number(decimal(units[at], *scale)),
            Known::Categorical(texts) => Cell::Text(texts[at].clone()),
        }
    }

    /// How many rows have each code.
    pub(crate) fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.width()];
        self.codes.iter().for_each(|code| counts[*code as usize] += 1);
        counts
    }

    /// The rows in the order of their codes, those of one code as they are in the table.
    pub(crate) fn order(&self) -> Vec<u32> {
        let mut starts = vec![0_usize; self.width() + 1];
        for code in &self.codes {
            starts[*code as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut order = vec![0; self.codes.len()];
        // A table has at most a million rows.
        for (row, code) in (0_u32..).zip(&self.codes) {
            let next = &mut starts[*code as usize];
            order[*next] = row;
            *next += 1;
        }
        order
    }
}

/// The different values in order, and where each row's is among them.
fn coded<T: Ord + Clone>(rows: Vec<Option<T>>) -> (Vec<T>, Vec<u32>) {
    let mut known: Vec<T> = rows.iter().flatten().cloned().collect();
    known.sort_unstable();
    known.dedup();
    // As many as rows at most, so a place fits.
    let code = |value: Option<T>| match value {
        None => MISSING,
        Some(value) => known.partition_point(|one| *one <= value) as u32,
    };
    let codes = rows.into_iter().map(code).collect();
    (known, codes)
}

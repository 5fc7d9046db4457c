//! A table with what became of each row, and the fingerprint of both.

use crate::{
    column::Known,
    error::{MiningError, Result},
    figure::{decimal, scaled},
    measure::Tally,
    table::{Table, even},
};
use rust_decimal::Decimal;
use sha2::{Digest as _, Sha256};

/// Most units of an amount that is learnt: of its smallest decimal. Squares of so many, summed over
/// the most rows and times those, are still whole numbers of 127 bits.
const MOST_UNITS: i64 = 5_000_000_000_000;

/// What is learnt, one for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Label {
    /// Whether it happened.
    Binary(Vec<bool>),
    /// How much it was: at most 9 decimals, and 5·10¹² units of the smallest of them.
    Numeric(Vec<Decimal>),
}

/// A table and what became of each of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    table: Table,
    units: Vec<i64>,
    /// Decimals of an amount; none for yes and no.
    scale: Option<u32>,
}

impl Sample {
    /// A table with its label.
    ///
    /// # Errors
    /// `Empty` without a row, `UnevenRows`, or `OutOfRange` for amounts that are too large.
    pub fn new(table: Table, label: Label) -> Result<Self> {
        let (units, scale) = match label {
            Label::Binary(label) => (label.into_iter().map(i64::from).collect(), None),
            Label::Numeric(label) => {
                let Some(numbers) = scaled(&label, MOST_UNITS) else {
                    return Err(MiningError::OutOfRange("label".to_owned()));
                };
                (numbers.units, Some(numbers.scale))
            }
        };
        even("label", units.len(), table.rows())?;
        if table.rows() == 0 {
            return Err(MiningError::Empty);
        }
        Ok(Self { table, units, scale })
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Whether it happened in a row; `None` if amounts are learnt.
    pub fn happened(&self, row: usize) -> Option<bool> {
        if self.scale.is_some() { None } else { self.units.get(row).map(|units| *units != 0) }
    }

    /// SHA-256 of the columns, the values and the label in their order, as 64 hexadecimal digits.
    ///
    /// The same digest means the same sample, up to how decimals are written, and therefore the same
    /// tree. It is another one if rows change places, although the tree is not.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        let text = |hash: &mut Sha256, text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        hash.update((self.table.rows() as u64).to_le_bytes());
        for column in self.table.columns() {
            text(&mut hash, &column.name);
            hash.update((column.width() as u64).to_le_bytes());
            match &column.known {
                Known::Numeric { scale, units } => {
                    hash.update([1]);
                    hash.update(scale.to_le_bytes());
                    units.iter().for_each(|units| hash.update(units.to_le_bytes()));
                }
                Known::Categorical(texts) => {
                    hash.update([2]);
                    texts.iter().for_each(|one| text(&mut hash, one));
                }
            }
            column.codes.iter().for_each(|code| hash.update(code.to_le_bytes()));
        }
        hash.update(self.scale.map_or(u32::MAX, |scale| scale).to_le_bytes());
        self.units.iter().for_each(|units| hash.update(units.to_le_bytes()));
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(crate) fn units(&self) -> &[i64] {
        &self.units
    }

    pub(crate) fn scale(&self) -> Option<u32> {
        self.scale
    }

    /// Units as the amount that they are.
    pub(crate) fn amount(&self, units: i64) -> Decimal {
        decimal(units, self.scale.unwrap_or_default())
    }

    /// Rows and the sum of their labels.
    pub(crate) fn tally(&self, rows: &[u32]) -> Tally {
        let sum = rows.iter().map(|row| self.units[*row as usize]).sum();
        Tally { rows: rows.len() as i64, sum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Values;

    fn table(ages: &[i64]) -> Table {
        let ages = ages.iter().map(|age| Some(Decimal::from(*age))).collect();
        Table::new(vec![("age".to_owned(), Values::Numeric(ages))]).unwrap()
    }

    #[test]
    fn a_digest_is_that_of_values_and_not_of_spelling() {
        let of = |label: Label| Sample::new(table(&[20, 30]), label).unwrap().digest();
        let amounts = |texts: [&str; 2]| {
            Label::Numeric(texts.iter().map(|text| text.parse().unwrap()).collect())
        };
        assert_eq!(of(amounts(["1.5", "2"])), of(amounts(["1.50", "2.00"])));
        assert_ne!(of(amounts(["1.5", "2"])), of(amounts(["15", "20"])));
        assert_ne!(of(amounts(["0", "1"])), of(Label::Binary(vec![false, true])));
        let digest = of(Label::Binary(vec![false, true]));
        assert_eq!((digest.len(), &digest), (64, &of(Label::Binary(vec![false, true]))));
        let other = Sample::new(table(&[20, 31]), Label::Binary(vec![false, true])).unwrap();
        assert_ne!(other.digest(), digest);
    }

    #[test]
    fn what_is_no_sample_is_refused() {
        let of = |rows: &[i64], label| Sample::new(table(rows), label).unwrap_err();
        assert_eq!(of(&[], Label::Binary(vec![])), MiningError::Empty);
        let uneven = MiningError::UnevenRows { name: "label".to_owned(), held: 2, needed: 1 };
        assert_eq!(of(&[1], Label::Binary(vec![true, false])), uneven);
        let large = Label::Numeric(vec![Decimal::from(5_000_000_000_001_i64)]);
        assert_eq!(of(&[1], large), MiningError::OutOfRange("label".to_owned()));
    }
}

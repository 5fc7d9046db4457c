//! A snapshot as it is kept: in parts, column by column, every value as text.
//!
//! A JSON column would be taken apart by PostgreSQL and lose how numbers are written; as text the bytes
//! come back, and with them the digest. Each row is as it was at its step of the job, not all at one
//! instant.

use crate::{
    mining_datasets::model::DatasetColumn,
    problems::{LACKS_COLUMN, NOT_MINABLE},
};
use guanxi_kernel::{Problem, Result, problem::INTERNAL};
use guanxi_mining::{Cell, FeatureKind, Label, MiningError, Sample, Table, Values};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// The label of a row that says yes.
pub(super) const YES: &str = "1";
/// The label of a row that says no.
pub(super) const NO: &str = "0";

/// Some rows of a snapshot.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Part {
    /// The parties; none of a file.
    pub(super) ids: Vec<Uuid>,
    /// What is learnt of each.
    pub(super) label: Vec<String>,
    /// The values of each column.
    pub(super) columns: Vec<Vec<Option<String>>>,
}

impl Part {
    /// Of so many columns, still without rows.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: vec![Vec::new(); columns], ..Self::default() }
    }

    /// Takes the values out of the rows of these parties; how many rows had any.
    pub(super) fn blank(&mut self, parties: &BTreeSet<Uuid>) -> u64 {
        let mut rows = 0;
        for (row, _) in self.ids.iter().enumerate().filter(|(_, id)| parties.contains(*id)) {
            let cells = self.columns.iter_mut().filter_map(|column| column.get_mut(row));
            let had = cells.filter_map(Option::take).count();
            rows += u64::from(had > 0);
        }
        rows
    }

    /// Takes a row in.
    pub(super) fn push(&mut self, id: Option<Uuid>, label: String, cells: Vec<Option<String>>) {
        self.ids.extend(id);
        self.label.push(label);
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.push(cell);
        }
    }
}

/// A value as it is kept.
pub(super) fn kept(cell: Cell) -> Option<String> {
    match cell {
        Cell::Missing => None,
        Cell::Number(number) => Some(number.normalize().to_string()),
        Cell::Text(text) => Some(text),
    }
}

/// Whether a value is the one that means yes.
pub(crate) fn label_says_yes(cell: Cell, positive: &str) -> bool {
    kept(cell).is_some_and(|value| value == positive)
}

/// A whole snapshot.
#[derive(Debug)]
pub struct Content {
    /// The parties of the rows, in order; none of a file.
    pub ids: Vec<Uuid>,
    /// The columns.
    pub table: Table,
    label: Vec<String>,
    is_binary: bool,
}

impl Content {
    /// Puts the parts together.
    ///
    /// # Errors
    /// `not_minable` for what no table can hold.
    pub(super) fn new(
        columns: &[DatasetColumn],
        parts: Vec<Part>,
        is_binary: bool,
    ) -> Result<Self> {
        let mut whole = Part::new(columns.len());
        for part in parts {
            whole.ids.extend(part.ids);
            whole.label.extend(part.label);
            for (column, values) in whole.columns.iter_mut().zip(part.columns) {
                column.extend(values);
            }
        }
        let values = columns.iter().zip(whole.columns).map(|(column, texts)| {
            let values = match column.kind {
                FeatureKind::Categorical => Values::Categorical(texts),
                FeatureKind::Numeric => Values::Numeric(
                    texts
                        .into_iter()
                        .map(|text| text.map(|text| number(&text)).transpose())
                        .collect::<Result<_>>()?,
                ),
            };
            Ok((column.name.clone(), values))
        });
        let values = values.collect::<Result<Vec<_>>>()?;
        let table = Table::new(values).map_err(minable)?;
        Ok(Self { ids: whole.ids, table, label: whole.label, is_binary })
    }

    /// Rows that say yes; nothing where an amount is learnt.
    pub fn positives(&self) -> Option<u64> {
        let yes = self.label.iter().filter(|label| *label == YES).count() as u64;
        self.is_binary.then_some(yes)
    }

    /// The rows with what is learnt of them.
    ///
    /// # Errors
    /// `not_minable` without a row, or for amounts that are too large.
    pub fn sample(self) -> Result<Sample> {
        let label = match self.is_binary {
            true => Label::Binary(self.label.iter().map(|label| label == YES).collect()),
            false => {
                let amounts = self.label.iter().map(|label| number(label));
                Label::Numeric(amounts.collect::<Result<_>>()?)
            }
        };
        Sample::new(self.table, label).map_err(minable)
    }
}

fn number(text: &str) -> Result<Decimal> {
    text.parse().map_err(|error: rust_decimal::Error| INTERNAL.problem().because(error))
}

/// What mining refuses, as a problem.
pub fn minable(error: MiningError) -> Problem {
    match error {
        MiningError::LacksColumn(column) => LACKS_COLUMN.with("column", column),
        other => NOT_MINABLE.with("why", other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn z_22_a_row_without_values_is_still_a_row() {
        let id = Uuid::from_u128;
        let mut part = Part::new(2);
        for number in 1..=3 {
            let cells = vec![Some(format!("a{number}")), (number != 2).then(|| "b".to_owned())];
            part.push(Some(id(number)), YES.to_owned(), cells);
        }
        let who = BTreeSet::from([id(2), id(3), id(9)]);
        assert_eq!((part.blank(&who), part.blank(&who)), (2, 0));
        assert_eq!(part.columns[0], [Some("a1".to_owned()), None, None]);
        assert_eq!(part.columns[1], [Some("b".to_owned()), None, None]);
        assert_eq!((part.ids.len(), part.label.len()), (3, 3));
    }
}

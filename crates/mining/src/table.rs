//! Rows and columns as they are learnt from: every value of a column once, in order, and for each
//! row which of them it has.
//!
//! A missing value is a value of its own. It stands before all others, can be split off, and is never
//! counted as a number.

use crate::{
    column::Column,
    error::{MiningError, Result},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most rows of a table.
pub const MOST_ROWS: usize = 1_000_000;
/// Most columns of a table.
pub const MOST_COLUMNS: usize = 200;
/// Most rows times columns of a table: 80 MB while a tree is grown.
pub const MOST_CELLS: usize = 10_000_000;
/// Most different values of a categorical column.
pub const MOST_CATEGORIES: usize = 1_000;

guanxi_kernel::words! {
    /// What the values of a column are.
    pub enum FeatureKind {
        /// Numbers, whose order counts.
        Numeric = "numeric" ("Numeric", "数值"),
        /// Texts without an order.
        Categorical = "categorical" ("Categorical", "类别"),
    }
}

/// A column by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feature {
    /// The name.
    pub name: String,
    /// What its values are.
    pub kind: FeatureKind,
}

/// The values of a column, one for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Values {
    /// Numbers with at most 9 decimals and 17 digits in all.
    Numeric(Vec<Option<Decimal>>),
    /// Texts; at most [`MOST_CATEGORIES`] different ones.
    Categorical(Vec<Option<String>>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::Numeric(values) => values.len(),
            Self::Categorical(values) => values.len(),
        }
    }
}

/// The value of one row in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// None.
    Missing,
    /// A number.
    Number(Decimal),
    /// A text.
    Text(String),
}

/// Rows with the same columns, never changed once made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    rows: usize,
    columns: Vec<Column>,
}

impl Table {
    /// Columns of equal length, in the order in which equal splits are decided.
    ///
    /// # Errors
    /// `Empty` without columns, `TooLarge`, `TooManyValues`, `DuplicateColumn`, `UnevenRows`, or
    /// `OutOfRange`.
    pub fn new(columns: Vec<(String, Values)>) -> Result<Self> {
        let rows = columns.first().map(|(_, values)| values.len()).ok_or(MiningError::Empty)?;
        within(rows, columns.len())?;
        let mut names = BTreeSet::new();
        for (name, values) in &columns {
            if !names.insert(name.as_str()) {
                return Err(MiningError::DuplicateColumn(name.clone()));
            }
            even(name, values.len(), rows)?;
        }
        let columns = columns.into_iter().map(|(name, values)| Column::new(name, values));
        Ok(Self { rows, columns: columns.collect::<Result<_>>()? })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns by name, in order.
    pub fn features(&self) -> Vec<Feature> {
        self.columns.iter().map(Column::feature).collect()
    }

    /// The value of a row; `LacksColumn`, also beyond the last row.
    pub fn cell(&self, row: usize, column: &str) -> Result<Cell> {
        let lacks = || MiningError::LacksColumn(column.to_owned());
        let column = self.column(column).ok_or_else(lacks)?;
        Ok(column.value(*column.codes.get(row).ok_or_else(lacks)?))
    }

    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// Refuses what is too large to be held.
fn within(rows: usize, columns: usize) -> Result<()> {
    let held = rows <= MOST_ROWS && columns <= MOST_COLUMNS && rows * columns <= MOST_CELLS;
    if held { Ok(()) } else { Err(MiningError::TooLarge { rows, columns }) }
}

/// Refuses a column that is not as long as the table.
pub(crate) fn even(name: &str, held: usize, needed: usize) -> Result<()> {
    if held == needed {
        Ok(())
    } else {
        Err(MiningError::UnevenRows { name: name.to_owned(), held, needed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(values: &[&str]) -> Values {
        let value = |value: &&str| (!value.is_empty()).then(|| (*value).to_owned());
        Values::Categorical(values.iter().map(value).collect())
    }

    fn numbers(values: &[&str]) -> Values {
        Values::Numeric(values.iter().map(|value| value.parse().ok()).collect())
    }

    #[test]
    fn values_are_kept_once_and_in_order() {
        let table = Table::new(vec![
            ("age".to_owned(), numbers(&["31", "", "20.50", "31.0"])),
            ("job".to_owned(), text(&["sales", "clerk", "", "sales"])),
        ])
        .unwrap();
        let [age, job] = table.columns() else { panic!("two columns") };
        assert_eq!((&age.codes[..], &job.codes[..]), (&[2, 0, 1, 2][..], &[2, 1, 0, 2][..]));
        assert_eq!(age.order(), [1, 2, 0, 3]);
        assert_eq!(table.cell(2, "age"), Ok(Cell::Number(Decimal::new(205, 1))));
        assert_eq!(table.cell(2, "job"), Ok(Cell::Missing));
        let lacks = MiningError::LacksColumn("income".to_owned());
        assert_eq!(table.cell(0, "income"), Err(lacks));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let of = |columns: &[(&str, Values)]| {
            let named = columns.iter().map(|(name, values)| ((*name).to_owned(), values.clone()));
            Table::new(named.collect()).map(|table| table.rows()).unwrap_err()
        };
        assert_eq!(of(&[]), MiningError::Empty);
        let twice = MiningError::DuplicateColumn("a".to_owned());
        assert_eq!(of(&[("a", text(&["x"])), ("a", text(&["x"]))]), twice);
        let uneven = MiningError::UnevenRows { name: "b".to_owned(), held: 2, needed: 1 };
        assert_eq!(of(&[("a", text(&["x"])), ("b", text(&["x", "y"]))]), uneven);
        let fine = MiningError::OutOfRange("a".to_owned());
        assert_eq!(of(&[("a", numbers(&["0.0000000001"]))]), fine);
        assert_eq!(of(&[("a", numbers(&["1000000000000000000"]))]), fine);
        let many =
            Values::Categorical((0..=MOST_CATEGORIES).map(|n| Some(n.to_string())).collect());
        let too_many = MiningError::TooManyValues { column: "a".to_owned(), most: MOST_CATEGORIES };
        assert_eq!(of(&[("a", many)]), too_many);
        let long = Values::Numeric(vec![None; MOST_ROWS + 1]);
        assert_eq!(of(&[("a", long)]), MiningError::TooLarge { rows: MOST_ROWS + 1, columns: 1 });
    }
}

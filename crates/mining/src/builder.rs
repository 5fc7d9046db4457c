//! A table from one row after the other.

use crate::{
    error::{MiningError, Result},
    table::{Cell, Feature, FeatureKind, MOST_ROWS, Table, Values},
};

/// Takes rows in and makes a table of them.
#[derive(Debug, Clone)]
pub struct TableBuilder {
    features: Vec<Feature>,
    values: Vec<Values>,
    rows: usize,
}

impl TableBuilder {
    /// A table of these columns, still without rows.
    pub fn new(features: Vec<Feature>) -> Self {
        let empty = |feature: &Feature| match feature.kind {
            FeatureKind::Numeric => Values::Numeric(Vec::new()),
            FeatureKind::Categorical => Values::Categorical(Vec::new()),
        };
        Self { values: features.iter().map(empty).collect(), features, rows: 0 }
    }

    /// Takes a row: `cell` answers the value of a column, or nothing if the row has no such column.
    ///
    /// # Errors
    /// `LacksColumn` and `WrongKind` with the name of the column; the row is not taken then.
    /// `TooLarge` beyond [`MOST_ROWS`].
    pub fn push(&mut self, cell: impl Fn(&str) -> Option<Cell>) -> Result<()> {
        if self.rows == MOST_ROWS {
            let columns = self.features.len();
            return Err(MiningError::TooLarge { rows: self.rows + 1, columns });
        }
        let asked = self.features.iter().map(|feature| {
            let lacks = || MiningError::LacksColumn(feature.name.clone());
            let cell = cell(&feature.name).ok_or_else(lacks)?;
            match (feature.kind, &cell) {
                (FeatureKind::Numeric, Cell::Text(_))
                | (FeatureKind::Categorical, Cell::Number(_)) => {
                    Err(MiningError::WrongKind(feature.name.clone()))
                }
                _ => Ok(cell),
            }
        });
        let cells: Vec<Cell> = asked.collect::<Result<_>>()?;
        for (values, cell) in self.values.iter_mut().zip(cells) {
            match (values, cell) {
                (Values::Numeric(values), Cell::Number(number)) => values.push(Some(number)),
                (Values::Numeric(values), _) => values.push(None),
                (Values::Categorical(values), Cell::Text(text)) => values.push(Some(text)),
                (Values::Categorical(values), _) => values.push(None),
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// The table; refused as [`Table::new`].
    pub fn finish(self) -> Result<Table> {
        let names = self.features.into_iter().map(|feature| feature.name);
        Table::new(names.zip(self.values).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn a_row_without_a_column_names_it() {
        let feature = |name: &str, kind| Feature { name: name.to_owned(), kind };
        let mut builder = TableBuilder::new(vec![
            feature("age", FeatureKind::Numeric),
            feature("job", FeatureKind::Categorical),
        ]);
        let full = |name: &str| match name {
            "age" => Some(Cell::Number(Decimal::TEN)),
            _ => Some(Cell::Missing),
        };
        assert_eq!(builder.push(full), Ok(()));
        let lacking = |name: &str| (name == "age").then_some(Cell::Missing);
        assert_eq!(builder.push(lacking), Err(MiningError::LacksColumn("job".to_owned())));
        let wrong = |_: &str| Some(Cell::Text("10".to_owned()));
        assert_eq!(builder.push(wrong), Err(MiningError::WrongKind("age".to_owned())));
        let table = builder.finish().unwrap();
        assert_eq!((table.rows(), table.cell(0, "job")), (1, Ok(Cell::Missing)));
    }
}

//! Tables of two fields, with sums that reconcile: each total is the sum of what the cells say.

use crate::{asked::bad, exchange::currency};
use guanxi_kernel::{Currency, Money, Result, problem::OUT_OF_RANGE};
use guanxi_storage::pivot::Group;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The records of a saved query by two of their fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryPivot {
    /// The list.
    pub resource: String,
    /// The first field.
    pub rows: &'static str,
    /// The second field.
    pub cols: &'static str,
    /// What is summed; `null` if records are counted only.
    #[schema(required)]
    pub sum: Option<&'static str>,
    /// Where a row and a column cross, in the order of their values; those without records are left out.
    pub cells: Vec<SavedQueryCell>,
    /// The sums of rows.
    pub row_totals: Vec<SavedQueryRowTotal>,
    /// The sums of columns.
    pub col_totals: Vec<SavedQueryColTotal>,
    /// The sum of all: that of the rows, and that of the columns.
    pub total: SavedQueryFigures,
}

/// What stands where a row and a column cross.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryCell {
    /// The value of the first field; `null` for records without.
    #[schema(required)]
    pub row: Option<String>,
    /// What it is called; `null` for whoever may not see that.
    #[schema(required)]
    pub row_name: Option<String>,
    /// The value of the second field; `null` for records without.
    #[schema(required)]
    pub col: Option<String>,
    /// What it is called; `null` for whoever may not see that.
    #[schema(required)]
    pub col_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: SavedQueryFigures,
}

/// The sum of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryRowTotal {
    /// The value of the first field.
    #[schema(required)]
    pub row: Option<String>,
    /// What it is called.
    #[schema(required)]
    pub row_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: SavedQueryFigures,
}

/// The sum of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryColTotal {
    /// The value of the second field.
    #[schema(required)]
    pub col: Option<String>,
    /// What it is called.
    #[schema(required)]
    pub col_name: Option<String>,
    /// The figures.
    #[serde(flatten)]
    pub figures: SavedQueryFigures,
}

/// How many records, and what they sum to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct SavedQueryFigures {
    /// How many records.
    pub count: i64,
    /// What a field of whole numbers sums to; `null` if none is summed.
    #[schema(required)]
    pub sum: Option<i64>,
    /// What a field of amounts sums to, in each currency that there is: nothing is converted.
    pub amounts: Vec<Money>,
}

/// What is summed beside the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Summed {
    Nothing,
    Number,
    Money,
}

/// A field, and what its values are called.
pub(super) struct Axis {
    pub(super) field: &'static str,
    pub(super) names: BTreeMap<String, String>,
}

impl Axis {
    fn name(&self, key: Option<&String>) -> Option<String> {
        self.names.get(key?).cloned()
    }
}

/// Figures while they grow.
#[derive(Debug, Clone, Default)]
struct Tally {
    count: i64,
    sum: i64,
    amounts: BTreeMap<Currency, i64>,
}

impl Tally {
    fn add(&mut self, group: &Group, currency: Option<Currency>) -> Result<()> {
        self.count += group.count;
        let to = match currency {
            Some(currency) => self.amounts.entry(currency).or_default(),
            None => &mut self.sum,
        };
        let too_large = || bad(OUT_OF_RANGE.parameter("sum").with("expected", "sums of 64 bits"));
        *to = to.checked_add(group.sum).ok_or_else(too_large)?;
        Ok(())
    }

    fn figures(self, summed: Summed) -> SavedQueryFigures {
        let amount = |(currency, minor): (Currency, i64)| Money::new(minor, currency);
        SavedQueryFigures {
            count: self.count,
            sum: (summed == Summed::Number).then_some(self.sum),
            amounts: self.amounts.into_iter().map(amount).collect(),
        }
    }
}

/// The table of these groups.
///
/// # Errors
/// `bad_parameter` for sums that no whole number of 64 bits holds.
pub(super) fn table(
    resource: &str,
    (rows, cols): (Axis, Axis),
    (sum, summed): (Option<&'static str>, Summed),
    groups: Vec<Group>,
) -> Result<SavedQueryPivot> {
    let mut cells: BTreeMap<(Option<String>, Option<String>), Tally> = BTreeMap::new();
    let mut row_totals: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    let mut col_totals: BTreeMap<Option<String>, Tally> = BTreeMap::new();
    let mut total = Tally::default();
    for group in groups {
        let code = group.currency.as_deref().map(currency).transpose()?;
        let place = (group.row.clone(), group.col.clone());
        cells.entry(place).or_default().add(&group, code)?;
        row_totals.entry(group.row.clone()).or_default().add(&group, code)?;
        col_totals.entry(group.col.clone()).or_default().add(&group, code)?;
        total.add(&group, code)?;
    }
    let cell = |((row, col), tally): ((Option<String>, Option<String>), Tally)| SavedQueryCell {
        row_name: rows.name(row.as_ref()),
        col_name: cols.name(col.as_ref()),
        row,
        col,
        figures: tally.figures(summed),
    };
    let of_row = |(row, tally): (Option<String>, Tally)| SavedQueryRowTotal {
        row_name: rows.name(row.as_ref()),
        row,
        figures: tally.figures(summed),
    };
    let of_col = |(col, tally): (Option<String>, Tally)| SavedQueryColTotal {
        col_name: cols.name(col.as_ref()),
        col,
        figures: tally.figures(summed),
    };
    Ok(SavedQueryPivot {
        resource: resource.to_owned(),
        rows: rows.field,
        cols: cols.field,
        sum,
        cells: cells.into_iter().map(cell).collect(),
        row_totals: row_totals.into_iter().map(of_row).collect(),
        col_totals: col_totals.into_iter().map(of_col).collect(),
        total: total.figures(summed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(row: &str, col: Option<&str>, currency: &str, count: i64, sum: i64) -> Group {
        let currency = (!currency.is_empty()).then(|| currency.to_owned());
        Group { row: Some(row.to_owned()), col: col.map(str::to_owned), currency, count, sum }
    }

    fn axis(field: &'static str) -> Axis {
        Axis { field, names: BTreeMap::from([("A".to_owned(), "Key".to_owned())]) }
    }

    #[test]
    fn d_88_rows_columns_and_the_whole_reconcile_in_each_currency() {
        let groups = vec![
            group("A", Some("east"), "CNY", 2, 150),
            group("A", Some("east"), "USD", 1, 7),
            group("A", None, "CNY", 1, -50),
            group("B", Some("east"), "", 3, 0),
        ];
        let made =
            table("parties", (axis("tier"), axis("region")), (Some("x"), Summed::Money), groups);
        let made = made.unwrap();
        let yuan = |minor| Money::new(minor, Currency::CNY);
        assert_eq!(made.total.count, 7);
        assert_eq!(made.total.sum, None);
        assert_eq!(made.total.amounts[0], yuan(100));
        assert_eq!(made.total.amounts.len(), 2);
        let counts = |all: &[i64]| all.iter().sum::<i64>();
        let of_rows: Vec<i64> = made.row_totals.iter().map(|one| one.figures.count).collect();
        let of_cols: Vec<i64> = made.col_totals.iter().map(|one| one.figures.count).collect();
        assert_eq!((counts(&of_rows), counts(&of_cols)), (7, 7));
        let row = &made.row_totals[0];
        assert_eq!((row.row_name.as_deref(), row.figures.amounts[0]), (Some("Key"), yuan(100)));
        // Those without come first, and the cell of two currencies is one.
        assert_eq!(made.col_totals[0].col, None);
        assert_eq!(made.cells.len(), 3);
        assert_eq!(made.cells[1].figures.amounts.len(), 2);
    }

    #[test]
    fn d_88_a_sum_that_is_too_large_is_refused() {
        let groups = vec![group("A", None, "", 1, i64::MAX), group("B", None, "", 1, 1)];
        let axes = (axis("tier"), axis("region"));
        assert!(table("parties", axes, (Some("employees"), Summed::Number), groups).is_err());
    }
}

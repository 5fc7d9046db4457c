//! Rows of as many figures as a statement was composed to have.

use sqlx::{ColumnIndex, Decode, FromRow, Type};

/// A row whose first column is a text and whose others are whole numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// The first column: of what they are.
    pub of: String,
    /// The others, in the order of the statement.
    pub numbers: Vec<i64>,
}

impl<'r, R> FromRow<'r, R> for Figures
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    String: Decode<'r, R::Database> + Type<R::Database>,
    i64: Decode<'r, R::Database> + Type<R::Database>,
{
    fn from_row(row: &'r R) -> Result<Self, sqlx::Error> {
        let numbers = (1..row.len()).map(|at| row.try_get::<i64, _>(at));
        Ok(Self { of: row.try_get(0)?, numbers: numbers.collect::<Result<_, _>>()? })
    }
}

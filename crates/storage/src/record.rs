//! A struct as a row: read by position, written by position, its fields known as data.

use crate::{Error, Kind, terms};
use guanxi_kernel::{Currency, Money, scalar::Type};
use sea_query::Value;
use sqlx::{Decode, Postgres, Row as _, Sqlite, postgres::PgRow, sqlite::SqliteRow};

/// A field of a record.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name on the wire.
    pub name: &'static str,
    /// The columns it lies in.
    pub columns: &'static [&'static str],
    /// Its type.
    pub kind: Type,
    /// Whether it can be absent.
    pub nullable: bool,
    /// The label in Chinese.
    pub zh: &'static str,
    /// Whether lists can be narrowed by it.
    pub filter: bool,
    /// The column that lists can be ordered by for it; never null.
    pub sort: Option<&'static str>,
    /// For a list whose entries are index terms.
    pub terms: Option<terms::Index>,
    /// The resource whose record it names.
    pub target: Option<fn() -> &'static Kind>,
    /// Stored, never shown.
    pub hidden: bool,
}

impl Field {
    /// The label in English: the name in words.
    pub fn en(&self) -> String {
        let words = self.name.strip_suffix("_id").unwrap_or(self.name).replace('_', " ");
        let mut chars = words.chars();
        chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
    }
}

/// A struct that can be a row. Derived; see the crate `guanxi-derive`.
pub trait Record: Sized {
    /// Its fields, in the order of the columns.
    fn fields(out: &mut Vec<Field>);

    /// Its values, in the order of the columns.
    fn write(&self, out: &mut Vec<Value>);

    /// Reads the columns, in their order.
    ///
    /// # Errors
    /// When a column does not hold what its field needs.
    fn read(row: &mut Cells<'_>) -> Result<Self, Error>;

    /// The index terms of its lists.
    fn terms(&self, out: &mut Vec<terms::Term>);
}

/// The cells of a row, left to right.
pub struct Cells<'r> {
    row: Either<'r>,
    at: usize,
}

enum Either<'r> {
    Sqlite(&'r SqliteRow),
    Postgres(&'r PgRow),
}

impl<'r> From<&'r SqliteRow> for Cells<'r> {
    fn from(row: &'r SqliteRow) -> Self {
        Self { row: Either::Sqlite(row), at: 0 }
    }
}

impl<'r> From<&'r PgRow> for Cells<'r> {
    fn from(row: &'r PgRow) -> Self {
        Self { row: Either::Postgres(row), at: 0 }
    }
}

/// What a cell of either store can be read as.
pub trait Cell<'r>:
    Decode<'r, Sqlite> + sqlx::Type<Sqlite> + Decode<'r, Postgres> + sqlx::Type<Postgres>
{
}

impl<'r, T> Cell<'r> for T where
    T: Decode<'r, Sqlite> + sqlx::Type<Sqlite> + Decode<'r, Postgres> + sqlx::Type<Postgres>
{
}

impl<'r> Cells<'r> {
    /// Reads the next cell.
    ///
    /// # Errors
    /// When it holds something else.
    #[expect(clippy::should_implement_trait, reason = "each cell has a type of its own")]
    pub fn next<T: Cell<'r>>(&mut self) -> Result<T, Error> {
        let at = self.at;
        self.at += 1;
        match self.row {
            Either::Sqlite(row) => row.try_get(at),
            Either::Postgres(row) => row.try_get(at),
        }
    }
}

/// A value for a JSON column.
pub fn json<T: serde::Serialize>(value: &T) -> Value {
    // Only maps with keys that are no text fail, and no record has one.
    Value::Json(Some(Box::new(serde_json::to_value(value).unwrap_or_default())))
}

/// An amount in its two columns, minor units and currency.
pub trait MoneyColumns: Sized {
    /// Whether it can be absent.
    const NULLABLE: bool;
    /// Writes both columns.
    fn write(&self, out: &mut Vec<Value>);
    /// Reads both columns.
    ///
    /// # Errors
    /// When they hold no amount.
    fn read(row: &mut Cells<'_>) -> Result<Self, Error>;
}

impl MoneyColumns for Option<Money> {
    const NULLABLE: bool = true;

    fn write(&self, out: &mut Vec<Value>) {
        out.push(self.map(Money::minor).into());
        out.push(self.map(|money| money.currency().code().to_owned()).into());
    }

    fn read(row: &mut Cells<'_>) -> Result<Self, Error> {
        let (minor, code) = (row.next::<Option<i64>>()?, row.next::<Option<String>>()?);
        let (Some(minor), Some(code)) = (minor, code) else { return Ok(None) };
        let currency: Currency = code.parse().map_err(|error| Error::Decode(Box::new(error)))?;
        Ok(Some(Money::new(minor, currency)))
    }
}

impl MoneyColumns for Money {
    const NULLABLE: bool = false;

    fn write(&self, out: &mut Vec<Value>) {
        Some(*self).write(out);
    }

    fn read(row: &mut Cells<'_>) -> Result<Self, Error> {
        Option::<Self>::read(row)?.ok_or_else(|| Error::Decode("an amount is missing".into()))
    }
}

//! Statements. Text comes from literals only, values are bound: SQL built from input cannot exist.

use crate::Tx;
use chrono::DateTime;
use sea_query::{Value, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::{AssertSqlSafe, SqlSafeStr as _, SqlStr};
use std::{borrow::Cow, ops::Range};
use uuid::Uuid;

/// Rows of `values` values each that one statement of many rows should write.
pub const fn rows_at_once(values: usize) -> usize {
    const VALUES: usize = 3_000;
    if values == 0 || values > VALUES { 1 } else { VALUES / values }
}

/// A statement in the words that both stores share, with its values.
///
/// `$1` is the tenant, bound by the transaction that runs the statement; the values here are `$2`
/// and on. Fixed statements are written with [`sql!`](crate::sql!), composed ones grow by
/// [`Sql::push`] and [`Sql::bind`].
#[derive(Debug, Clone)]
pub struct Sql {
    text: Cow<'static, str>,
    /// The text for PostgreSQL, once it is another one.
    postgres: Option<String>,
    args: Vec<Value>,
    /// The tenant, if placeholders have no number and it is bound wherever it stands.
    tenant_of_rows: Option<Uuid>,
}

/// A fixed statement: `sql!("… WHERE tenant_id = $1 AND id = $2", id)`.
#[macro_export]
macro_rules! sql {
    ($text:literal $(, $arg:expr)* $(,)?) => {
        $crate::Sql::fixed($text, vec![$($crate::expansion::Value::from($arg)),*])
    };
}

impl Sql {
    /// A statement that never changes.
    pub fn fixed(text: &'static str, args: Vec<Value>) -> Self {
        Self { text: Cow::Borrowed(text), postgres: None, args, tenant_of_rows: None }
    }

    /// Begins a composed statement.
    pub fn new(text: &'static str) -> Self {
        Self::fixed(text, Vec::new())
    }

    /// Begins a statement of many rows; the tenant stands in it by [`Sql::bind_tenant`] only.
    ///
    /// The driver asks SQLite for the name of each placeholder. One with a number has a name, which
    /// SQLite finds by counting from the first: what such a statement costs grows with the square of
    /// its values. So there they have no number.
    pub fn of_rows(tx: &Tx, text: &'static str) -> Self {
        let tenant_of_rows = tx.is_sqlite().then(|| tx.tenant().uuid());
        Self { tenant_of_rows, ..Self::new(text) }
    }

    /// Adds the tenant to a statement of many rows.
    pub fn bind_tenant(&mut self) -> &mut Self {
        match self.tenant_of_rows {
            Some(tenant) => self.bind(tenant),
            None => self.push("$1"),
        }
    }

    /// Adds a piece of text.
    pub fn push(&mut self, text: &'static str) -> &mut Self {
        self.add(text, text);
        self
    }

    /// Adds a piece of text that each store says in its own way. Only [`texts`](crate::texts) and
    /// [`scope`](crate::scope) do.
    pub(crate) fn push_for(&mut self, sqlite: &'static str, postgres: &'static str) -> &mut Self {
        self.postgres.get_or_insert_with(|| self.text.to_string());
        self.add(sqlite, postgres);
        self
    }

    fn add(&mut self, sqlite: &str, postgres: &str) {
        self.text.to_mut().push_str(sqlite);
        if let Some(text) = &mut self.postgres {
            text.push_str(postgres);
        }
    }

    /// Adds a value, as the next placeholder.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.args.push(value.into());
        if self.tenant_of_rows.is_some() {
            return self.push("?");
        }
        let place = format!("${}", self.args.len() + 1);
        self.add(&place, &place);
        self
    }

    /// Adds a parenthesised list of values.
    pub fn bind_all(&mut self, values: impl IntoIterator<Item: Into<Value>>) -> &mut Self {
        let mut before = "(";
        for value in values {
            self.push(before).bind(value);
            before = ", ";
        }
        self.push(if before == "(" { "(NULL)" } else { ")" })
    }

    /// How many values are bound, to be named [`again`](Self::again).
    pub(crate) fn bound(&self) -> usize {
        self.args.len()
    }

    /// Adds a parenthesised list of values that are bound already; of no statement of many rows.
    pub(crate) fn again(&mut self, bound: Range<usize>) -> &mut Self {
        let places: Vec<String> = bound.map(|at| format!("${}", at + 2)).collect();
        let list =
            if places.is_empty() { "(NULL)".into() } else { format!("({})", places.join(", ")) };
        self.add(&list, &list);
        self
    }

    /// The text and the values for the driver, the tenant first.
    pub(crate) fn render(mut self, tenant: Uuid, sqlite: bool) -> (SqlStr, SqlxValues) {
        if self.tenant_of_rows.is_none() {
            self.args.insert(0, tenant.into());
        }
        self.render_untenanted(sqlite)
    }

    /// The text and the values for the driver, for the few tables that are above tenants.
    pub(crate) fn render_untenanted(self, sqlite: bool) -> (SqlStr, SqlxValues) {
        let own = self.postgres.filter(|_| !sqlite).map(Cow::Owned);
        let text = match own.unwrap_or(self.text) {
            Cow::Borrowed(text) => text.into_sql_str(),
            #[expect(
                clippy::disallowed_methods,
                reason = "grown from literals and placeholders only"
            )]
            Cow::Owned(text) => AssertSqlSafe(text).into_sql_str(),
        };
        (text, SqlxValues(Values(self.args.into_iter().map(storable).collect())))
    }
}

/// Instants in whole microseconds, the finest that both stores keep: SQLite would keep more, and a
/// cursor made of what it read would stand before the record that it was made of.
fn storable(value: Value) -> Value {
    match value {
        Value::ChronoDateTimeUtc(Some(instant)) => {
            Value::ChronoDateTimeUtc(DateTime::from_timestamp_micros(instant.timestamp_micros()))
        }
        other => other,
    }
}

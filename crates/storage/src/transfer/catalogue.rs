//! The tables of a tenant, as the store describes them.

use super::{Column, cell::Type, refused};
use crate::{Sql, Tx};
use guanxi_kernel::{Result, Word as _};
use std::collections::{BTreeMap, BTreeSet};

/// A table whose rows belong to tenants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns in the order of their names.
    pub columns: Vec<(&'static str, Type)>,
    /// The columns of its primary key.
    pub key: Vec<&'static str>,
    /// Columns that refer to other rows of it.
    pub own: Vec<&'static str>,
}

impl Table {
    /// The columns as a file names them.
    pub(super) fn described(&self) -> Vec<Column> {
        let column = |(name, kind): &(&str, Type)| ((*name).to_owned(), kind.word().to_owned());
        self.columns.iter().map(column).collect()
    }

    /// The places of these columns among all.
    pub(super) fn places(&self, columns: &[&'static str]) -> Vec<usize> {
        let place = |wanted: &&str| self.columns.iter().position(|(name, _)| name == wanted);
        columns.iter().filter_map(place).collect()
    }
}

#[derive(sqlx::FromRow)]
struct Found {
    table_name: String,
    column_name: String,
    kind: String,
    key: i64,
}

const SQLITE_COLUMNS: &str = r#"SELECT m.name AS table_name, c.name AS column_name, lower(c.type) AS kind,
         CAST(c.pk AS BIGINT) AS key
     FROM sqlite_master m JOIN pragma_table_info(m.name) c
     WHERE m.type = 'table' AND m.name NOT LIKE 'record_texts%' AND m.name NOT IN ('index_progress', 'spent_quotas') AND EXISTS (SELECT 1 FROM pragma_table_info(m.name) t
         WHERE t.name = 'tenant_id')
     ORDER BY m.name, c.name"#;

const POSTGRES_COLUMNS: &str =
    "SELECT CAST(r.relname AS TEXT) AS table_name, CAST(a.attname AS TEXT) AS column_name,
         CAST(t.typname AS TEXT) AS kind,
         CAST(COALESCE(array_position(i.indkey::smallint[], a.attnum) + 1, 0) AS BIGINT) AS key
     FROM pg_class r JOIN pg_attribute a ON a.attrelid = r.oid JOIN pg_type t ON t.oid = a.atttypid
     LEFT JOIN pg_index i ON i.indrelid = r.oid AND i.indisprimary
     WHERE r.relkind = 'r' AND r.relname NOT LIKE 'record_texts%' AND r.relname NOT IN ('index_progress', 'spent_quotas') AND r.relnamespace = CAST(current_schema() AS regnamespace)
         AND a.attnum > 0 AND NOT a.attisdropped
         AND EXISTS (SELECT 1 FROM pg_attribute b WHERE b.attrelid = r.oid
             AND b.attname = 'tenant_id' AND NOT b.attisdropped)
     ORDER BY r.relname, a.attname";

const SQLITE_REFERENCES: &str = r#"SELECT m.name, f."table", f."from"
     FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"#;

const POSTGRES_REFERENCES: &str =
    "SELECT CAST(r.relname AS TEXT), CAST(o.relname AS TEXT), CAST(a.attname AS TEXT)
     FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class o ON o.oid = c.confrelid
     JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'f' AND c.connamespace = CAST(current_schema() AS regnamespace)";

/// The tables of tenants, those that are referred to before those that refer to them.
///
/// # Errors
/// Those of the store; refused if a column has a type that is not known, or if tables refer to each
/// other in a circle.
pub async fn tables(tx: &mut Tx) -> Result<Vec<Table>> {
    let (columns, references) = match tx.is_sqlite() {
        true => (SQLITE_COLUMNS, SQLITE_REFERENCES),
        false => (POSTGRES_COLUMNS, POSTGRES_REFERENCES),
    };
    let found: Vec<Found> = tx.all_untenanted(Sql::new(columns)).await?;
    let references: Vec<(String, String, String)> = tx.all_untenanted(Sql::new(references)).await?;
    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut keys: BTreeMap<String, Vec<(i64, &'static str)>> = BTreeMap::new();
    for column in found {
        let unknown =
            || refused(format!("{}.{} is {}", column.table_name, column.column_name, column.kind));
        let kind = Type::known(&column.kind).ok_or_else(unknown)?;
        // Names of the schema are as fixed as literals; each is asked for once in a command.
        let name: &'static str = column.column_name.leak();
        let table = tables.entry(column.table_name.clone()).or_insert_with(|| Table {
            name: column.table_name.clone().leak(),
            columns: Vec::new(),
            key: Vec::new(),
            own: Vec::new(),
        });
        table.columns.push((name, kind));
        if column.key > 0 {
            keys.entry(column.table_name).or_default().push((column.key, name));
        }
    }
    for (name, mut key) in keys {
        key.sort_unstable();
        tables
            .entry(name)
            .and_modify(|table| table.key = key.iter().map(|(_, key)| *key).collect());
    }
    let mut above: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (table, other, column) in references {
        if table != other {
            above.entry(table).or_default().insert(other);
        } else if let Some(table) = tables.get_mut(&table).filter(|_| column != "tenant_id") {
            let places = table.columns.iter().find(|(name, _)| *name == column);
            table.own.extend(places.map(|(name, _)| *name));
        }
    }
    in_order(tables, &above)
}

fn in_order(
    mut tables: BTreeMap<String, Table>,
    above: &BTreeMap<String, BTreeSet<String>>,
) -> Result<Vec<Table>> {
    let mut ordered = Vec::new();
    while !tables.is_empty() {
        let waits = |name: &String| {
            above.get(name).is_some_and(|above| above.iter().any(|one| tables.contains_key(one)))
        };
        let Some(next) = tables.keys().find(|name| !waits(name)).cloned() else {
            let names: Vec<&str> = tables.keys().map(String::as_str).collect();
            return Err(refused(format!("tables refer to each other: {}", names.join(", "))));
        };
        ordered.extend(tables.remove(&next));
    }
    Ok(ordered)
}

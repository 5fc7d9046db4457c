//! Reads a tenant from a file into a store that does not have it, all or nothing.

use super::{
    AT_ONCE, Begins, Count, FORMAT, FileOf, Header, Moved, Trailer,
    catalogue::{self, Table},
    export::{rows, schema},
    refused,
};
use crate::{Db, Sql, Tx};
use flate2::bufread::MultiGzDecoder;
use guanxi_kernel::{Problem, Result, TenantId};
use sea_query::Value;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// Values that one statement may have on both stores.
const VALUES: usize = 20_000;

/// The column that says whose a row is.
const TENANT: &str = "tenant_id";

/// How the last line begins.
const END: &str = "{\"end\"";

type Lines = std::io::Lines<BufReader<MultiGzDecoder<BufReader<File>>>>;

/// Reads the file into the store, in one transaction. At its end the rows are read again and
/// compared with what the file says of them.
///
/// # Errors
/// Refused if the file is not whole, was made under another schema, or if the store has a tenant of
/// that id or short name; those of the store. Nothing has changed then.
pub async fn import(db: &Db, file: &Path) -> Result<Moved> {
    let (header, _) = open(file)?;
    let tenant = TenantId::from(header.tenant_id);
    db.write_locked(tenant, async |tx| {
        let (header, mut lines) = open(file)?;
        let tables = catalogue::tables(tx).await?;
        check(tx, &header, &tables).await?;
        let mut references = Vec::new();
        let trailer = fill(tx, &tables, &mut lines, &mut references).await?;
        for (table, column, key, value) in references {
            refer(tx, &tables[table], column, key, value).await?;
        }
        number_on(tx).await?;
        let mut counts: Vec<Count> = Vec::new();
        for table in &tables {
            counts.push(rows(tx, table, |_| Ok(())).await?);
        }
        for here in &counts {
            let there = trailer.end.iter().find(|there| there.table == here.table);
            if there != Some(here) {
                let (rows, checksum) =
                    there.map_or((0, "none"), |there| (there.rows, there.checksum.as_str()));
                return Err(refused(format!(
                    "table {}: the file has {rows} rows ({checksum}), the store {} ({})",
                    here.table, here.rows, here.checksum
                )));
            }
        }
        Ok(Moved { header, counts, files: trailer.files })
    })
    .await
}

/// What the file is about, and which files of callers belong to it. Nothing is read into a store.
///
/// # Errors
/// Refused if the file is not whole, or was made under another schema.
pub fn contents(file: &Path) -> Result<(Header, Vec<FileOf>)> {
    let (header, mut lines) = open(file)?;
    same_version(&header)?;
    loop {
        let line = next(&mut lines)?;
        if line.starts_with(END) {
            return Ok((header, read::<Trailer>(&line)?.files));
        }
    }
}

/// Whether the store can take what the header announces; nothing is written.
///
/// # Errors
/// Refused if it cannot.
pub async fn fits(db: &Db, header: &Header) -> Result<()> {
    let look = async |tx: &mut Tx| {
        let tables = catalogue::tables(tx).await?;
        check(tx, header, &tables).await
    };
    db.read(TenantId::from(header.tenant_id), look).await
}

/// The header of a file, and the lines behind it.
fn open(file: &Path) -> Result<(Header, Lines)> {
    let opened =
        File::open(file).map_err(|error| refused(format!("{}: {error}", file.display())))?;
    let mut lines = BufReader::new(MultiGzDecoder::new(BufReader::new(opened))).lines();
    let header: Header = read(&next(&mut lines)?)?;
    Ok((header, lines))
}

fn next(lines: &mut Lines) -> Result<String> {
    let line = lines.next().ok_or_else(|| refused("the file ends too early"))?;
    line.map_err(|error| refused(format!("the file cannot be read: {error}")))
}

fn read<T: DeserializeOwned>(line: &str) -> Result<T> {
    serde_json::from_str(line)
        .map_err(|error| refused(format!("this is no file of a tenant: {error}")))
}

fn same_version(header: &Header) -> Result<()> {
    if header.guanxi_tenant != FORMAT || header.schema != schema() {
        return Err(refused(format!(
            "the file has format {} and schema {}, this program {FORMAT} and {}; use the same \
             version of the program on both sides",
            header.guanxi_tenant,
            header.schema,
            schema()
        )));
    }
    Ok(())
}

/// Whether the store can take what the header announces.
async fn check(tx: &mut Tx, header: &Header, tables: &[Table]) -> Result<()> {
    same_version(header)?;
    let known: Vec<_> =
        tables.iter().map(|table| (table.name.to_owned(), table.described())).collect();
    if known != header.tables {
        return Err(refused("the file has other tables or columns than the store"));
    }
    let mut taken =
        Sql::new("SELECT CAST(1 AS BIGINT) FROM tenants WHERE tenant_id = $1 OR slug = ");
    taken.bind(header.slug.clone());
    if tx.exists(taken).await? {
        return Err(refused(format!("the store has the tenant {} already", header.slug)));
    }
    for table in tables {
        let mut left = Sql::new("SELECT CAST(1 AS BIGINT) FROM ");
        left.push(table.name).push(" WHERE tenant_id = $1 LIMIT 1");
        if tx.exists(left).await? {
            return Err(refused(format!("the store has rows of the tenant in {}", table.name)));
        }
    }
    Ok(())
}

/// A reference to a row of the same table, to be set when all rows are there: the place of the
/// table, the column, the key of the row, the value.
type Reference = (usize, &'static str, Vec<Value>, Value);

async fn fill(
    tx: &mut Tx,
    tables: &[Table],
    lines: &mut Lines,
    references: &mut Vec<Reference>,
) -> Result<Trailer> {
    let mut table: Option<usize> = None;
    let mut waiting: Vec<Vec<Value>> = Vec::new();
    loop {
        let line = next(lines)?;
        let full = table.is_some_and(|at| {
            waiting.len() >= AT_ONCE.min(VALUES / tables[at].columns.len().max(1))
        });
        let row = line.starts_with('[');
        if let (Some(at), true) = (table, full || !row) {
            insert(tx, &tables[at], std::mem::take(&mut waiting)).await?;
        }
        if row {
            let at = table.ok_or_else(|| refused("a row stands before its table"))?;
            waiting.push(values(&tables[at], at, &read::<Vec<Json>>(&line)?, references)?);
        } else if line.starts_with(END) {
            return read(&line);
        } else {
            let begins: Begins = read(&line)?;
            let found = tables.iter().position(|table| table.name == begins.table);
            table = Some(found.ok_or_else(|| refused(format!("table {}", begins.table)))?);
        }
    }
}

/// The values of a row; what it refers to in its own table is left out and remembered.
fn values(
    table: &Table,
    place: usize,
    row: &[Json],
    references: &mut Vec<Reference>,
) -> Result<Vec<Value>> {
    let wrong = || refused(format!("a row of {} does not fit: {}", table.name, Json::from(row)));
    if row.len() != table.columns.len() {
        return Err(wrong());
    }
    let cells = table.columns.iter().zip(row).map(|((_, kind), cell)| kind.value(cell));
    let mut values = cells.collect::<Option<Vec<Value>>>().ok_or_else(wrong)?;
    for column in table.places(&table.own) {
        let (name, kind) = table.columns[column];
        if !row[column].is_null() {
            let key = table.places(&table.key).into_iter().map(|at| values[at].clone()).collect();
            references.push((place, name, key, values[column].clone()));
            values[column] = kind.value(&Json::Null).ok_or_else(wrong)?;
        }
    }
    Ok(values)
}

async fn insert(tx: &mut Tx, table: &Table, rows: Vec<Vec<Value>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::new("INSERT INTO ");
    sql.push(table.name);
    for (at, (column, _)) in table.columns.iter().enumerate() {
        sql.push(if at == 0 { " (" } else { ", " }).push(column);
    }
    sql.push(") VALUES ");
    for (at, row) in rows.into_iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " });
        for (place, ((column, _), value)) in table.columns.iter().zip(row).enumerate() {
            sql.push(if place == 0 { "(" } else { ", " });
            // The tenant is bound to every statement: no row of another one can come in.
            if *column == TENANT {
                sql.push("$1")
            } else {
                sql.bind(value)
            };
        }
        sql.push(")");
    }
    tx.execute(sql).await.map(drop).map_err(|problem| taken(table, &problem))
}

/// A clash with another tenant, e.g. of the prefix of a key.
fn taken(table: &Table, problem: &Problem) -> Problem {
    let text = format!("table {} does not take its rows: {problem}", table.name);
    refused(text)
}

async fn refer(
    tx: &mut Tx,
    table: &Table,
    column: &'static str,
    key: Vec<Value>,
    value: Value,
) -> Result<()> {
    let mut sql = Sql::new("UPDATE ");
    sql.push(table.name).push(" SET ").push(column).push(" = ").bind(value);
    sql.push(" WHERE tenant_id = $1");
    for (name, value) in table.key.iter().zip(key) {
        sql.push(" AND ").push(name).push(" = ").bind(value);
    }
    tx.execute(sql).await.map(drop)
}

/// Numbers of events that are drawn from now on are above those that came.
async fn number_on(tx: &mut Tx) -> Result<()> {
    if tx.is_sqlite() {
        return Ok(());
    }
    let above = crate::sql!(
        "SELECT setval('event_seq', GREATEST((SELECT last_value FROM event_seq),
             (SELECT COALESCE(MAX(seq), 1) FROM events WHERE tenant_id = $1)))"
    );
    tx.optional::<(i64,)>(above).await.map(drop)
}

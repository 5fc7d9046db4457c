//! Writes a tenant to a file, and counts what a store has of it.

use super::{
    AT_ONCE, Begins, Count, FORMAT, FileOf, Header, Moved, Sum, Trailer,
    catalogue::{self, Table},
    refused,
};
use crate::{Db, Sql, Tx, events::chain, migrate};
use chrono::{DateTime, Utc};
use flate2::{Compression, write::GzEncoder};
use guanxi_kernel::{Result, TenantId, canonical};
use serde::Serialize;
use serde_json::Value as Json;
use std::io::Write;

/// Columns that say something else in another store, and what is written for them.
const INSTEAD: &[(&str, &str, &str)] = &[
    (
        "events",
        "txid",
        "CAST(CASE WHEN EXISTS (SELECT 1 FROM event_chain c WHERE c.tenant_id = t.tenant_id
             AND c.seq = t.seq) THEN 0 ELSE 1 END AS BIGINT)",
    ),
    ("event_heads", "txid", "CAST(0 AS BIGINT)"),
    (
        "event_heads",
        "seq",
        "COALESCE((SELECT MAX(c.seq) FROM event_chain c WHERE c.tenant_id = t.tenant_id), 0)",
    ),
];

/// Writes everything that the store has of the tenant, as it is at one moment.
///
/// # Errors
/// Those of the store and of `out`.
pub async fn export(
    db: &Db,
    tenant: TenantId,
    now: DateTime<Utc>,
    out: impl Write + Send,
) -> Result<Moved> {
    // So that as much as possible has its place already.
    chain::seal(db, tenant).await?;
    let engine = db.engine();
    db.snapshot(tenant, async |tx| {
        let mut out = GzEncoder::new(out, Compression::default());
        let header = header(tx, engine, now).await?;
        line(&mut out, &header)?;
        let mut counts = Vec::new();
        for table in catalogue::tables(tx).await? {
            line(&mut out, &Begins { table: table.name.to_owned() })?;
            let count = rows(tx, &table, |row| {
                out.write_all(row.as_bytes()).and_then(|()| out.write_all(b"\n"))
            });
            counts.push(count.await?);
        }
        let files = files(tx).await?;
        line(&mut out, &Trailer { end: counts.clone(), files: files.clone() })?;
        let mut out = out.finish().map_err(written)?;
        out.flush().map_err(written)?;
        Ok(Moved { header, counts, files })
    })
    .await
}

fn written(error: std::io::Error) -> guanxi_kernel::Problem {
    guanxi_kernel::problem::INTERNAL.problem().because(error)
}

fn line(out: &mut impl Write, value: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(value).unwrap_or_default();
    writeln!(out, "{text}").map_err(written)
}

async fn header(tx: &mut Tx, engine: &str, now: DateTime<Utc>) -> Result<Header> {
    let slug = crate::sql!("SELECT slug FROM tenants WHERE tenant_id = $1");
    let slug = tx.optional::<(String,)>(slug).await?;
    let (slug,) = slug.ok_or_else(|| refused("there is no such tenant"))?;
    let tables = catalogue::tables(tx).await?;
    Ok(Header {
        guanxi_tenant: FORMAT,
        schema: schema(),
        tenant_id: tx.tenant().uuid(),
        slug,
        exported_at: now,
        engine: engine.to_owned(),
        tables: tables.iter().map(|table| (table.name.to_owned(), table.described())).collect(),
    })
}

/// The last step of the schema that both stores share.
pub(super) fn schema() -> i64 {
    migrate::SHARED.iter().map(|step| step.0).max().unwrap_or_default()
}

/// The files of callers that records of the tenant are about, those of deleted attachments too, which
/// can be restored; not those of people who were erased.
async fn files(tx: &mut Tx) -> Result<Vec<FileOf>> {
    let kept = crate::sql!(
        "SELECT id, name, sha256, TRUE AS lasting FROM attachments
         WHERE tenant_id = $1 AND sha256 <> $2
         UNION ALL
         SELECT id, file_name, sha256, FALSE FROM imports WHERE tenant_id = $1
         UNION ALL
         SELECT file_id, file_name, sha256, FALSE FROM exports
         WHERE tenant_id = $1 AND file_id IS NOT NULL AND sha256 IS NOT NULL
         ORDER BY 1",
        crate::erasing::ERASED
    );
    tx.all(kept).await
}

/// Reads all rows of a table in the order of its key, each as one line.
pub(super) async fn rows(
    tx: &mut Tx,
    table: &Table,
    mut each: impl FnMut(&str) -> std::io::Result<()> + Send,
) -> Result<Count> {
    let mut sum = Sum::default();
    let mut after: Option<Vec<Json>> = None;
    let key = table.places(&table.key);
    loop {
        let sql = page(table, &key, after.as_deref())?;
        let read = |cells: &mut crate::Cells<'_>| {
            table.columns.iter().map(|(_, kind)| kind.read(cells)).collect::<Result<Vec<_>, _>>()
        };
        let found = tx.cells(sql, read).await?;
        let ended = found.len() < AT_ONCE;
        for row in found {
            after = Some(key.iter().map(|at| row[*at].clone()).collect());
            let row = canonical(&Json::Array(row));
            sum.add(&row);
            each(&row).map_err(written)?;
        }
        if ended {
            return Ok(sum.count(table.name));
        }
    }
}

fn page(table: &Table, key: &[usize], after: Option<&[Json]>) -> Result<Sql> {
    let mut sql = Sql::new("SELECT ");
    for (at, (column, _)) in table.columns.iter().enumerate() {
        sql.push(if at == 0 { "" } else { ", " });
        let instead = INSTEAD.iter().find(|(name, of, _)| (name, of) == (&table.name, column));
        match instead {
            Some((_, _, expression)) => sql.push(expression),
            None => sql.push("t.").push(column),
        };
    }
    sql.push(" FROM ").push(table.name).push(" t WHERE t.tenant_id = $1");
    let names = |sql: &mut Sql| {
        for (at, place) in key.iter().enumerate() {
            sql.push(if at == 0 { "t." } else { ", t." }).push(table.columns[*place].0);
        }
    };
    if let Some(after) = after {
        sql.push(" AND (");
        names(&mut sql);
        let value = |(place, cell): (&usize, &Json)| table.columns[*place].1.value(cell);
        let values: Option<Vec<_>> = key.iter().zip(after).map(value).collect();
        let values = values.ok_or_else(|| refused(format!("the key of {}", table.name)))?;
        sql.push(") > ").bind_all(values);
    }
    sql.push(" ORDER BY ");
    names(&mut sql);
    sql.push(" LIMIT ").bind(i64::try_from(AT_ONCE).unwrap_or(i64::MAX));
    Ok(sql)
}

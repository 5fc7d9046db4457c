//! The versions of targets in the store: rows that are written once. Nothing is decided here.
//!
//! Each has the day from which it holds, the instant at which it was told, and a table. Days never go back
//! from one version to the next, so the one in force is the highest number whose day has come. Price: every
//! change writes all cells again, five hundred to a row.

use super::{
    model::{Dimension, TargetId},
    table::{Axis, Table},
};
use chrono::{DateTime, NaiveDate, Utc};
use guanxi_kernel::{Ctx, Result, UserId};
use guanxi_storage::{Sql, Tx, error::corrupt, sql, sql::rows_at_once};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Cells in one row.
const A_LINE: usize = 500;

/// Targets that one statement asks for.
const AT_ONCE: usize = 500;

/// The most versions of a target that are told.
const MOST: i64 = 1_000;

/// A version as it is kept, without its cells.
#[derive(Debug, Clone)]
pub(super) struct Version {
    pub(super) number: i64,
    pub(super) verb: String,
    pub(super) in_force_from: Option<NaiveDate>,
    pub(super) units: i64,
    pub(super) reason: Option<String>,
    pub(super) note: Option<String>,
    pub(super) author: UserId,
    pub(super) approver: UserId,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) axes: Vec<Axis>,
}

/// What is told of a new version.
#[derive(Debug, Clone)]
pub(super) struct Told {
    pub(super) verb: &'static str,
    pub(super) in_force_from: Option<NaiveDate>,
    pub(super) reason: Option<String>,
    pub(super) note: Option<String>,
    pub(super) approver: UserId,
}

impl Told {
    /// Of the first version of a target.
    pub(super) fn first(ctx: &Ctx) -> Self {
        Self {
            verb: "created",
            in_force_from: None,
            reason: None,
            note: None,
            approver: ctx.actor.user,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredAxis {
    dimension: Dimension,
    members: Vec<String>,
}

type Row = (
    i64,
    String,
    Option<NaiveDate>,
    i64,
    Option<String>,
    Option<String>,
    UserId,
    UserId,
    DateTime<Utc>,
    String,
);

const COLUMNS: &str = "SELECT v.number, v.verb, v.in_force_from, v.units, v.reason, v.note, v.author_id,
    v.approver_id, v.recorded_at, v.axes FROM target_versions v WHERE v.tenant_id = $1 AND v.target_id = ";

fn version(row: Row) -> Result<Version> {
    let (number, verb, in_force_from, units, reason, note, author, approver, recorded_at, axes) =
        row;
    let axes: Vec<StoredAxis> = serde_json::from_str(&axes).map_err(corrupt)?;
    let axis = |one: StoredAxis| Axis { dimension: one.dimension, members: one.members };
    let axes = axes.into_iter().map(axis).collect();
    Ok(Version {
        number,
        verb,
        in_force_from,
        units,
        reason,
        note,
        author,
        approver,
        recorded_at,
        axes,
    })
}

/// Writes versions of targets: their numbers, their tables, and what is told of all of them.
pub(super) async fn append(
    tx: &mut Tx,
    ctx: &Ctx,
    told: &Told,
    tables: &[(TargetId, i64, Table)],
) -> Result<()> {
    for batch in tables.chunks(rows_at_once(11)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO target_versions (tenant_id, target_id, number, verb, in_force_from, units, reason,
                 note, author_id, approver_id, recorded_at, axes) VALUES ",
        );
        for (at, (id, number, table)) in batch.iter().enumerate() {
            let axes = table
                .axes()
                .iter()
                .map(|one| StoredAxis { dimension: one.dimension, members: one.members.clone() });
            let axes = serde_json::to_string(&axes.collect::<Vec<_>>()).map_err(corrupt)?;
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(*id).push(", ").bind(*number).push(", ").bind(told.verb).push(", ");
            sql.bind(told.in_force_from).push(", ").bind(table.figure()).push(", ");
            sql.bind(told.reason.clone()).push(", ").bind(told.note.clone()).push(", ");
            sql.bind(ctx.actor.user).push(", ").bind(told.approver).push(", ");
            sql.bind(ctx.now).push(", ").bind(axes).push(")");
        }
        tx.execute(sql).await?;
    }
    let lines: Vec<(TargetId, i64, i64, &[i64])> = tables
        .iter()
        .flat_map(|(id, number, table)| {
            let lines = table.cells().chunks(A_LINE).zip(0_i64..);
            lines.map(|(line, at)| (*id, *number, at, line))
        })
        .collect();
    for batch in lines.chunks(rows_at_once(5)) {
        let mut sql = Sql::of_rows(
            tx,
            "INSERT INTO target_cells (tenant_id, target_id, number, line, figures) VALUES ",
        );
        for (at, (id, number, line, figures)) in batch.iter().enumerate() {
            let figures = serde_json::to_string(figures).map_err(corrupt)?;
            sql.push(if at == 0 { "(" } else { ", (" }).bind_tenant().push(", ");
            sql.bind(*id).push(", ").bind(*number).push(", ").bind(*line).push(", ");
            sql.bind(figures).push(")");
        }
        tx.execute(sql).await?;
    }
    Ok(())
}

/// The version of that number.
pub(super) async fn numbered(tx: &mut Tx, id: TargetId, number: i64) -> Result<Option<Version>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(id).push(" AND v.number = ").bind(number);
    tx.optional::<Row>(sql).await?.map(version).transpose()
}

/// The latest version that was told.
pub(super) async fn latest(tx: &mut Tx, id: TargetId) -> Result<Option<Version>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(id).push(" ORDER BY v.number DESC LIMIT 1");
    tx.optional::<Row>(sql).await?.map(version).transpose()
}

/// The version that holds on a business day, of those that were told until an instant.
pub(super) async fn in_force(
    tx: &mut Tx,
    id: TargetId,
    on: NaiveDate,
    known: DateTime<Utc>,
) -> Result<Option<Version>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(id).push(" AND (v.in_force_from IS NULL OR v.in_force_from <= ").bind(on);
    sql.push(") AND v.recorded_at <= ").bind(known).push(" ORDER BY v.number DESC LIMIT 1");
    tx.optional::<Row>(sql).await?.map(version).transpose()
}

/// The figures of many targets on a business day, as they were told until an instant.
pub(super) async fn in_force_of(
    tx: &mut Tx,
    ids: &[TargetId],
    on: NaiveDate,
    known: DateTime<Utc>,
) -> Result<BTreeMap<TargetId, i64>> {
    let mut found = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        let mut sql = Sql::new(
            "SELECT v.target_id, v.units FROM target_versions v WHERE v.tenant_id = $1 AND v.number =
                 (SELECT MAX(w.number) FROM target_versions w
                  WHERE w.tenant_id = $1 AND w.target_id = v.target_id
                      AND (w.in_force_from IS NULL OR w.in_force_from <= ",
        );
        sql.bind(on).push(") AND w.recorded_at <= ").bind(known).push(") AND v.target_id IN ");
        sql.bind_all(some.iter().copied());
        found.extend(tx.all::<(TargetId, i64)>(sql).await?);
    }
    Ok(found)
}

/// The newest versions of a target, the first first.
pub(super) async fn all(tx: &mut Tx, id: TargetId) -> Result<Vec<Version>> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(id).push(" ORDER BY v.number DESC LIMIT ").bind(MOST);
    let mut rows = tx.all::<Row>(sql).await?;
    rows.reverse();
    rows.into_iter().map(version).collect()
}

/// How a version was divided.
pub(super) async fn table(tx: &mut Tx, id: TargetId, version: &Version) -> Result<Table> {
    let select = sql!(
        "SELECT figures FROM target_cells
         WHERE tenant_id = $1 AND target_id = $2 AND number = $3 ORDER BY line",
        id,
        version.number
    );
    let mut cells: Vec<i64> = Vec::new();
    for (line,) in tx.all::<(String,)>(select).await? {
        cells.extend(serde_json::from_str::<Vec<i64>>(&line).map_err(corrupt)?);
    }
    Table::read(version.axes.clone(), cells).ok_or_else(|| corrupt("cells do not fit their axes"))
}

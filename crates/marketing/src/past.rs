//! Figures of the past: which rows counted at an instant, as far as they were known at another.
//!
//! What a row says is what it says now; only contracts that were cancelled since are told as they were. Price:
//! an amount that was corrected since moves a figure of the past.

use chrono::{DateTime, NaiveDate, Utc};
use guanxi_storage::Sql;

/// The instants that figures of the past are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// What was so at this one.
    pub as_of: DateTime<Utc>,
    /// As far as it was known at this one.
    pub known_at: DateTime<Utc>,
    /// The business day of the first.
    pub day: NaiveDate,
}

impl Past {
    /// Adds that something had come in, in the column `known`, and had happened, in `at`. Where both instants are one
    /// only the first is looked at, as it is of now: what says that it will happen counts with what it came with.
    pub(crate) fn holds(self, sql: &mut Sql, known: &'static str, at: &'static str) {
        sql.push(" AND ").push(known).push(" <= ").bind(self.known_at);
        if self.as_of < self.known_at {
            sql.push(" AND ").push(at).push(" <= ").bind(self.as_of);
        }
    }
}

/// The columns that tell since when a record is there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Columns {
    pub(crate) created: &'static str,
    pub(crate) deleted: &'static str,
    /// When that has happened which it tells of.
    pub(crate) at: &'static str,
}

/// Those of a table that stands alone and of which the making is all that has happened.
pub(crate) const PLAIN: Columns =
    Columns { created: "created_at", deleted: "deleted_at", at: "created_at" };

/// Adds that a record is there, now or in the past.
pub(crate) fn there(sql: &mut Sql, past: Option<Past>, columns: Columns) {
    let Columns { created, deleted, at } = columns;
    let Some(past) = past else {
        sql.push(deleted).push(" IS NULL");
        return;
    };
    sql.push("(").push(deleted).push(" IS NULL OR ").push(deleted).push(" > ");
    sql.bind(past.known_at).push(")");
    past.holds(sql, created, at);
}

/// Adds that the contract `c` is signed and not cancelled, now or on the day.
pub(crate) fn signed(sql: &mut Sql, past: Option<Past>) {
    let columns = Columns { created: "c.created_at", deleted: "c.deleted_at", at: "c.created_at" };
    there(sql, past, columns);
    let Some(Past { day, .. }) = past else {
        sql.push(" AND c.signed_on IS NOT NULL AND c.stage <> 'cancelled'");
        return;
    };
    sql.push(" AND c.signed_on <= ").bind(day).push(
        " AND (c.stage <> 'cancelled' OR EXISTS (SELECT 1 FROM contract_movements m
             WHERE m.tenant_id = c.tenant_id AND m.contract_id = c.id
                 AND m.kind = 'cancelled' AND m.moved_on > ",
    );
    sql.bind(day).push("))");
}

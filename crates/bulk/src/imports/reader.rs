//! The rows of a file in steps.

use super::{
    mapping::{Body, Plan},
    run::Mapped,
};
use crate::table::Grouped;
use guanxi_tabular::Rows;
use serde_json::Value as Json;
use std::sync::Arc;

/// Rows of one step: enough that what each commit costs is little of it, and few enough that others who
/// write wait a fraction of a second.
const AT_ONCE: usize = 1_000;

/// The same of rows that are lines of records, which are written in statements of many rows without an
/// event for each.
const LINES_AT_ONCE: usize = 5_000;

/// Reads rows step by step. Rows of one record that follow each other are in one step.
pub(super) struct Reader<'p> {
    rows: Rows,
    plan: &'p Plan,
    grouped: Option<Grouped>,
    /// The first row of the next step, if it was read already.
    ahead: Option<Mapped>,
}

impl<'p> Reader<'p> {
    /// Behind so many rows, which were read before.
    pub(super) fn behind(
        read: i64,
        mut rows: Rows,
        plan: &'p Plan,
        grouped: Option<Grouped>,
    ) -> Self {
        if let Some(behind) = usize::try_from(read).ok().and_then(|read| read.checked_sub(1)) {
            rows.nth(behind);
        }
        Self { rows, plan, grouped, ahead: None }
    }

    /// The rows of the next step; none at the end.
    pub(super) fn step(&mut self) -> Vec<Mapped> {
        let Some(grouped) = self.grouped else {
            return std::iter::from_fn(|| self.row()).take(AT_ONCE).collect();
        };
        let mut step: Vec<Mapped> = self.ahead.take().into_iter().collect();
        let mut last: Option<String> = None;
        while let Some(row) = self.row() {
            let key = key_of(&grouped, &row.1);
            // A row that cannot be read may belong to the record before it.
            let goes_on = key.is_none() || key == last;
            if step.len() >= LINES_AT_ONCE && !goes_on {
                self.ahead = Some(row);
                break;
            }
            last = key.or(last);
            step.push(row);
        }
        step
    }

    /// The next row, where it does not matter of which step it is.
    pub(super) fn row(&mut self) -> Option<Mapped> {
        let row = self.rows.next()?;
        let body = row.values.and_then(|values| self.plan.body(&values));
        Some((row.number, body.map_err(Arc::new)))
    }
}

/// What makes a row part of a record: the values of the key, apart from each other; nothing for a row that
/// cannot be read.
pub(super) fn key_of<E>(grouped: &Grouped, body: &Result<Body, E>) -> Option<String> {
    let body = body.as_ref().ok()?;
    let value = |name: &&str| body.members.get(*name).map(ToString::to_string).unwrap_or_default();
    Some(grouped.key.iter().map(value).collect::<Vec<_>>().join("\n"))
}

/// The values of the key themselves; none for a row that cannot be read.
pub(super) fn values_of_key<E>(grouped: &Grouped, body: &Result<Body, E>) -> Vec<Json> {
    let Ok(body) = body else { return Vec::new() };
    grouped.key.iter().map(|name| body.members.get(*name).cloned().unwrap_or_default()).collect()
}

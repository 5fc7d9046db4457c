//! Cells as JSON values.

use crate::{
    Limits,
    problems::{CELL_TOO_LONG, NUL_CHARACTER},
};
use guanxi_kernel::Result;
use serde_json::Value;

/// A text cell: trimmed, null when nothing is left. `column` counts from zero.
///
/// # Errors
/// `cell_too_long`, `nul_character`.
pub(crate) fn text(cell: &str, column: usize, limits: &Limits) -> Result<Value> {
    let cell = cell.trim();
    check(cell, column, limits)?;
    Ok(if cell.is_empty() { Value::Null } else { Value::String(cell.to_owned()) })
}

/// Whether a text may be read at all.
///
/// # Errors
/// `cell_too_long`, `nul_character`.
pub(crate) fn check(cell: &str, column: usize, limits: &Limits) -> Result<()> {
    // A text has at least as many bytes as characters, so most are never counted.
    if cell.len() > limits.cell_characters && cell.chars().count() > limits.cell_characters {
        let problem = CELL_TOO_LONG.with("limit", limits.cell_characters);
        return Err(problem.with("column", column + 1));
    }
    if memchr::memchr(0, cell.as_bytes()).is_some() {
        return Err(NUL_CHARACTER.problem());
    }
    Ok(())
}

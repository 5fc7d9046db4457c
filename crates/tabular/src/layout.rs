//! What is found out about a file before its rows are read.

use crate::{
    Delimiter, Encoding, Format, Limits,
    problems::{COLUMN_NAME_TOO_LONG, EMPTY_FILE, TOO_MANY_COLUMNS},
};
use guanxi_kernel::Result;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

/// How the table lies in the file, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Layout {
    /// The format, told from the content.
    pub format: Format,
    /// The encoding; none for a workbook.
    pub encoding: Option<Encoding>,
    /// The delimiter; of a CSV file only.
    pub delimiter: Option<Delimiter>,
    /// The sheet that is read; of a workbook only.
    pub sheet: Option<String>,
    /// All sheets of a workbook, in its order.
    pub sheets: Vec<Sheet>,
    /// The names of the columns: never empty, never twice the same. Of an NDJSON file the members
    /// of all its objects as they are spelt there, in the order in which they first appear.
    pub header: Vec<String>,
    /// Rows below the header, those with errors included, blank ones not.
    pub rows: u64,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Sheet {
    /// The name on its tab.
    pub name: String,
    /// Whether people see the tab.
    pub visible: bool,
}

/// What the caller knows better than detection would; what is `None` is detected.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// The sheet by name; else the first visible one.
    pub sheet: Option<String>,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// The delimiter of a CSV file.
    pub delimiter: Option<Delimiter>,
}

/// Names for the columns: trimmed, `column_3` where there is none, `name_2` where one is taken.
///
/// # Errors
/// `empty_file`, `too_many_columns`, `column_name_too_long`.
pub(crate) fn header(cells: &[Value], limits: &Limits) -> Result<Vec<String>> {
    if cells.is_empty() {
        return Err(EMPTY_FILE.problem());
    }
    check_width(cells.len(), limits)?;
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(cells.len());
    for (at, cell) in cells.iter().enumerate() {
        let text = match cell {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        };
        let kept: String = text.chars().filter(|c| !c.is_control() && *c != '\u{feff}').collect();
        let base = match kept.trim() {
            "" => format!("column_{}", at + 1),
            name => name.to_owned(),
        };
        check_name(&base, at, limits)?;
        let mut name = base.clone();
        let mut nth = 2;
        while !taken.insert(name.clone()) {
            name = format!("{base}_{nth}");
            nth += 1;
        }
        names.push(name);
    }
    Ok(names)
}

pub(crate) fn check_width(columns: usize, limits: &Limits) -> Result<()> {
    if columns > limits.columns {
        return Err(TOO_MANY_COLUMNS.with("limit", limits.columns));
    }
    Ok(())
}

pub(crate) fn check_name(name: &str, at: usize, limits: &Limits) -> Result<()> {
    if name.chars().count() > limits.name_characters {
        let problem = COLUMN_NAME_TOO_LONG.with("limit", limits.name_characters);
        return Err(problem.with("column", at + 1));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_are_trimmed_filled_in_and_told_apart() {
        let cells = [
            json!(" name "),
            json!("name"),
            Value::Null,
            json!("name_2"),
            json!(7),
            json!("\u{1}"),
        ];
        let names = header(&cells, &Limits::default()).unwrap();
        assert_eq!(names, ["name", "name_2", "column_3", "name_2_2", "7", "column_6"]);
    }

    #[test]
    fn a_header_is_bounded() {
        let limits = Limits { columns: 2, name_characters: 3, ..Limits::default() };
        let refused = |cells: &[Value]| header(cells, &limits).unwrap_err().code().code;
        assert_eq!(refused(&[]), "empty_file");
        assert_eq!(refused(&[json!(1), json!(2), json!(3)]), "too_many_columns");
        assert_eq!(refused(&[json!("客户名称")]), "column_name_too_long");
    }
}

//! The rows of a report as CSV: UTF-8 with a byte order mark, one column for each figure.
//!
//! An amount fills two columns (`amount`, `amount_currency`), a ratio and a mean three (`x`,
//! `x_numerator`, `x_denominator`), what is told day by day one for each day (`x_01`, `x_02`, …), so that
//! programs need to take nothing apart.

use crate::{Answer, What, definition::ReportColumn};
use guanxi_kernel::Result;
use guanxi_tabular::{Column, Format, WriteOptions, Writer, guard};
use serde_json::Value as Json;

/// The members of a value, and what the columns that hold them end in.
fn parts(what: What) -> &'static [(&'static str, &'static str)] {
    match what {
        What::Money => &[("amount", ""), ("currency", "_currency")],
        What::Ratio | What::Days => {
            &[("value", ""), ("numerator", "_numerator"), ("denominator", "_denominator")]
        }
        _ => &[],
    }
}

/// The rows as a file.
///
/// # Errors
/// `internal` if it cannot be written.
pub fn csv(answer: &Answer) -> Result<Vec<u8>> {
    let columns: Vec<Column> = answer.columns.iter().flat_map(headers).collect();
    // Cells are guarded here, where it is known which texts are numbers.
    let options = WriteOptions { bom: true, raw: true, labels: false };
    let mut writer = Writer::new(Format::Csv, Vec::new(), &columns, &options)?;
    for row in answer.rows() {
        let cells: Vec<Json> =
            answer.columns.iter().flat_map(|column| cells(column, &row[column.name])).collect();
        writer.write(&cells)?;
    }
    writer.finish()
}

/// Days of the longest month.
const DAYS: usize = 31;

fn headers(column: &ReportColumn) -> Vec<Column> {
    if column.what == What::EachDay {
        let day = |day: usize| Column {
            name: format!("{}_{day:02}", column.name),
            label: format!("{} {day}", column.label),
        };
        return (1..=DAYS).map(day).collect();
    }
    let header = |ending: &str| Column {
        name: format!("{}{ending}", column.name),
        label: column.label.to_owned(),
    };
    match parts(column.what) {
        [] => vec![header("")],
        parts => parts.iter().map(|(_, ending)| header(ending)).collect(),
    }
}

fn cells(column: &ReportColumn, value: &Json) -> Vec<Json> {
    if column.what == What::EachDay {
        return (0..DAYS).map(|day| value[day].clone()).collect();
    }
    if column.what == What::Parts {
        let has_any = value.as_array().is_some_and(|parts| !parts.is_empty());
        return vec![if has_any { value.to_string().into() } else { Json::Null }];
    }
    match (parts(column.what), value) {
        ([], Json::String(text)) => vec![guard(text.as_str().into()).into()],
        ([], other) => vec![other.clone()],
        (parts, value) => parts.iter().map(|(member, _)| value[*member].clone()).collect(),
    }
}

//! A workbook of one sheet. Rows lie in a temporary file until the workbook is saved.

use super::{text, unwritten};
use crate::problems::TOO_LARGE_FOR_XLSX;
use guanxi_kernel::{Problem, Result};
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use serde_json::{Number, Value};
use std::{borrow::Cow, io::Write};

/// Excel keeps 15 digits of a number; a longer integer is text, so that none is lost.
const EXACT: u64 = 999_999_999_999_999;

pub(super) struct Sheet {
    book: Workbook,
    row: u32,
}

impl Sheet {
    pub(super) fn new() -> Result<Self> {
        let mut book = Workbook::new();
        book.add_worksheet_with_constant_memory().map_err(problem)?;
        Ok(Self { book, row: 0 })
    }

    pub(super) fn write(&mut self, values: &[Value]) -> Result<()> {
        let sheet = self.book.worksheet_from_index(0).map_err(problem)?;
        for (column, value) in values.iter().enumerate() {
            let column = u16::try_from(column).map_err(|_| TOO_LARGE_FOR_XLSX.problem())?;
            write_cell(sheet, self.row, column, value).map_err(problem)?;
        }
        self.row += 1;
        Ok(())
    }

    pub(super) fn save(&mut self, sink: &mut (impl Write + Send)) -> Result<()> {
        self.book.save_to_writer(sink).map_err(problem)
    }
}

fn write_cell(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    value: &Value,
) -> Result<(), XlsxError> {
    match value {
        Value::Bool(truth) => sheet.write_boolean(row, column, *truth).map(drop),
        Value::Number(number) => match exact(number) {
            Some(number) => sheet.write_number(row, column, number).map(drop),
            None => sheet.write_string(row, column, number.to_string()).map(drop),
        },
        other => match text(other) {
            text if text.is_empty() => Ok(()),
            text => sheet.write_string(row, column, clean(&text)).map(drop),
        },
    }
}

fn exact(number: &Number) -> Option<f64> {
    match number.as_i64() {
        Some(integer) if integer.unsigned_abs() > EXACT => None,
        None if number.is_u64() => None,
        _ => number.as_f64(),
    }
}

/// Two code points are no characters, and XML with them is not opened by Excel.
fn clean(text: &str) -> Cow<'_, str> {
    let bad = ['\u{fffe}', '\u{ffff}'];
    if text.contains(bad) { Cow::Owned(text.replace(bad, "\u{fffd}")) } else { Cow::Borrowed(text) }
}

fn problem(error: XlsxError) -> Problem {
    match error {
        XlsxError::RowColumnLimitError | XlsxError::MaxStringLengthExceeded => {
            TOO_LARGE_FOR_XLSX.problem().because(error)
        }
        other => unwritten(other),
    }
}

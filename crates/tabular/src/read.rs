//! Files of strangers as rows of JSON values.

use crate::{
    Choice, Format, Layout, Limits, csv, detect,
    format::{Delimiter, Encoding},
    layout, ndjson,
    problems::{
        EMPTY_FILE, FILE_TOO_LARGE, TOO_MANY_COLUMNS, TOO_MANY_ROWS, UNREADABLE_HEADER,
        WRONG_CELL_COUNT,
    },
    xlsx,
};
use guanxi_kernel::{Problem, Result, problem::INTERNAL};
use serde_json::Value;
use std::{fs, io, path::Path};

/// Rows in a file, one after the other.
pub(crate) trait Source {
    /// Goes to the next row that is not blank, without making values of it; its number as a person
    /// counts lines or rows of a sheet. An error ends the reading.
    fn advance(&mut self) -> Result<Option<u64>>;

    /// The cells of the row gone to. An error concerns this row only.
    fn values(&mut self) -> Result<Vec<Value>>;
}

/// A row of a file.
#[derive(Debug)]
pub struct Row {
    /// The line of the file on which the row begins, or the row of the sheet, counted from one.
    pub number: u64,
    /// One value per column of the header, or why there is none. Text is trimmed, what is empty or
    /// absent is null. Numbers and booleans of a workbook are such, its dates are ISO 8601 text
    /// (`2026-01-31`, `2026-01-31T08:30:00`, `08:30:00`); values of NDJSON are as they are.
    pub values: Result<Vec<Value>>,
}

/// The rows of a file below its header. Skipping with [`Iterator::nth`] or [`Iterator::skip`] makes
/// no values of what is skipped.
///
/// A row that cannot be read is an error of that row, and the next one follows. When nothing can
/// follow (the file was changed or cannot be read any more), the last row says so.
pub struct Rows {
    source: Box<dyn Source + Send>,
    width: usize,
    /// Whether a row may have fewer cells than the header.
    short: bool,
    limits: Limits,
    count: u64,
    number: u64,
    done: bool,
}

/// Tells how the table lies in the file at `path`, and counts its rows. Reads it once to learn the
/// encoding and once to count, in bounded memory.
///
/// # Errors
/// A code of [`PROBLEMS`](crate::PROBLEMS) about whole files; `internal` if there is no such file.
pub fn examine(path: &Path, limits: &Limits) -> Result<Layout> {
    examine_as(path, &Choice::default(), limits)
}

/// Like [`examine`], for a caller who knows the sheet, the encoding or the delimiter.
///
/// # Errors
/// As [`examine`], and `no_such_sheet`.
pub fn examine_as(path: &Path, choice: &Choice, limits: &Limits) -> Result<Layout> {
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > limits.file_bytes {
        return Err(FILE_TOO_LARGE.with("limit", limits.file_bytes));
    }
    if detect::is_archive(path)? {
        return examine_workbook(path, choice, limits);
    }
    let encoding = match choice.encoding {
        Some(encoding) => encoding,
        None => detect::encoding(path)?,
    };
    match detect::format(path, encoding)? {
        Format::Ndjson => examine_objects(path, encoding, limits),
        Format::Csv | Format::Xlsx => examine_lines(path, encoding, choice, limits),
    }
}

fn examine_workbook(path: &Path, choice: &Choice, limits: &Limits) -> Result<Layout> {
    let book = xlsx::Book::open(path, limits)?;
    let sheet = book.choose(choice.sheet.as_deref())?;
    let mut source = book.rows(&sheet, limits)?;
    let header = read_header(&mut source, limits)?;
    let rows = count(&mut source, limits, |_| Ok(()))?;
    Ok(Layout {
        format: Format::Xlsx,
        encoding: None,
        delimiter: None,
        sheet: Some(sheet),
        sheets: book.sheets(),
        header,
        rows,
    })
}

fn examine_lines(
    path: &Path,
    encoding: Encoding,
    choice: &Choice,
    limits: &Limits,
) -> Result<Layout> {
    let delimiter = match choice.delimiter {
        Some(delimiter) => delimiter,
        None => detect::delimiter(path, encoding)?,
    };
    let mut source = csv::Lines::open(path, encoding, delimiter, limits)?;
    let header = read_header(&mut source, limits)?;
    let rows = count(&mut source, limits, |_| Ok(()))?;
    let layout = text_layout(Format::Csv, encoding, header, rows);
    Ok(Layout { delimiter: Some(delimiter), ..layout })
}

fn examine_objects(path: &Path, encoding: Encoding, limits: &Limits) -> Result<Layout> {
    let mut source = ndjson::Lines::open(path, encoding, &[], limits)?;
    let mut members = ndjson::Members::default();
    let rows = count(&mut source, limits, |lines| lines.members(&mut members))?;
    if members.names.is_empty() {
        return Err(UNREADABLE_HEADER.problem());
    }
    Ok(text_layout(Format::Ndjson, encoding, members.names, rows))
}

fn text_layout(format: Format, encoding: Encoding, header: Vec<String>, rows: u64) -> Layout {
    let (delimiter, sheet, sheets) = (None, None, Vec::new());
    Layout { format, encoding: Some(encoding), delimiter, sheet, sheets, header, rows }
}

fn read_header(source: &mut impl Source, limits: &Limits) -> Result<Vec<String>> {
    if source.advance()?.is_none() {
        return Err(EMPTY_FILE.problem());
    }
    let cells = source.values().map_err(|problem| {
        let known = problem.is(&TOO_MANY_COLUMNS);
        if known { problem } else { UNREADABLE_HEADER.problem().because(problem) }
    })?;
    layout::header(&cells, limits)
}

fn count<S: Source>(
    source: &mut S,
    limits: &Limits,
    mut look: impl FnMut(&S) -> Result<()>,
) -> Result<u64> {
    let mut rows = 0;
    while source.advance()?.is_some() {
        rows += 1;
        check_rows(rows, limits)?;
        look(source)?;
    }
    Ok(rows)
}

fn check_rows(rows: u64, limits: &Limits) -> Result<()> {
    if rows > limits.rows {
        return Err(TOO_MANY_ROWS.with("limit", limits.rows));
    }
    Ok(())
}

/// The rows of the file at `path`, which [`examine`] has found to lie as `layout` says.
///
/// # Errors
/// As [`examine`].
pub fn open(path: &Path, layout: &Layout, limits: &Limits) -> Result<Rows> {
    let encoding = layout.encoding.unwrap_or(Encoding::Utf8);
    let mut source: Box<dyn Source + Send> = match layout.format {
        Format::Csv => {
            let delimiter = layout.delimiter.unwrap_or(Delimiter::Comma);
            Box::new(csv::Lines::open(path, encoding, delimiter, limits)?)
        }
        Format::Ndjson => Box::new(ndjson::Lines::open(path, encoding, &layout.header, limits)?),
        Format::Xlsx => {
            let book = xlsx::Book::open(path, limits)?;
            let sheet = book.choose(layout.sheet.as_deref())?;
            Box::new(book.rows(&sheet, limits)?)
        }
    };
    if layout.format != Format::Ndjson {
        source.advance()?;
    }
    Ok(Rows {
        source,
        width: layout.header.len(),
        short: layout.format == Format::Xlsx,
        limits: *limits,
        count: 0,
        number: 0,
        done: false,
    })
}

impl Rows {
    /// Goes to the next row; an error is the last one.
    fn advance(&mut self) -> Option<Result<()>> {
        if self.done {
            return None;
        }
        match self.source.advance() {
            Ok(None) => {
                self.done = true;
                None
            }
            Ok(Some(number)) => {
                self.number = number;
                self.count += 1;
                let checked = check_rows(self.count, &self.limits);
                self.done = checked.is_err();
                Some(checked)
            }
            Err(problem) => {
                self.done = true;
                Some(Err(problem))
            }
        }
    }

    fn values(&mut self) -> Result<Vec<Value>> {
        let mut values = self.source.values()?;
        if self.short {
            while values.len() > self.width && values.last().is_some_and(Value::is_null) {
                values.pop();
            }
            let width = self.width.max(values.len());
            values.resize(width, Value::Null);
        }
        if values.len() != self.width {
            let problem = WRONG_CELL_COUNT.with("expected", self.width);
            return Err(problem.with("found", values.len()));
        }
        Ok(values)
    }
}

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        self.nth(0)
    }

    fn nth(&mut self, skipped: usize) -> Option<Row> {
        for _ in 0..skipped {
            if let Err(problem) = self.advance()? {
                return Some(Row { number: self.number, values: Err(problem) });
            }
        }
        let values = match self.advance()? {
            Ok(()) => self.values(),
            Err(problem) => Err(problem),
        };
        Some(Row { number: self.number, values })
    }
}

/// The file was put there by us; that it cannot be read is not the fault of who sent it.
pub(crate) fn unreadable(error: io::Error) -> Problem {
    INTERNAL.problem().because(error)
}

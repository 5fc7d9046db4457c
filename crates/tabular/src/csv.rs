//! Reads delimited lines: RFC 4180, any line end, spaces around quotes forgiven.
//!
//! The csv crate accepts every sequence of quotes and lets one that is never closed swallow the
//! rest of the file; here both are errors of a row, after which reading goes on.

use crate::{
    Delimiter, Encoding, Limits,
    formula::unguard,
    problems::{BROKEN_QUOTING, ROW_TOO_LONG, TOO_MANY_COLUMNS},
    read::{Source, unreadable},
    text::{LineEnd, Text, begin, line_end, line_ends, utf8},
    value,
};
use guanxi_kernel::{Problem, Result};
use memchr::{memchr, memchr3};
use serde_json::Value;
use std::path::Path;

/// The cells of one row, without quotes.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    quoted: bool,
}

impl Cells {
    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.quoted = false;
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..*end])
    }

    /// A line of blanks only: no row.
    pub(crate) fn blank(&self) -> bool {
        !self.quoted && self.len() == 1 && self.bytes.trim_ascii().is_empty()
    }
}

/// Why a row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    Quoting,
    Length,
    Columns,
}

/// What stands at the beginning of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Scan {
    /// The row may go on after the text.
    More,
    /// A row of so many bytes, its line end included.
    Row(usize),
    /// No row; go on with the line after the first line end at or after `resume`.
    Flawed { flaw: Flaw, resume: usize },
}

/// Scans one row. `ended` says that nothing comes after `text`.
pub(crate) fn scan(
    text: &[u8],
    ended: bool,
    delimiter: u8,
    columns: usize,
    cells: &mut Cells,
) -> Scan {
    cells.clear();
    let mut at = 0;
    loop {
        let opening = at + text[at..].iter().take_while(|byte| **byte == b' ').count();
        at = if text.get(opening) == Some(&b'"') {
            cells.quoted = true;
            match quoted(text, opening + 1, ended, &mut cells.bytes) {
                Some(end) => end + text[end..].iter().take_while(|byte| **byte == b' ').count(),
                None if ended => return Scan::Flawed { flaw: Flaw::Quoting, resume: 0 },
                None => return Scan::More,
            }
        } else {
            let rest = &text[at..];
            let length = memchr3(delimiter, b'\n', b'\r', rest).unwrap_or(rest.len());
            cells.bytes.extend_from_slice(&rest[..length]);
            at + length
        };
        cells.ends.push(cells.bytes.len());
        if cells.len() > columns {
            return Scan::Flawed { flaw: Flaw::Columns, resume: at };
        }
        match text.get(at) {
            None if ended => return Scan::Row(at),
            None => return Scan::More,
            Some(byte) if *byte == delimiter => at += 1,
            Some(b'\n' | b'\r') => match line_end(&text[at..], ended) {
                LineEnd::At { after, .. } => return Scan::Row(at + after),
                LineEnd::Unsure | LineEnd::None => return Scan::More,
            },
            Some(_) => return Scan::Flawed { flaw: Flaw::Quoting, resume: at },
        }
    }
}

/// Copies a quoted cell whose content begins at `at`; the place after its closing quote, or none
/// when that is not in the text.
fn quoted(text: &[u8], mut at: usize, ended: bool, to: &mut Vec<u8>) -> Option<usize> {
    loop {
        let length = memchr(b'"', &text[at..])?;
        to.extend_from_slice(&text[at..at + length]);
        at += length + 1;
        match text.get(at) {
            Some(b'"') => to.push(b'"'),
            // Whether it is doubled is seen with the next byte only.
            None if !ended => return None,
            _ => return Some(at),
        }
        at += 1;
    }
}

/// The rows of a CSV file, its header first.
pub(crate) struct Lines {
    text: Text,
    delimiter: u8,
    limits: Limits,
    cells: Cells,
    flaw: Option<Flaw>,
    /// The line on which the next row begins, counted from one.
    line: u64,
}

impl Lines {
    pub(crate) fn open(
        path: &Path,
        encoding: Encoding,
        delimiter: Delimiter,
        limits: &Limits,
    ) -> Result<Self> {
        let text = begin(path, encoding).map_err(unreadable)?;
        let (cells, limits) = (Cells::default(), *limits);
        Ok(Self { text, delimiter: delimiter.byte(), limits, cells, flaw: None, line: 1 })
    }

    fn scan(&mut self) -> Result<Scan> {
        loop {
            let (window, ended) = (self.text.window(), self.text.ended());
            let columns = self.limits.columns;
            let found = scan(window, ended, self.delimiter, columns, &mut self.cells);
            if found != Scan::More {
                return Ok(found);
            }
            if window.len() > self.limits.row_bytes {
                // Whatever it is, it is not kept; a quote that swallowed so much is not closed.
                let flaw = if self.cells.quoted { Flaw::Quoting } else { Flaw::Length };
                return Ok(Scan::Flawed { flaw, resume: 0 });
            }
            self.text.more().map_err(unreadable)?;
        }
    }
}

impl Lines {
    /// A cell as a value, without the mark of a text that is no formula.
    fn value(&self, at: usize, cell: &[u8]) -> Result<Value> {
        Ok(match value::text(utf8(cell)?, at, &self.limits)? {
            Value::String(text) => Value::from(unguard(&text)),
            other => other,
        })
    }
}

impl Source for Lines {
    fn advance(&mut self) -> Result<Option<u64>> {
        loop {
            if self.text.window().is_empty() && self.text.ended() {
                return Ok(None);
            }
            let line = self.line;
            match self.scan()? {
                Scan::Flawed { flaw, resume } => {
                    self.line += self.text.skip_line(resume).map_err(unreadable)?;
                    self.flaw = Some(flaw);
                    return Ok(Some(line));
                }
                Scan::Row(bytes) => {
                    let row = &self.text.window()[..bytes];
                    self.line += if self.cells.quoted { line_ends(row) } else { 1 };
                    let long = bytes > self.limits.row_bytes;
                    self.text.consume(bytes);
                    self.flaw = long.then_some(Flaw::Length);
                    if bytes > 0 && !self.cells.blank() {
                        return Ok(Some(line));
                    }
                }
                // Asked for until it was something else.
                Scan::More => {}
            }
        }
    }

    fn values(&mut self) -> Result<Vec<Value>> {
        match self.flaw {
            Some(flaw) => Err(problem(flaw, &self.limits)),
            None => {
                let cells = self.cells.iter().enumerate();
                cells.map(|(at, cell)| self.value(at, cell)).collect()
            }
        }
    }
}

fn problem(flaw: Flaw, limits: &Limits) -> Problem {
    match flaw {
        Flaw::Quoting => BROKEN_QUOTING.problem(),
        Flaw::Length => ROW_TOO_LONG.with("limit", limits.row_bytes),
        Flaw::Columns => TOO_MANY_COLUMNS.with("limit", limits.columns),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> (Scan, Vec<String>) {
        let mut cells = Cells::default();
        let found = scan(text.as_bytes(), true, b',', 100, &mut cells);
        let texts = cells.iter().map(|cell| String::from_utf8_lossy(cell).into_owned());
        (found, texts.collect())
    }

    #[test]
    fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
        let (found, texts) = cells("a, \"b,\r\n\"\"c\"\"\" ,d\"e\r\nnext");
        assert_eq!(found, Scan::Row(21));
        assert_eq!(texts, ["a", "b,\r\n\"c\"", "d\"e"]);
        assert_eq!(cells("a,").1, ["a", ""]);
    }

    #[test]
    fn broken_quotes_say_where_to_go_on() {
        assert_eq!(cells("\"a\"b,c\nd").0, Scan::Flawed { flaw: Flaw::Quoting, resume: 3 });
        assert_eq!(cells("a,\"b\nc").0, Scan::Flawed { flaw: Flaw::Quoting, resume: 0 });
    }

    #[test]
    fn a_row_is_complete_only_when_nothing_can_change_it() {
        for text in ["", "a", "a,", "a\r", "\"a", "\"a\"", "\"a\" "] {
            let found = scan(text.as_bytes(), false, b',', 100, &mut Cells::default());
            assert_eq!(found, Scan::More, "{text:?}");
        }
        let found = scan(b"a,b,c", false, b',', 2, &mut Cells::default());
        assert_eq!(found, Scan::Flawed { flaw: Flaw::Columns, resume: 5 });
    }
}

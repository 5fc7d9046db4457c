//! The rows of a sheet, one at a time.

use super::{
    book::truth,
    damaged, serial,
    strings::{Strings, read_runs, unescape},
    styles::Show,
    xml::{Node, Xml},
};
use crate::{
    Limits,
    problems::{ROW_TOO_LONG, TOO_MANY_COLUMNS, UNREADABLE_CELL},
    read::Source,
    value,
};
use guanxi_kernel::{Problem, Result};
use quick_xml::events::BytesStart;
use serde_json::Value;

/// What the text of a cell means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Boolean,
    /// The number of a shared text.
    Shared,
    /// A text, also one that a formula gave, an error like `#N/A`, a date in ISO 8601.
    Text,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    column: usize,
    kind: Kind,
    style: usize,
    /// Where its text ends in the text of the row.
    end: usize,
}

/// The rows of a sheet that have a cell with content.
pub(crate) struct SheetRows {
    xml: Xml,
    strings: Strings,
    styles: Vec<Show>,
    epoch_1904: bool,
    limits: Limits,
    number: u64,
    cells: Vec<Cell>,
    text: String,
    flaw: Option<Problem>,
}

impl SheetRows {
    pub(super) fn new(
        xml: Xml,
        strings: Strings,
        styles: Vec<Show>,
        epoch_1904: bool,
        limits: &Limits,
    ) -> Self {
        let (cells, text, flaw) = (Vec::new(), String::new(), None);
        Self { xml, strings, styles, epoch_1904, limits: *limits, number: 0, cells, text, flaw }
    }

    /// Keeps the cells of the row whose start was the last event.
    fn read_row(&mut self) -> Result<()> {
        self.cells.clear();
        self.text.clear();
        self.flaw = None;
        let mut next = 0;
        loop {
            let cell = match self.xml.next()? {
                Node::Start(tag) if tag.local_name().as_ref() == b"c" => Some(cell(&tag, next)?),
                Node::Start(_) => None,
                Node::End => return Ok(()),
                Node::Text(_) | Node::Other => continue,
                Node::Eof => return Err(damaged("a row that is cut off")),
            };
            match cell {
                None => self.xml.skip()?,
                Some(cell) => {
                    next = cell.column + 1;
                    self.read_cell(cell)?;
                }
            }
        }
    }

    /// Keeps the text of a cell if it has any and the row may have more.
    fn read_cell(&mut self, mut cell: Cell) -> Result<()> {
        let start = self.text.len();
        self.read_content()?;
        if self.text.len() == start {
            return Ok(());
        }
        if self.text.len() > self.limits.row_bytes {
            self.text.truncate(start);
            self.flaw = Some(ROW_TOO_LONG.with("limit", self.limits.row_bytes));
        } else if cell.column >= self.limits.columns || self.cells.len() == self.limits.columns {
            self.text.truncate(start);
            self.flaw = Some(TOO_MANY_COLUMNS.with("limit", self.limits.columns));
        } else {
            cell.end = self.text.len();
            self.cells.push(cell);
        }
        Ok(())
    }

    /// Appends what stands in `<v>` or `<is>`, up to the end of the cell. A formula is passed over.
    fn read_content(&mut self) -> Result<()> {
        let most = self.limits.cell_characters;
        loop {
            let plain = match self.xml.next()? {
                Node::Start(tag) => match tag.local_name().as_ref() {
                    b"v" => Some(true),
                    b"is" => Some(false),
                    _ => None,
                },
                Node::End => return Ok(()),
                Node::Text(_) | Node::Other => continue,
                Node::Eof => return Err(damaged("a cell that is cut off")),
            };
            match plain {
                Some(true) => self.read_plain(most)?,
                Some(false) => {
                    let mut text = String::new();
                    read_runs(&mut self.xml, &mut text, most)?;
                    self.text.push_str(&text);
                }
                None => self.xml.skip()?,
            }
        }
    }

    fn read_plain(&mut self, most: usize) -> Result<()> {
        let start = self.text.len();
        loop {
            match self.xml.next()? {
                Node::Text(piece) if self.text.len() - start <= most.saturating_mul(4) => {
                    self.text.push_str(&piece);
                }
                Node::Text(_) | Node::Other => {}
                Node::End => return Ok(()),
                Node::Start(_) => self.xml.skip()?,
                Node::Eof => return Err(damaged("a value that is cut off")),
            }
        }
    }

    fn value(&mut self, cell: Cell, start: usize) -> Result<Value> {
        let text = &self.text[start..cell.end];
        let unreadable = || UNREADABLE_CELL.with("column", cell.column + 1);
        match cell.kind {
            Kind::Text => value::text(&unescape(text), cell.column, &self.limits),
            Kind::Boolean => Ok(Value::Bool(truth(text))),
            Kind::Shared => {
                let number = text.trim().parse().map_err(|_| unreadable())?;
                let text = self.strings.get(number).map_err(|why| unreadable().because(why))?;
                value::text(&text, cell.column, &self.limits)
            }
            Kind::Number => {
                let number = serial::number(text).ok_or_else(unreadable)?;
                let show = self.styles.get(cell.style).copied().unwrap_or(Show::Number);
                let date = serial::date(number, show, self.epoch_1904);
                Ok(date.map_or_else(|| serial::value(number), Value::String))
            }
        }
    }
}

impl Source for SheetRows {
    fn advance(&mut self) -> Result<Option<u64>> {
        loop {
            match self.xml.next()? {
                Node::Start(tag) if tag.local_name().as_ref() == b"row" => {
                    self.number = row_number(&tag)?.unwrap_or(self.number + 1);
                    self.read_row()?;
                    if !self.cells.is_empty() || self.flaw.is_some() {
                        return Ok(Some(self.number));
                    }
                }
                // To the very end, where the check sum is compared.
                Node::Eof => return Ok(None),
                Node::Start(_) | Node::End | Node::Text(_) | Node::Other => {}
            }
        }
    }

    fn values(&mut self) -> Result<Vec<Value>> {
        if let Some(flaw) = self.flaw.take() {
            return Err(flaw);
        }
        let width = self.cells.iter().map(|cell| cell.column + 1).max().unwrap_or(0);
        let mut values = vec![Value::Null; width];
        let mut start = 0;
        for at in 0..self.cells.len() {
            let cell = self.cells[at];
            values[cell.column] = self.value(cell, start)?;
            start = cell.end;
        }
        Ok(values)
    }
}

/// The cell that a tag begins; `next` is its column if the tag does not say.
fn cell(tag: &BytesStart, next: usize) -> Result<Cell> {
    let mut cell = Cell { column: next, kind: Kind::Number, style: 0, end: 0 };
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        let value = attribute.value.as_ref();
        match attribute.key.as_ref() {
            b"r" => cell.column = column(value).unwrap_or(next),
            b"s" => cell.style = digits(value).unwrap_or(0),
            b"t" => {
                cell.kind = match value {
                    b"s" => Kind::Shared,
                    b"b" => Kind::Boolean,
                    b"str" | b"inlineStr" | b"e" | b"d" => Kind::Text,
                    _ => Kind::Number,
                }
            }
            _ => {}
        }
    }
    Ok(cell)
}

fn row_number(tag: &BytesStart) -> Result<Option<u64>> {
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(damaged)?;
        if attribute.key.as_ref() == b"r" {
            return Ok(digits(&attribute.value).map(|number| number as u64));
        }
    }
    Ok(None)
}

fn digits(value: &[u8]) -> Option<usize> {
    str::from_utf8(value).ok()?.parse().ok()
}

/// The column of a reference like `AB12`, counted from zero.
fn column(reference: &[u8]) -> Option<usize> {
    let letters = reference.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let number = letters.take(6).fold(0_usize, |number, letter| {
        number * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    number.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::column;

    #[test]
    fn references_name_columns() {
        assert_eq!(column(b"A1"), Some(0));
        assert_eq!(column(b"AB12"), Some(27));
        assert_eq!(column(b"XFD1048576"), Some(16_383));
        assert_eq!(column(b"12"), None);
    }
}

//! Rows of JSON values as a file, in constant memory.
//!
//! | format | values |
//! | --- | --- |
//! | CSV | RFC 4180: UTF-8, CRLF, quotes where needed. Everything is text, null is an empty cell |
//! | XLSX | one sheet. Numbers and booleans are such, text is text and never a formula, null is no cell |
//! | NDJSON | one object per line with the names of the columns as members, values as they are |
//!
//! In CSV and XLSX a list of scalars is joined with `; ` unless an entry holds one, money is `1234.50 CNY`, and any other list
//! or object is JSON text.

mod flat;
mod workbook;

use crate::Format;
use flat::{Guard, text};
use guanxi_kernel::{Problem, Result, problem::INTERNAL};
use serde::Serializer;
use serde_json::Value;
use std::io::{BufWriter, Write};
use workbook::Sheet;

/// A column of a file to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name for programs, snake_case.
    pub name: String,
    /// The name for people.
    pub label: String,
}

/// How to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteOptions {
    /// Whether a CSV file begins with a byte order mark, without which Excel takes it for GB 18030
    /// or Latin-1.
    pub bom: bool,
    /// Whether CSV cells are left as they are even if a spreadsheet program would take them for
    /// formulas; for files that programs read. Otherwise a text whose first character that is not
    /// blank is one of `= + - @` or their full-width forms, or that begins with a tab or a line
    /// end, gets a leading `'`: phone numbers too. Reading a CSV file takes it off again. A JSON
    /// number and an amount of money with its currency are no texts and stay.
    pub raw: bool,
    /// Whether the header of CSV and XLSX has the labels of the columns instead of their names.
    pub labels: bool,
}

/// Writes a table row by row.
pub struct Writer<W: Write + Send> {
    names: Vec<String>,
    guard: Guard,
    output: Output<W>,
}

enum Output<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Ndjson(BufWriter<W>),
    Xlsx { sheet: Box<Sheet>, sink: W },
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file in `sink`. A workbook grows in a temporary file and reaches `sink` when it is
    /// finished.
    ///
    /// # Errors
    /// `too_large_for_xlsx`; `internal` if it cannot be written.
    pub fn new(
        format: Format,
        mut sink: W,
        columns: &[Column],
        options: &WriteOptions,
    ) -> Result<Self> {
        let guard = if options.raw { Guard::Off } else { Guard::On };
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let label = |column: &Column| {
            Value::from(if options.labels { &*column.label } else { &*column.name })
        };
        let header: Vec<Value> = columns.iter().map(label).collect();
        let output = match format {
            Format::Csv => {
                if options.bom {
                    sink.write_all("\u{feff}".as_bytes()).map_err(unwritten)?;
                }
                let mut builder = csv::WriterBuilder::new();
                let builder = builder.terminator(csv::Terminator::CRLF).flexible(true);
                Output::Csv(Box::new(builder.from_writer(sink)))
            }
            Format::Ndjson => Output::Ndjson(BufWriter::new(sink)),
            Format::Xlsx => Output::Xlsx { sheet: Box::new(Sheet::new()?), sink },
        };
        let mut writer = Self { names, guard, output };
        if format != Format::Ndjson {
            writer.put(&header)?;
        }
        Ok(writer)
    }

    /// Writes a row: one value per column, in their order.
    ///
    /// # Errors
    /// `too_large_for_xlsx`; `internal` if it cannot be written or has another number of values.
    pub fn write(&mut self, values: &[Value]) -> Result<()> {
        if values.len() != self.names.len() {
            return Err(INTERNAL.problem().because("a row with another number of values"));
        }
        self.put(values)
    }

    fn put(&mut self, values: &[Value]) -> Result<()> {
        let guard = self.guard;
        match &mut self.output {
            Output::Csv(lines) => {
                let cells = values.iter().map(|value| guard.cell(value));
                for cell in cells {
                    lines.write_field(&*cell).map_err(unwritten)?;
                }
                lines.write_record(None::<&[u8]>).map_err(unwritten)
            }
            Output::Ndjson(lines) => {
                let members = self.names.iter().zip(values);
                serde_json::Serializer::new(&mut *lines).collect_map(members).map_err(unwritten)?;
                lines.write_all(b"\n").map_err(unwritten)
            }
            Output::Xlsx { sheet, .. } => sheet.write(values),
        }
    }

    /// Ends the file and gives the sink back, flushed.
    ///
    /// # Errors
    /// `internal` if it cannot be written.
    pub fn finish(self) -> Result<W> {
        let mut sink = match self.output {
            Output::Csv(lines) => lines.into_inner().map_err(|why| unwritten(why.into_error()))?,
            Output::Ndjson(lines) => {
                lines.into_inner().map_err(|why| unwritten(why.into_error()))?
            }
            Output::Xlsx { mut sheet, mut sink } => {
                sheet.save(&mut sink)?;
                sink
            }
        };
        sink.flush().map_err(unwritten)?;
        Ok(sink)
    }
}

fn unwritten(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    INTERNAL.problem().because(error)
}

//! Records as the lines of a file.

use super::ExportInput;
use crate::files::local;
use guanxi_kernel::{Problem, Result};
use guanxi_storage::{
    Kind,
    custom::{Fields, PREFIX},
};
use guanxi_tabular::{Column, Format, WriteOptions, Writer};
use serde_json::{Map, Value as Json};
use std::{
    fs::File,
    io::{self, BufWriter, Write as _},
};

/// A file in the making.
pub(super) struct Sheet {
    /// The members to write; all when empty.
    names: Vec<String>,
    output: Output,
}

enum Output {
    /// The records as they are.
    Records(BufWriter<File>),
    /// A column for each field.
    Columns(Box<Writer<File>>),
}

impl Sheet {
    /// Begins one in a file that has no name and ends with the process.
    ///
    /// # Errors
    /// `storage_full`; `internal` if it cannot be made.
    pub(super) fn new(kind: &'static Kind, fields: &Fields, input: &ExportInput) -> Result<Self> {
        let file = tempfile::tempfile().map_err(unwritten)?;
        let mut names: Vec<String> = input.fields.iter().map(ToString::to_string).collect();
        if input.format == Format::Ndjson {
            return Ok(Self { names, output: Output::Records(BufWriter::new(file)) });
        }
        if names.is_empty() {
            // A column for each field of the tenant, instead of one for all.
            let shown = kind.shape.fields.iter().filter(|field| {
                !field.hidden && field.name != "custom" && !fields.hides(field.name)
            });
            let own = fields.iter().map(|field| field.path());
            names = shown.map(|field| field.name.to_owned()).chain(own).collect();
        }
        let column = |name: &String| Column { name: name.clone(), label: name.clone() };
        let columns: Vec<Column> = names.iter().map(column).collect();
        let options = WriteOptions { bom: input.bom, ..WriteOptions::default() };
        let writer = Writer::new(input.format, file, &columns, &options)?;
        Ok(Self { names, output: Output::Columns(Box::new(writer)) })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// `too_large_for_xlsx`; `storage_full`; `internal` if it cannot be written.
    pub(super) fn write(&mut self, mut record: Json) -> Result<()> {
        match &mut self.output {
            Output::Columns(writer) => {
                let value = |name: &String| match name.strip_prefix(PREFIX) {
                    Some(own) => record["custom"][own].take(),
                    None => record[name].take(),
                };
                let values: Vec<Json> = self.names.iter().map(value).collect();
                writer.write(&values)
            }
            Output::Records(lines) => {
                if !self.names.is_empty() {
                    record = Json::Object(picked(&self.names, &record));
                }
                serde_json::to_writer(&mut *lines, &record).map_err(unwritten)?;
                lines.write_all(b"\n").map_err(unwritten)
            }
        }
    }

    /// The whole file.
    ///
    /// # Errors
    /// As [`Sheet::write`].
    pub(super) fn finish(self) -> Result<File> {
        match self.output {
            Output::Records(lines) => {
                lines.into_inner().map_err(|error| unwritten(error.into_error()))
            }
            Output::Columns(writer) => writer.finish(),
        }
    }
}

/// Those members of a record; fields of the tenant stay within `custom`, where an import finds them.
fn picked(names: &[String], record: &Json) -> Map<String, Json> {
    let mut members = Map::new();
    for name in names {
        match name.strip_prefix(PREFIX) {
            None => {
                if let Some(value) = record.get(name) {
                    members.insert(name.clone(), value.clone());
                }
            }
            Some(own) => {
                let custom = members.entry("custom").or_insert_with(|| Json::Object(Map::new()));
                custom[own] = record["custom"][own].clone();
            }
        }
    }
    members
}

fn unwritten(error: impl Into<io::Error>) -> Problem {
    local(error.into())
}

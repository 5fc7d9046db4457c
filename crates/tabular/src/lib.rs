//! Tables in files: what imports read and exports write. No store, no web, no idea what a row means.
//!
//! | module | holds |
//! | --- | --- |
//! | [`mod@format`] | the words: formats, encodings, delimiters |
//! | [`layout`] | what is found out about a file before its rows are read |
//! | [`limits`] | what a file may cost |
//! | [`people`] | cards and mails as tables of people |
//! | [`read`] | [`examine`] and [`open`]: a file of a stranger as rows of JSON values |
//! | [`mod@write`] | [`Writer`]: rows of JSON values as a file |
//! | [`problems`] | what can be refused, as codes |
//!
//! Reading trusts nothing: the format is told from the content, the directory of a workbook is
//! checked and then checked again against what is really inflated, XML with a document type is
//! refused, and whatever is kept in memory is bounded by a field of [`Limits`]. Formulas are never
//! evaluated; their values, as the spreadsheet last saw them, are read.

mod csv;
mod detect;
pub mod format;
mod formula;
pub mod layout;
pub mod limits;
mod ndjson;
pub mod people;
pub mod problems;
pub mod read;
mod text;
mod value;
pub mod write;
mod xlsx;

pub use format::{Delimiter, Encoding, Format};
pub use formula::guard;
pub use layout::{Choice, Layout, Sheet};
pub use limits::Limits;
pub use problems::PROBLEMS;
pub use read::{Row, Rows, examine, examine_as, open};
pub use write::{Column, WriteOptions, Writer};

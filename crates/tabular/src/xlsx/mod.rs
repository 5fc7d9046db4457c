//! Reads workbooks (ECMA-376): a ZIP archive of XML parts.
//!
//! | module | holds |
//! | --- | --- |
//! | [`package`] | the archive: its directory, and parts that inflate to what it says |
//! | [`xml`] | events of bounded size, no document types |
//! | [`book`] | which parts there are and which sheets |
//! | [`strings`] | the texts that cells name by number |
//! | [`styles`] | which cells are dates |
//! | [`sheet`] | the rows |
//!
//! The calamine crate reads workbooks as well, and keeps all shared strings and any XML event in
//! memory however large; so the XML is read here.

mod book;
mod package;
mod serial;
mod sheet;
mod strings;
mod styles;
mod xml;

pub(crate) use book::Book;

use crate::problems::{SUSPICIOUS_ARCHIVE, UNREADABLE_FILE};
use guanxi_kernel::Problem;
use std::io;

/// An archive that nobody builds by accident; the reason is for the log.
fn suspicious(reason: &'static str) -> Problem {
    SUSPICIOUS_ARCHIVE.problem().because(reason)
}

/// A damaged file; the reason is for the log.
fn damaged(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Problem {
    UNREADABLE_FILE.problem().because(reason)
}

/// A failure while a part was read: ours if we made it, else the file is damaged.
fn failed(error: io::Error) -> Problem {
    match error.downcast::<Problem>() {
        Ok(problem) => problem,
        Err(error) => damaged(error),
    }
}

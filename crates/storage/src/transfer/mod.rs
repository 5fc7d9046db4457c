//! One tenant as a file: out of one store, into another, of either engine.
//!
//! The file is gzip of lines of JSON: a [`Header`], then for each table a line that names it and its
//! rows, and a `Trailer` with the number and the checksum of the rows of each table. Which tables
//! there are is asked of the store: all that have a tenant, so that a new table comes along by
//! itself. Rows that refer to others stand behind them.
//!
//! What is derived stays behind: the index of texts, and how far it is made, so that the target makes it
//! anew. Two columns are not carried over as they are: transactions have other numbers in another store.
//! Sealed events come as transaction 0, the others as 1, and the head of the chain follows the sealed
//! ones; the digests of the chain cover neither. So the chain verifies, positions and cursors stay,
//! and the feed goes on.
//!
//! | module | does |
//! | --- | --- |
//! | [`catalogue`] | which tables and columns there are, and in which order |
//! | `cell` | values as JSON and back |
//! | [`export`], [`import`] | the two directions |
//! | [`backup`] | a copy of the whole embedded store |
//! | `renumber` | mends the numbers of transactions after PostgreSQL's own dump was restored |
//!
//! The files of attachments lie in a folder beside the file, not in one archive with it, so that they are
//! copied and looked at one by one whatever their size. Their digests stand in the file, so an import knows
//! before it writes whether all are there and the same.

pub mod backup;
pub mod catalogue;
mod cell;
pub mod export;
pub mod import;
pub(crate) mod renumber;

use chrono::{DateTime, Utc};
use guanxi_kernel::Problem;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The version of the format.
pub const FORMAT: i64 = 2;

/// Rows that one statement reads or writes at most.
const AT_ONCE: usize = 500;

/// A column: its name and the type it is declared with, e.g. `jsonb`.
pub type Column = (String, String);

/// The first line.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Header {
    /// The version of the format.
    pub guanxi_tenant: i64,
    /// The last step of the schema that both stores share.
    pub schema: i64,
    /// The tenant.
    pub tenant_id: Uuid,
    /// Its short name.
    pub slug: String,
    /// When the file was made.
    pub exported_at: DateTime<Utc>,
    /// The engine it came from.
    pub engine: String,
    /// The tables with their columns, in the order of the file.
    pub tables: Vec<(String, Vec<Column>)>,
}

/// The line before the rows of a table.
#[derive(Debug, Serialize, Deserialize)]
struct Begins {
    table: String,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
struct Trailer {
    end: Vec<Count>,
    /// The files that belong to the tenant; they lie beside this one.
    files: Vec<FileOf>,
}

/// A file of callers that belongs to a record of the tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sqlx::FromRow)]
pub struct FileOf {
    /// What it is called in the store of files.
    pub id: Uuid,
    /// What it is called by its record.
    pub name: String,
    /// The digest of its bytes, SHA-256 in hex.
    pub sha256: String,
    /// Whether it is there for as long as its record: that of an attachment, not one that was
    /// uploaded for an import or made by an export.
    pub lasting: bool,
}

/// How many rows a table has, and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: i64,
    /// The sum of the digests of the rows, in hex: the same in whatever order they are read.
    pub checksum: String,
}

/// Counts rows.
#[derive(Debug, Default)]
struct Sum {
    rows: i64,
    sum: u128,
}

impl Sum {
    /// Adds a row in its one spelling.
    fn add(&mut self, line: &str) {
        let digest = Sha256::digest(line);
        let bytes: [u8; 16] = std::array::from_fn(|at| digest[at]);
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(bytes));
    }

    fn count(&self, table: &str) -> Count {
        Count { table: table.to_owned(), rows: self.rows, checksum: format!("{:032x}", self.sum) }
    }
}

/// What was moved.
#[derive(Debug, Clone)]
pub struct Moved {
    /// The header of the file.
    pub header: Header,
    /// The tables.
    pub counts: Vec<Count>,
    /// The files that belong to the tenant.
    pub files: Vec<FileOf>,
}

guanxi_kernel::problems! {
    /// What whoever runs the program has asked for cannot be done; only the command line says it.
    TRANSFER_REFUSED = Conflict "transfer_refused"
        ("Refused", "{reason}.")
        ("已拒绝", "{reason}。");
}

fn refused(why: impl Into<String>) -> Problem {
    TRANSFER_REFUSED.with("reason", why.into())
}

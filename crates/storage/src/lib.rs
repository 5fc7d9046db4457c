//! SQLite and PostgreSQL behind one handle, and what every resource gets from it.
//!
//! The ground: [`Db`] (connections, transactions, retries, time limits), [`Tx`] (statements; the
//! tenant is `$1` of each of them), [`sql!`]. On it: [`record`] (a struct as a row), [`kind`]
//! and [`resource`] (get, list, create, update, delete of any record, with rights, versions and
//! events), [`list`] (filters, sorting, pages; [`filter`] and [`search`] for longer questions,
//! [`count`] for totals, [`pivot`] for tables of two fields), [`bulk`] and [`changing`] (many records at
//! once), [`everywhere`] (one search over all kinds), [`trash`], [`merging`], [`erasing`], [`succession`],
//! [`custom`] (the fields that tenants define), [`events`], [`field_reads`], [`idempotency`], [`rates`], [`spent`] (quotas,
//! among nodes), [`vault`] (secrets that must be read back).
//!
//! Every difference between the two stores is in this crate, in a function named for what it does.

mod attached;
pub mod bulk;
pub mod changing;
pub mod count;
pub mod cursor;
pub mod custom;
pub mod db;
pub mod erasing;
pub mod error;
pub mod events;
pub mod everywhere;
pub mod extra;
pub mod field_reads;
mod figures;
pub mod filter;
pub mod idempotency;
pub mod kind;
pub mod list;
pub mod merging;
pub mod migrate;
pub mod operations;
pub mod pivot;
pub mod rates;
pub mod record;
pub mod reindex;
mod remains;
pub mod resource;
pub mod scope;
pub mod search;
pub mod spent;
pub mod sql;
mod sqlite;
mod statistics;
pub mod succession;
pub mod terms;
pub mod texts;
pub mod transfer;
pub mod trash;
pub mod tx;
pub mod vault;

pub use db::{Db, Limits, Options};
pub use error::Error;
pub use extra::{Draft, ExternalId, Extra};
pub use figures::Figures;
pub use guanxi_derive::Record;
pub use kind::{Kind, Meta, Resource, Succession, Visibility};
pub use record::{Cells, Field, Record};
pub use sql::Sql;
pub use tx::Tx;

/// What the derive expands to needs these at any call site.
#[doc(hidden)]
pub mod expansion {
    pub use guanxi_kernel as kernel;
    pub use sea_query::Value;
    pub use sqlx::types::Json;
}

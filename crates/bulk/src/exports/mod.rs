//! Exports: a list becomes a file, by a job, with the rights of who asked.
//!
//! An export shows exactly what the list shows at the time its job runs, as far as the right to
//! `export` reaches. The job goes over the list page by page and writes into a file without a name,
//! which ends with the process; only the whole file reaches the store of files.

mod model;
mod run;
mod service;
mod sheet;
mod store;

pub use model::{EXPORT, Export, ExportId, ExportInput, filter_schema};
pub(crate) use run::{keep, run};
pub(crate) use service::begin;
pub use service::{file, question, start};
pub(crate) use store::expire;

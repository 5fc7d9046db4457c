//! Imports: a file becomes records. Uploaded, looked into, mapped, tried, committed, and undone.

mod mapping;
mod model;
mod reader;
mod run;
mod service;

pub use model::{IMPORT, Import, ImportId, ImportInput, Mapping, OnDuplicate, OnMatch};
pub(crate) use run::run;
pub use service::{Upload, create, start};

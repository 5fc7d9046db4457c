//! Imports: a file becomes records. Uploaded, looked into, mapped, tried, committed, and undone.

mod admission;
mod keys;
mod mapping;
mod model;
mod names;
mod past;
mod preview;
mod reader;
mod run;
mod service;

pub use admission::{Admission, on_import};
pub use model::{IMPORT, Import, ImportId, ImportInput, Mapping, OnDuplicate, OnMatch};
pub use preview::{ImportPreview, PreviewedRow, preview};
pub(crate) use run::run;
pub use service::{Upload, create, start};

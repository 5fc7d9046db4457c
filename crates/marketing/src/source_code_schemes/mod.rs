//! How source codes are written and read.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `scheme.rs` | writing and reading by a scheme, without a store |
//! | `service.rs`, `store.rs` | the rules of a save, editions, the scheme that is used |
//!
//! Whenever the parts of a scheme change it has a new edition; codes name the edition that they were made
//! by, and earlier editions stay. A tenant without a scheme of its own writes the seven characters of
//! [`STANDARD`].

mod model;
mod scheme;
mod service;
mod store;

pub use model::{SOURCE_CODE_SCHEME, SourceCodeScheme, SourceCodeSchemeId, SourceCodeSchemeInput};
pub use scheme::{
    Decoded, STANDARD, SchemeAlphabet, SchemePart, SchemePartKind, SourceCodeParts, decode, encode,
};
pub use service::editions;
pub use store::SchemeEdition;
pub(crate) use store::{InForce, all, in_force, named};

//! Documents of contracts: what a template came to, and of which version of it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `values.rs` | what a contract offers to clauses |
//! | `show.rs` | the same document as text and as a page |
//! | `service.rs` | the rules of a save |
//!
//! A document never changes, whatever becomes of its template and its contract: another one is made.
//!
//! It is kept as plain text by clause, and becomes HTML by escaping all of it.

mod model;
mod service;
mod show;
mod values;

pub use model::{
    CONTRACT_DOCUMENT, ContractDocument, ContractDocumentId, ContractDocumentInput, WrittenClause,
};
pub(crate) use values::sample;

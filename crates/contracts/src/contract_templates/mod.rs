//! Templates of contracts: clauses with places that are filled from a contract and by whoever uses them.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `language.rs` | what a clause may say, and what it comes to |
//! | `service.rs` | the rules of a save |

mod language;
mod model;
mod service;

pub(crate) use language::render;
pub use model::{
    CONTRACT_TEMPLATE, ContractTemplate, ContractTemplateId, ContractTemplateInput, TemplateClause,
    TemplateField,
};

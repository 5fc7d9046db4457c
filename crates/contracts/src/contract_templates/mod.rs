//! Templates of contracts: clauses with places that are filled from a contract and by whoever uses them.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save |

mod model;
mod service;

pub use model::{
    CONTRACT_TEMPLATE, ContractTemplate, ContractTemplateId, ContractTemplateInput, TemplateClause,
    TemplateField,
};

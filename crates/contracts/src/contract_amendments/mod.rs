//! Amendments: what both parties change of a contract that is in force.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `life.rs` | states and moves as data |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its state |
//! | `consent.rs` | who must agree before it is signed |
//!
//! An amendment says what the contract shall be as a whole, so it can be read without the contract, and
//! there is one at a time. What it does to the contract when it is signed is in `contracts::amending`.
//!
//! It works out its sums with the arithmetic of contracts, and a unique index holds that there is one at a
//! time. What was shipped or paid keeps its line; nothing is matched anew. Price: moving paid lines within
//! a plan is not possible.

mod consent;
mod life;
mod model;
mod moves;
mod service;
mod store;

pub use consent::APPROVAL_OF_AMENDMENTS;
pub use life::{AmendmentMove, AmendmentState, MOVES};
pub use model::{
    CONTRACT_AMENDMENT, ContractAmendment, ContractAmendmentId, ContractAmendmentInput,
};
pub use moves::{CancelAmendment, SignAmendment, cancel, sign, submit};

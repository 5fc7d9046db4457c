//! Contracts: what a customer and the company agree on, how far the work has come, and what is owed.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record and its parts |
//! | `life.rs` | stages and moves as data |
//! | `dues.rs` | what is to be paid by when, without a store |
//! | `service.rs` | the rules of a save that need the store |
//! | `moves.rs` | what changes its stage |
//! | `consent.rs` | who must agree before it is signed |
//! | `amending.rs` | what amendments do to it when it is in force |
//! | `attribution.rs` | which touches led to it |
//! | `movements.rs` | what it counts for, and from which day on |
//!
//! What it comes to is worked out by the arithmetic of quotes. What other systems and payments tell goes
//! through `progress` and `pay`: one change of the contract each, in the transaction of what tells it.
//!
//! What is signed does not change: terms are what approvers and the customer have seen. Before the
//! signature a change makes a draft of the contract; after it the change is refused, and an amendment is
//! needed. Price: a contract with payments is cancelled only after they are refunded.

mod amending;
mod attribution;
mod consent;
mod dues;
mod life;
mod model;
mod movements;
mod moves;
mod parts;
mod service;
mod store;

pub(crate) use amending::{Terms, amend};
pub use attribution::attribution;
pub use consent::APPROVAL_OF_CONTRACTS;
pub use life::{ContractMove, ContractStage, MOVES};
pub(crate) use model::require_sight;
pub use model::{CONTRACT, Contract, ContractId, ContractInput};
pub use movements::ContractMovement;
pub(crate) use movements::follow;
pub use moves::{CancelContract, SignContract, cancel, close, complete, plan, sign, start, submit};
pub(crate) use moves::{Progress, pay, progress};
pub use parts::{ContractLine, ContractMilestone, PaymentDue, Receivable, ShippedLine};

//! Execution links: what other systems do to carry a contract out.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `figures.rs` | what all links of a contract come to, without a store |
//! | `service.rs` | the rules of a save, and how another system tells of its work |
//!
//! Another system tells what stands on its side, as often as it likes: the same again changes nothing, and
//! what it knew earlier does not undo what it has told since. What all links come to is written to the
//! contract in the same transaction.
//!
//! A link is told whole, by kind and reference, and the contract's progress, cost and shipped quantities
//! are worked out anew from all its links, not added up. Price: 500 links of a contract at most, all read
//! with each telling.
//!
//! Projects lead a contract on and never back: stages are told to customers and counted in reports, so what
//! goes back elsewhere changes the percent alone. One that is done at once leads through every stage in one
//! change, since the state machine is walked and not jumped. Purchases and deliveries move no stage.

mod figures;
mod model;
mod service;
mod store;

pub use model::{
    EXECUTION_LINK, ExecutionLink, ExecutionLinkId, ExecutionLinkInput, LinkKind, LinkStatus,
    ShippedQuantity,
};
pub use service::tell;

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

mod figures;
mod model;
mod service;
mod store;

pub use model::{
    EXECUTION_LINK, ExecutionLink, ExecutionLinkId, ExecutionLinkInput, LinkKind, LinkStatus,
    ShippedQuantity,
};
pub use service::tell;

//! Service transfers: the file of a customer to whom something was delivered goes from who has sold it to
//! the service department, which accepts it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the transfer; pure |
//! | `service.rs` | the rules of a save, accepting, and what contracts deliver |
//! | `store.rs` | the SQL |
//!
//! `transfer_within_days` in the preferences of the tenant says how long that may take. What is delivered is
//! told by people; where the company has said how long, a contract that is implemented tells it too.
//!
//! Who has no service department so has no list that grows. Price: what was implemented before that was
//! said is told by hand.

mod model;
mod service;
mod store;

pub use model::{
    AcceptServiceTransfer, SERVICE_TRANSFER, ServiceTransfer, ServiceTransferId,
    ServiceTransferInput,
};
pub use service::{accept, deliver};

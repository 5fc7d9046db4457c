//! Service holds: a customer gets no new service requests, for a reason that somebody else agrees to where
//! the company has said so, until the hold is released.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the hold and its moves; pure |
//! | `consent.rs` | who must agree |
//! | `service.rs` | asking, releasing, and refusing requests |
//! | `store.rs` | the SQL |
//!
//! Each hold is a record of its own, so a customer keeps its past and nothing of the party changes.
//!
//! Who must agree is said by a definition for `service_hold`, as with all approvals; without one, whoever
//! may make holds has it so at once. Price: each new service request looks for an open hold, by a unique
//! index.

mod consent;
mod model;
mod service;
mod store;

pub use consent::APPROVAL_OF_SERVICE_HOLDS;
pub use model::{
    HoldService, ReleaseServiceHold, SERVICE_HOLD, ServiceHold, ServiceHoldId, ServiceHoldInput,
    ServiceHoldStatus,
};
pub(crate) use service::{make_room, refuse_held};
pub use service::{release, request};

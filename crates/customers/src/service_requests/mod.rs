//! Service requests: what customers ask for after the sale, by when it is to be answered and solved, and
//! whether it was.
//!
//! Service levels say how long both may take, in working time, and the policy of a tier how soon its customers
//! are answered. The clock of a request stands still while it
//! waits for the customer. What is late is marked when it becomes so, and stays marked.
//!
//! | file | holds |
//! | --- | --- |
//! | `levels.rs` | how long answers and solutions may take, as a resource |
//! | `model.rs` | the request |
//! | `moves.rs` | its states and its clock; pure |
//! | `clock.rs` | working time; pure |
//! | `service.rs` | the rules of a save, and the verbs |
//! | `breaches.rs` | what becomes late without anybody doing anything |
//! | `store.rs` | the SQL |
//!
//! Promises are in whole working minutes. What was worked before a request had to wait is kept as such, and
//! the calendar decides anew what is left when it goes on. Marking is an event, by whichever node comes
//! first. Price: another calendar changes no promise that was made.

mod breaches;
mod clock;
mod levels;
mod model;
mod moves;
mod service;
mod store;

pub use breaches::BREACHES;
pub use levels::{SERVICE_LEVEL, ServiceLevel, ServiceLevelId, ServiceLevelInput};
pub use model::{
    CloseServiceRequest, ReopenServiceRequest, ResolveServiceRequest, SERVICE_REQUEST,
    ServiceChannel, ServicePriority, ServiceRequest, ServiceRequestId, ServiceRequestInput,
    ServiceRequestKind, ServiceRequestStatus, SuspendServiceRequest,
};
pub use service::{accept, close, reopen, resolve, resume, suspend};

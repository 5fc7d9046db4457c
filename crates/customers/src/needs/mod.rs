//! Needs: what customers say that they would want, each of a type of a taxonomy that the company makes, and whether
//! it was adopted.
//!
//! | file | holds |
//! | --- | --- |
//! | `types.rs` | the taxonomy as a resource |
//! | `model.rs` | the need as a resource |
//! | `service.rs` | the rules of a save, and the service request of a need that was recorded in care |
//! | `store.rs` | the SQL |
//!
//! A need that was recorded in a care contact is a service request from the first, and each names the other: their
//! ids are made together, so neither is there without the other.

mod model;
mod service;
mod store;
mod types;

pub use model::{NEED, Need, NeedId, NeedInput, NeedStatus};
pub use types::{NEED_TYPE, NeedType, NeedTypeId, NeedTypeInput};

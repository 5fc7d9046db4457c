//! Bookings of resources: for which contract people and equipment are taken on which days.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save, and what becomes of bookings when their contract ends |
//!
//! What is taken on each day is kept as rows beside the record, so that what is left of a resource is a sum.

mod model;
mod service;
mod store;

pub use model::{RESOURCE_BOOKING, ResourceBooking, ResourceBookingId, ResourceBookingInput};
pub(crate) use service::release;

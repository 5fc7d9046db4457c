//! Bookings of resources: for which contract people and equipment are taken on which days.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save, and what becomes of bookings when their contract ends |
//!
//! What is taken on each day is kept as rows beside the record, so that what is left of a resource is a sum.
//!
//! A booking may so pass over days that are not worked, and freeing days deletes rows. Capacity is in
//! minutes, so people and machines add up. A booking locks the row of its resource, so of two at once the
//! second sees the first. Which days it takes is decided when it is made or changed. Price: 366 rows a
//! booking at most, and a work calendar that changes later moves no booking.
//!
//! A booking needs a contract in force, as all that carries one out does. A contract that has ended frees
//! its resources from that day on; what was taken before stays, since it was used. Price: nothing is
//! reserved for a contract that is still being agreed on.

mod model;
mod service;
mod store;

pub use model::{RESOURCE_BOOKING, ResourceBooking, ResourceBookingId, ResourceBookingInput};
pub(crate) use service::release;

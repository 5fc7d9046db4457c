//! Bookable resources: the people and the equipment that work on contracts, and for how long on a day.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `availability.rs` | on which days there is how much of it, without a store |
//! | `service.rs` | the rules of a save |
//!
//! What is taken of them is in `resource_bookings`.

mod availability;
mod model;
mod service;
mod store;

pub use availability::Availability;
pub(crate) use availability::taken_days;
pub use model::{
    BOOKABLE_RESOURCE, BookableResource, BookableResourceId, BookableResourceInput,
    BookableResourceKind,
};
pub(crate) use service::over_allocated;
pub(crate) use store::{booked, lock};

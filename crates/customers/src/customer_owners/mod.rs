//! Customer owners: who looks after a customer in sales and who in service, from when until when, and which of the
//! two is the primary.
//!
//! A customer has one owner of each duty at a time, and whoever has any has exactly one primary. An owner never
//! changes: another user, or another primary, is another record, and the one of before has ended. So who it was on
//! any day can be read. When service accepts the file of a customer, both become owners; `service_becomes_primary`
//! in the preferences of the tenant says which is the primary then. Whoever leaves hands their duties over like
//! what they own: somebody else follows, the primary where they were it.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what follows from a wish; pure |
//! | `service.rs` | the use cases |
//! | `store.rs` | the SQL |
//!
//! Another primary ends both and begins both anew, and two unique indexes hold that there is one. They
//! stand beside `owner_id` of the party, which says whose record it is. Price: two records for each turn,
//! and whoever leaves the company is ended by hand.

mod model;
mod service;
mod store;

pub use model::{
    AssignCustomerOwner, CUSTOMER_OWNER, CustomerDuty, CustomerOwner, CustomerOwnerId,
    CustomerOwnerInput,
};
pub(crate) use service::{accepted, make_room};
pub use service::{assign, end, pass_on, prefer};
pub use store::held_by;

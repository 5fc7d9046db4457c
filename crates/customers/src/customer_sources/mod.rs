//! Customer sources: from where each customer is in the base.
//!
//! A customer has one of each source, so whoever is in the files of sales and in those of after-sales service is one
//! customer with two of them. Rows that an import makes or finds get that of its channel. A source may name the party
//! or the employee that the customer comes by; it gives nobody a right, since whose a customer is stands in
//! `owner_id` of the party.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record; pure |
//! | `service.rs` | the rules of a save, and what follows from collecting and merging |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use guanxi_bulk::collection_channels::BaseSource;
pub use model::{CUSTOMER_SOURCE, CustomerSource, CustomerSourceId, CustomerSourceInput};
pub use service::collected;
pub(crate) use service::{brought_in, make_room};

//! Records of the kinds that a tenant defines: a vehicle, a policy, a site.
//!
//! What they hold beyond a name, an owner and a party are fields of the tenant for `custom-records`,
//! each for the objects that it names.

mod model;
mod service;

pub use model::{CUSTOM_RECORD, CustomRecord, CustomRecordId, CustomRecordInput};

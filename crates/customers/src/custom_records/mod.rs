//! Records of the kinds that a tenant defines: a vehicle, a policy, a site.
//!
//! What they hold beyond a name, an owner and a party are fields of the tenant for `custom-records`,
//! each for the objects that it names.
//!
//! All objects are one resource, told apart by `object` (`Resource::variant`). So they have every shared
//! endpoint and guarantee without a path of their own. Price: two objects share the name of a field only
//! with one type.

mod model;
mod service;

pub use model::{CUSTOM_RECORD, CustomRecord, CustomRecordId, CustomRecordInput};

//! The kinds of records that a tenant defines, such as vehicles or policies. Which fields their
//! records have is told by [`custom_fields`](crate::custom_fields).

mod model;
mod service;

pub use model::{
    CUSTOM_OBJECT, CustomObject, CustomObjectId, CustomObjectInput, OBJECT_FIXED, PROBLEMS,
    TOO_MANY_OBJECTS,
};
pub use service::require_active;
pub(crate) use service::unknown_of;

//! The fields that a tenant defines for its records, as records themselves: what each holds, what
//! for, and what allows it. How values are held against them is told in
//! [`guanxi_storage::custom`].

mod model;
mod service;

pub use model::{
    CUSTOM_FIELD, CustomField, CustomFieldInput, FIELD_FIXED, FIELD_IN_USE, PROBLEMS,
    TOO_MANY_FIELDS,
};
pub(crate) use model::{is_snake, snake};

//! What can be told to people: texts and pages, of a product or of none, by one medium or by any.
//!
//! Who is told what stands in [`content_rules`](crate::content_rules).

mod model;
mod service;

pub use model::{CONTENT_ITEM, ContentItem, ContentItemId, ContentItemInput};

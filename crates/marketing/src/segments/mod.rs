//! Segments: the customers and prospects that fit a rule, or that were extracted into a list.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `rule.rs` | a rule as one predicate over parties |
//! | `service.rs` | the rules of a save, previews, members, lists |
//! | `store.rs` | the SQL |

mod model;
mod rule;
mod service;
mod store;

pub use model::{
    PreviewSegment, SEGMENT, Segment, SegmentId, SegmentInput, SegmentKind, SegmentPreview,
};
pub use rule::{Rule, rule_schema};
pub(crate) use service::{Members, load};
pub use service::{list_of, members, preview, preview_saved};

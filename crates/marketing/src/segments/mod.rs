//! Segments: the customers and prospects that fit a rule, or that were extracted into a list.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `rule.rs` | a rule as one predicate over parties |
//! | `service.rs` | the rules of a save, previews, members |
//! | `lists.rs` | lists that are made once: of a statement, of parties, of the answers to a campaign |
//! | `store.rs` | the SQL |
//!
//! A list follows merges: what a party was made part of is in it in its place, until the two are parted.

mod lists;
mod model;
mod rule;
mod service;
mod store;

pub use lists::{PartyList, from_responses, list_of, list_of_parties, seen};
pub(crate) use lists::{merged, parted};
pub use model::{
    CampaignRespondents, PreviewSegment, ReportCell, RespondentChoice, SEGMENT, Segment,
    SegmentFromResponses, SegmentId, SegmentInput, SegmentKind, SegmentPreview,
};
pub use rule::{Rule, rule_schema};
pub(crate) use service::{Members, load};
pub use service::{members, preview, preview_saved};

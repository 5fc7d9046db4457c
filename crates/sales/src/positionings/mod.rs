//! Positionings: what the company, or one of its products, is good and weak at, for a segment and beside a
//! competitor.
//!
//! The scores of a positioning are what a comparison shows attribute by attribute; how often the company wins
//! against the competitor is no matter of opinion and is counted in opportunities, by the report
//! `competitor-comparison`. What a positioning was before is its past, as of any record: `?as_of=`, the
//! timeline and the provenance.
//!
//! Of one product, segment and competitor there is one positioning. That is held when one is saved and not by
//! an index, since a merge of two competitors leaves two; the comparison shows both.

mod model;
mod service;
mod store;

pub use model::{
    AttributeScore, POSITIONING, Positioning, PositioningId, PositioningInput, PositioningSubject,
};

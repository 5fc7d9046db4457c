//! Intelligence notes: who was heard of that may buy, what and when, and from whom that is known.
//!
//! A note becomes a lead in one call, once. The lead says who has told of it, so whoever told can be thanked when it is
//! won; a lead that is there already is refused as any is, and is worked on instead.

mod model;
mod service;

pub use model::{INTELLIGENCE_NOTE, IntelligenceNote, IntelligenceNoteId, IntelligenceNoteInput};
pub use service::convert;

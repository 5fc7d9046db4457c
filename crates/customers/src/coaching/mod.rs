//! What managers say to somebody about an activity of theirs: seen by that one and by those who stand
//! above them, and by nobody else whatever their rights.
//!
//! A note is no resource. Who sees a record of a resource is a matter of roles, and what happens to it
//! is told in feeds, timelines and exports; a note must not show to peers in any of them.

mod model;
mod service;
mod store;

pub use model::{AcknowledgeNote, CoachingNote, CoachingNoteId, WriteNote};
pub use service::{acknowledge, last_of, list, waiting, write};

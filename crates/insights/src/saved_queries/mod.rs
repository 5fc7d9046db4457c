//! Saved queries: a question about any list, asked again as a list, a count, a pivot table, a segment or an
//! export.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and whose it is |
//! | `service.rs` | the rules of a save |
//! | `asking.rs` | what is made of one |
//! | `erasing.rs` | who is erased is named in none |
//! | `pivot.rs` | tables of two fields; pure |
//!
//! It is the question of an export, so whatever a list, a search or an export understands can be saved, and one
//! reader understands it. It is read anew each time, with the rights of whoever asks: a record that they do not
//! see is in no answer, and a field that they do not see makes the question one that they cannot ask.
//!
//! A query is somebody's own, or a team's. A team is told as a pool of one team (`Visibility::Pooled`), since
//! those who may draw from it then hold the query as if it were theirs, in lists, in the feed and in searches
//! alike, and leaving the team takes effect at once. Price: everybody in the team may change it.

mod asking;
mod erasing;
mod model;
mod pivot;
mod service;

pub use asking::{
    ExportSavedQuery, MakeSegment, SavedQueryCount, asked, count, export, pivot, segment,
};
pub use erasing::IN_QUERIES;
pub use model::{SAVED_QUERY, SavedQuery, SavedQueryId, SavedQueryInput};
pub use pivot::{
    SavedQueryCell, SavedQueryColTotal, SavedQueryFigures, SavedQueryPivot, SavedQueryRowTotal,
};

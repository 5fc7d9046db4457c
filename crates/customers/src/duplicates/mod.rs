//! Duplicates: records that are probably the same, before they are made and among those there are.
//!
//! | file | holds |
//! | --- | --- |
//! | `identity.rs` | what of a party or a contact tells who it is |
//! | `entry.rs` | a new record is held against those that are there |
//! | `search.rs` | a job that finds all pairs |
//! | `model.rs`, `service.rs` | a pair that was found, and what people decide about it |

mod entry;
mod identity;
mod model;
mod search;
mod service;

pub(crate) use entry::refuse_duplicate;
pub use entry::{
    Alike, DuplicateDraft, DuplicateMatch, DuplicateMatches, alike, certainly_known, check,
};
pub(crate) use identity::Identity;
pub use identity::{RecordType, described};
pub use model::{DUPLICATE_PAIR, Duplicate, DuplicateInput, DuplicateStatus};
pub use search::{DuplicateSearch, run, search};
pub(crate) use service::{close_pairs_of, open_pairs_of};

//! Merges: two records of the same company or person become one, and can be parted again.
//!
//! The survivor keeps its values, gets those it has not, and everything that named the merged record
//! names it. Nothing is lost: every change is an event under the source of the merge, which is all
//! that parting them needs. Rows that are no records, such as the members of a list, follow by what
//! their crate says ([`follow`]), once the merge is written and once it is undone.

mod model;
mod room;
mod service;

pub use model::{LeftAsIs, MERGE, Merge, MergeId, MergeInput};
pub use room::{Follow, Follows, MakesRoom, Pair, follow, on_merge};
pub use service::{merge, undo};
pub(crate) use service::{refuse_restore, survivor};

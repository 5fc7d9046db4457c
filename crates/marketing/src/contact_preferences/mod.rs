//! By which media somebody wants to be written to, the dearest first, how often in all, and how they want to be spoken
//! to.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `wish.rs` | what a person and their party want together; pure |
//! | `service.rs` | the rules of a save |
//! | `learning.rs` | what research says becomes one |
//! | `telling.rs` | what whoever is to call is told |
//! | `store.rs` | the SQL |
//!
//! Each person has one medium for a message: the first of their preference in which it is said. Whether
//! they can be reached there is not asked, so that sending by one medium after the other reaches nobody
//! twice. The bound counts all purposes, and its row is locked beside the consent when a letter is claimed.
//! Price: who prefers a medium in which nobody knows an address of theirs gets nothing, and the preview
//! says so.

mod learning;
mod model;
mod service;
mod store;
mod telling;
mod wish;

pub(crate) use learning::{Learnt, learn};
pub use model::{
    CONTACT_PREFERENCE, ContactPreference, ContactPreferenceId, ContactPreferenceInput, ContactWay,
};
pub(crate) use store::{Preference, locked_preferences, preferences};
pub(crate) use telling::told_to_call;
pub(crate) use wish::{Wish, wish_of};

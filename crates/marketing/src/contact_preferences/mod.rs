//! By which media somebody wants to be written to, the dearest first, and how often in all.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `wish.rs` | what a person and their party want together; pure |
//! | `service.rs` | the rules of a save |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;
mod wish;

pub use model::{
    CONTACT_PREFERENCE, ContactPreference, ContactPreferenceId, ContactPreferenceInput,
};
pub(crate) use store::{Preference, locked_preferences, preferences};
pub(crate) use wish::{Wish, wish_of};

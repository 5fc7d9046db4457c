//! Who agrees to be written to: by which sort of medium, for what, since when, how often, and how that is
//! known.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what several words of one person come to; pure |
//! | `service.rs` | the rules of a save, and a withdrawal by the person themselves |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{CONSENT, Consent, ConsentId, ConsentInput, ConsentState};
pub(crate) use model::{Leave, person, word_of};
pub(crate) use service::withdraw;
pub(crate) use store::{People, Word, locked_words, words};

//! Who agrees to be written to: by which sort of medium, for what, since when, how often, and how that is
//! known.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and what several words of one person come to; pure |
//! | `service.rs` | the rules of a save, and words that the program notes by itself |
//! | `store.rs` | the SQL |
//!
//! Without a word of the person or of their party nothing is sent, and one that was withdrawn counts
//! whatever the other says. The bound on messages stands in the consent, so the transaction that claims a
//! letter locks that row: nobody withdraws it meanwhile, and two messages to one person are counted one
//! after the other. Price: that bound is of one purpose; one of all together is a contact preference.

mod model;
mod service;
mod store;

pub use model::{CONSENT, Consent, ConsentId, ConsentInput, ConsentState};
pub(crate) use model::{Leave, WEEK, person, word_of};
pub use service::grant_unless_said;
pub(crate) use service::withdraw;
pub(crate) use store::{People, Word, locked_words, words};

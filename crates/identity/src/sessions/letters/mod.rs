//! Letters about accounts: they bring what somebody needs who cannot sign in or gives another address, and
//! tell the owner of an account what has happened to it.
//!
//! A letter is noted with its kind and its address in the transaction of what it is about, and worded when
//! it is handed to the mail server. So the token that it brings comes into being then, and lies nowhere but in
//! the letter: the store has its digest. Where somebody has typed an address, it is only then looked for
//! the account: to ask takes as long and leaves the same row for every address, and nobody learns
//! which ones there are.
//!
//! Whatever is not sent within its time is dropped. What was handed over and not noted is sent again, as
//! twice is better than never here. Price: whoever asks waits a moment longer for the letter.
//!
//! | file | holds |
//! | --- | --- |
//! | `model` | the kinds of letters and their words |
//! | `service` | noting them, wording them, and what their tokens open |
//! | `store` | the SQL |

mod model;
mod service;
mod store;

pub(crate) use model::LetterKind;
pub use model::{Letter, Next};
pub(super) use service::{ask, confirm, find, forget, spend};
pub use service::{claim, settle};
pub(crate) use service::{revoke, tell};
pub use store::tenants;

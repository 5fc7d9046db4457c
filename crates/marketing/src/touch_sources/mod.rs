//! Touch sources: mail services and gateways that tell by themselves what has become of what they sent. They
//! have no account. What they post is signed with a secret that they share with the program, by Standard
//! Webhooks, and becomes touches.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the source as a record, with its secrets in time |
//! | `sealed.rs` | its secrets, sealed |
//! | `event.rs` | what a provider tells; pure |
//! | `service.rs` | the rules of a save, making one, another secret |
//! | `entering.rs` | who may tell something: the key and the signature |
//! | `taking.rs` | what they tell becomes touches |
//! | `sealing.rs` | the secrets are sealed with the newest key |
//! | `store.rs` | the SQL |
//!
//! What a provider tells is believed by its signature alone, and of whom the program has written to. The
//! key in the path only finds the source. An event is of the delivery that its `Message-ID` names, else of
//! the last one to its address before it happened: never of whoever else has that address, so a provider
//! cannot find out who is known here. A batch with nothing new leaves no trace, so one that somebody caught
//! and sends again fills nothing. Price: an event of what another program has sent needs a source code, and
//! stands there without a name.

mod entering;
mod event;
mod model;
mod sealed;
pub mod sealing;
mod service;
mod store;
mod taking;

pub use entering::{Signed, Telling, enter};
pub use event::{ProviderEvent, ProviderEventKind, TakeProviderEvents};
pub use model::{
    TOUCH_SOURCE, TouchSource, TouchSourceId, TouchSourceInput, TouchSourceWithSecret,
};
pub(crate) use service::check_unsigned;
pub use service::{create, rotate_secret};
pub use taking::{ProviderEventsTaken, take};

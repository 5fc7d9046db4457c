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
pub use service::{create, rotate_secret};
pub use taking::{ProviderEventsTaken, take};

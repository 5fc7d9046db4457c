//! Responses: who answers to campaigns, by which channel, with which code, and what follows: the same by
//! every channel, and once for each person.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `service.rs` | the rules of a save, and what follows |
//! | `who.rs` | which party, contact and member somebody is |

mod model;
mod service;
mod store;
mod who;

pub use model::{Captured, RESPONSE, Response, ResponseId, ResponseInput};
pub use service::{became, capture};

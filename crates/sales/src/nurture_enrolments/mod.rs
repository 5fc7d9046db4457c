//! Prospects on nurture tracks: what they were told, what is next and when, and why they left.
//!
//! A lead is on one track at a time. The exit rules are looked at when the next content is to be told,
//! which is when they matter: whoever fits one leaves instead and is told nothing. Price: somebody who
//! has answered meanwhile stands as running until their next day; lists by `due_on` find them then.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, and its moves |
//! | `service.rs` | the rules of a save, telling and taking off |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{
    NURTURE_ENROLMENT, NurtureEnrolment, NurtureEnrolmentId, NurtureEnrolmentInput, NurtureStatus,
};
pub use service::{leave, tell};

//! Care contacts: somebody cares for a customer or invites them, because the stage of what they own calls for it,
//! because there was an accident, or because somebody wants to. Each is a task of somebody until it is done.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the contact as a resource, and what its verbs ask for |
//! | `moves.rs` | attempts, visits and ends; pure |
//! | `service.rs` | the rules of a save, the verbs, and what ends contacts by itself |
//! | `telling.rs` | the tasks |
//! | `store.rs` | the SQL |
//!
//! Each attempt says by a code what came of it. One that has reached somebody is an activity that was done as well, so
//! the reports on visits and on neglected customers know of it. What was tried in vain counts as an attempt of the
//! contact and is no activity. Price: the code of an attempt before the last is in the timeline alone.

mod model;
mod moves;
mod service;
mod store;
mod telling;

pub use model::{
    AttemptCareContact, CARE_CONTACT, CareContact, CareContactId, CareContactInput,
    CareContactStatus, CarePurpose, CareResult, RecordCareVisit, SkipCareContact,
};
pub(crate) use service::{PlannedCare, follow_asset, follow_party, open_planned, supersede};
pub use service::{attempt, skip, visit};
pub use telling::{TELLING, register};

//! Forms on public pages: whoever fills one in answers to a campaign and becomes a lead, without an
//! account and without being told who is known already.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the form as a record, and the rules that need nothing else |
//! | `submission.rs` | what is sent by a form, and whether the form asks for it |
//! | `service.rs` | the rules of a save, and another key |
//! | `visit.rs` | who may send a form: its key, the page, the module |
//! | `taking.rs` | taking what was sent: a response, a lead, a consent |
//! | `store.rs` | the SQL |
//!
//! It stands here and not in marketing, since a form names the pool of its leads.
//!
//! A form acts as the program, in the name of whoever made it. Its key begins with the tenant, so nothing
//! is looked up beyond one. What it takes in a minute is counted over the rows that it has taken, so all
//! nodes count together and no counter is written; the counter of each node before it only shields the
//! store. Price: many at once by one form are in each other's way, and some are asked to retry.

mod model;
mod service;
mod store;
mod submission;
mod taking;
mod visit;

pub use model::{
    CAPTURE_FORM, CaptureConsent, CaptureField, CaptureForm, CaptureFormField, CaptureFormId,
    CaptureFormInput,
};
pub use service::rotate_key;
pub use submission::{FormReceipt, SubmitForm};
pub(crate) use taking::keep_consents;
pub use taking::submit;
pub use visit::{CameFrom, Visit, allows, enter};

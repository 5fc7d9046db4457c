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

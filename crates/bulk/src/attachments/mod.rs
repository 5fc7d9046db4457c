//! Attachments: documents that belong to a record of any resource that callers make.
//!
//! They have no rights of their own. Who may read the record may read what is attached to it; who
//! may change the record may add to it and take away from it. So everything here asks the parent
//! first, and only then touches the attachment, with the program's own rights.
//!
//! A file is announced before it is kept and claimed in the transaction of its record. So a record
//! never names a file that is not there, and a file that nothing came of is found and removed.
//!
//! Who may see the parent differs by its kind, so the shared endpoints, whose scope is one predicate over
//! one table, are closed for attachments. Timelines, webhooks and the feed tell of them to whoever sees the
//! parent (`Kind::seen_with_parent`).

mod content;
mod model;
mod past;
mod service;
mod store;

pub use content::{ContentType, HEAD, extensions, recognise};
pub use model::{ATTACHMENT, Attachment, AttachmentId, AttachmentInput};
pub use past::list_as_of;
pub use service::{New, add, delete, get, list, may_add, require_any, restore};
pub(crate) use store::forget_unclaimed;
pub use store::{announce, give_up};

//! The use cases that every resource shares: get, list, create, update, delete, restore.
//!
//! Each requires the right, loads what it changes, lets the resource decide
//! ([`Resource::settle`](crate::Resource::settle)), saves under the version that was read, and
//! records one event, all in the transaction it is given.
//!
//! A merge patch is applied to what callers write and read back through the type of a create. So one type
//! holds the rules of both, and `null`, absence and unknown members need no code of their own.
//!
//! | module | holds |
//! | --- | --- |
//! | `showing` | what a caller sees of a record, and the verbs open to it |
//! | `rights` | how far rights reach |
//! | `listing` | pages of records |
//! | `reading` | single records, copies, and those of a name |
//! | `writing` | records made and changed, and what every save does |
//! | `deleting` | records deleted and restored |

mod deleting;
mod listing;
mod reading;
mod rights;
mod showing;
mod writing;

pub use deleting::{delete, restore};
pub use listing::{kept_from, list, list_for};
pub(crate) use reading::find_deletable;
pub use reading::{
    Copy, copies, get, get_even_deleted, load, load_json, named_by, named_by_custom, visible,
};
pub(crate) use rights::reach_of;
pub use rights::{may, needs_all, require, require_on};
pub(crate) use showing::document;
pub use showing::{Page, Refusal, Shown, Verb, shown};
pub use writing::{change, create, create_draft, insert, patch, upsert};
pub(crate) use writing::{check_references, event, registered, save};

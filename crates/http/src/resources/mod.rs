//! The endpoints that every resource gets, and the list of resources.
//!
//! A new resource is one line in [`SERVED`]. What it needs beyond these endpoints stands in a file
//! of its own beside this folder.
//!
//! | file | holds |
//! | --- | --- |
//! | `served.rs` | a resource as it is served, and the shared endpoints it may have |
//! | `registry.rs` | the list of all resources, and what follows from it |
//! | `endpoints.rs` | the paths of the shared endpoints, and their registration |
//! | `handlers.rs` | what answers them |
//! | `view.rs` | how records are shown: fields, expansion, the past |
//! | `query.rs` | reads what stands in the address |

mod endpoints;
mod handlers;
mod query;
mod registry;
mod served;
mod view;

pub use endpoints::{id_name, only_reads, path};
pub(crate) use endpoints::{routes, worded_routes, words_are_no_ids};
pub use handlers::{ListBody, Provenance};
pub(crate) use handlers::{list_among, list_asked, list_of};
pub(crate) use query::{EVENT_KINDS, LONGEST_KIND, bad, id, instant, words};
pub use registry::{CONCERNING, KINDS, SERVED, carriers, makes, rights, tables};
pub use served::{ALL, Operation, Served};
pub use view::View;

//! By which medium, with which content and how often prospects are kept in mind who do not buy yet, and
//! what ends that.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record |
//! | `exits.rs` | what ends it for a prospect; pure |
//! | `service.rs` | the rules of a save |

mod exits;
mod model;
mod service;

pub(crate) use exits::ProspectNow;
pub use exits::{NurtureExit, NurtureExitReason};
pub use model::{NURTURE_TRACK, NurtureTrack, NurtureTrackId, NurtureTrackInput};

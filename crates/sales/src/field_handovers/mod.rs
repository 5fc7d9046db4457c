//! The closed loop between the call centre and field sales: a lead that is ripe by the standard in force
//! is handed over, accepted or refused in time, followed up, and ends in a result that marketing sees.
//! Nothing is lost on the way: what was handed over is held, or has a result.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs`, `parts.rs` | the record |
//! | `life.rs` | states and moves as data |
//! | `following.rs` | what a follow-up must answer; pure |
//! | `service.rs` | the rules of a save, and handing over |
//! | `moves.rs` | what field sales does with it |
//! | `store.rs` | the SQL |
//!
//! What somebody who leaves has in their hands is handed over by [`handovers`](crate::handovers).

mod following;
mod life;
mod model;
mod moves;
mod parts;
mod service;
mod store;

pub use following::{FollowUpFieldHandover, WishedPurchase};
pub use life::{FieldHandoverMove, FieldHandoverStatus};
pub use model::{FIELD_HANDOVER, FieldHandover, FieldHandoverId, FieldHandoverInput};
pub use moves::{RefuseFieldHandover, ReturnFieldHandover, accept, follow_up, give_back, refuse};
pub use parts::{ContactResult, FieldPurchase, NotBoughtReason};
pub(crate) use service::pass_on;
pub use service::{HandToField, hand};

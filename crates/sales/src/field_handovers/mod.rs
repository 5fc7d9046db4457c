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
//!
//! A lead that is handed over changes its owner at once, so field sales reads what it is to judge by the
//! rights that it has anyway; the hand-over is a record that both sides see. Until there is a result
//! nothing else ends the lead: it is not lost, released or deleted. It leaves its pool meanwhile, whose
//! rules would take it away, and comes back to it. Price: whoever has handed a lead over reads the
//! hand-over, not the lead.

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

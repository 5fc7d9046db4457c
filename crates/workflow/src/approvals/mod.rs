//! Approvals: requests, the levels that they go through, and what people decide.
//!
//! `model.rs` holds the states and what a decision does to them, without a store; `seats.rs` finds
//! who is asked; `ask.rs` is for those who need an approval and `service.rs` for those who decide.
//!
//! An approval belongs to everybody who takes part in it, besides its owner (`Visibility::Involved`). So
//! lists, timelines, webhooks and the feed show it to its approvers by the one predicate that there is.
//! Price: who manages an approver sees what they approve.

mod ask;
mod model;
mod seats;
mod service;
mod store;

pub use ask::{Ask, ask, give_up, latest, pending, request, void, wanted};
pub use model::{
    APPROVAL, Approval, ApprovalDecision, ApprovalId, ApprovalInput, ApprovalMove, ApprovalStatus,
    ApprovalVerdict, EscalationReason, MOVES, Seat,
};
pub(crate) use service::left;
pub use service::{
    ApproveWish, RejectWish, approve, give_seats, reassign, reject, seats_of, withdraw,
};
pub(crate) use service::{ask_again, time_out};
pub(crate) use store::due;
pub use store::{waiting, waiting_number};

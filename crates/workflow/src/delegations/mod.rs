//! Delegations: who decides for whom, and from when to when.

mod model;
mod service;
mod store;

pub use model::{
    APPROVAL_DELEGATION, ApprovalDelegation, ApprovalDelegationId, ApprovalDelegationInput,
    DelegationStatus,
};
pub(crate) use service::{due, turn};
pub(crate) use store::{given_by, given_to};

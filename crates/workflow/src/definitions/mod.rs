//! Definitions: when which approvers are asked, level by level.

mod model;
mod service;
mod store;

pub use model::{
    APPROVAL_DEFINITION, ApprovalDefinition, ApprovalDefinitionId, ApprovalDefinitionInput,
    ApprovalLevel, Approver, ApproverKind, LevelMode, OnTimeout,
};
pub(crate) use service::fitting;
pub use service::is_ruled;

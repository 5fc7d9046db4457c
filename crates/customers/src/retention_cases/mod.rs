//! Retention cases: customers that leave off, why, and what may be spent to keep them.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, its limit and its moves; pure |
//! | `service.rs` | the rules of a save, and the moves |
//! | `store.rs` | the SQL |

mod model;
mod service;
mod store;

pub use model::{
    AllowRetentionSpending, CloseRetentionCase, DeclineReason, RETENTION_CASE, RetentionCase,
    RetentionCaseId, RetentionCaseInput, RetentionCaseStatus, RetentionDecision, RetentionOutcome,
    RetentionSpending, SpendOnRetention, WarningSign,
};
pub use service::{allow, close, spend};

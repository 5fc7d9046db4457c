//! Retention cases: customers that leave off, why, and what may be spent to keep them.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the record, its limit and its moves; pure |
//! | `service.rs` | the rules of a save, and the moves |
//! | `store.rs` | the SQL |
//!
//! What keeping a customer may cost is refused beyond the limit, not warned about: how much likelier it
//! stays, of what is still to be earned. Only somebody else can allow more, and once money was spent the estimates
//! raise the limit no more, or whoever reaches it would just expect more. Price: an estimate that was too low is put
//! right by what somebody else allows. One case holds the reason of
//! the decline, the decision, the money and the outcome, for they are one story.

mod model;
mod service;
mod store;

pub use model::{
    AllowRetentionSpending, CloseRetentionCase, DeclineReason, RETENTION_CASE, RetentionCase,
    RetentionCaseId, RetentionCaseInput, RetentionCaseStatus, RetentionDecision, RetentionOutcome,
    RetentionSpending, SpendOnRetention, WarningSign,
};
pub use service::{allow, close, spend};

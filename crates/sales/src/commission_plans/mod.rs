//! Plans of commission: what representatives get of what they win, and their statements.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the plan, and what it pays, without a store |
//! | `service.rs` | its rules as a resource |
//! | `statement.rs` | what a plan pays a representative for a period |

mod model;
mod service;
mod statement;

pub use model::{
    COMMISSION_PLAN, CommissionBasis, CommissionPlan, CommissionPlanId, CommissionPlanInput,
    CommissionTier,
};
pub use statement::{CommissionDeal, CommissionStatement, statement};

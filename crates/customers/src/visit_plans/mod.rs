//! Visits at intervals by somebody of a role, such as a senior manager: one open task at a time, and
//! the next when that is closed.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the plan, and on which day the next visit is |
//! | `service.rs` | its rules as a resource |
//! | `tasks.rs` | its task, which follows the plan, and which the plan follows |

mod model;
mod service;
mod tasks;

pub use model::{VISIT_PLAN, VisitPlan, VisitPlanId, VisitPlanInput, VisitUnit};
pub use tasks::{register, visit_title};

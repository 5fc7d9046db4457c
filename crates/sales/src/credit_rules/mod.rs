//! How call centre, web and field sales share what a deal brings, so that all of them gain by it.
//!
//! A rule says which share of each deal is credited to which department; the shares make exactly one.
//! Rules of one basis never hold on the same day, so no deal is credited twice. A statement splits each
//! deal by itself, to the last cent, so the departments together have what the income is, however the
//! question is cut. Price: a deal in which a department had no hand is shared all the same; the rule is
//! an agreement, not a measurement, which is what attribution is for.
//!
//! | file | holds |
//! | --- | --- |
//! | `model.rs` | the rule, and how it splits a deal, without a store |
//! | `service.rs` | its rules as a resource |
//! | `statement.rs` | what departments are credited with for a period |

mod model;
mod service;
mod statement;

pub use model::{
    CREDIT_RULE, CreditBasis, CreditDepartment, CreditRule, CreditRuleId, CreditRuleInput,
    CreditShare,
};
pub use statement::{CreditPart, CreditStatement, CreditedDeal, DepartmentCredit, statement};

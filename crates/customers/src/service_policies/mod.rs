//! What customers of a tier are owed: how often they are visited, when they count as neglected, and
//! how many posts of the company should be in touch with them.
//!
//! When the next visit of a party is due follows from its tier, the policy of that and its last
//! contact. It is worked out when the party is read: any of the three changes it at once, and nothing
//! is written to a million parties when a policy changes. Which visits are due is told by a report.
//!
//! A page of parties looks up its policies and last contacts in three statements. Price: lists of parties
//! are neither filtered nor ordered by the next visit.

mod coverage;
mod model;
mod service;
mod store;

pub use coverage::{ContactCoverage, RoleInTouch, Touched, coverage};
pub use model::{
    SERVICE_POLICY, ServicePolicy, ServicePolicyId, ServicePolicyInput, VisitPeriod, due,
};
pub(crate) use store::cycles;

//! Pools of leads: leads without an owner, that the people of some units and teams may claim, and
//! the rules by which they come back.

mod model;
mod service;
mod store;

pub(crate) use model::MEMBERS;
pub use model::{LEAD_POOL, LeadPool, LeadPoolId, LeadPoolInput};

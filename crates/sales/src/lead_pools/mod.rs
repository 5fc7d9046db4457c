//! Pools of leads: leads without an owner, that the people of some units and teams may claim, and
//! the rules by which they come back.
//!
//! A pool owns what lies in it: such a lead is within the reach of a right as if each of those who may draw
//! from its pool owned it (`Visibility::Pooled`), so joining or leaving a unit or team takes effect at
//! once.

mod model;
mod service;
mod store;

pub(crate) use model::MEMBERS;
pub use model::{LEAD_POOL, LeadPool, LeadPoolId, LeadPoolInput};

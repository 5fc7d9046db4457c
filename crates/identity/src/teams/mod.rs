//! Teams: users who work together across org units, each with a role in the team if need be.
//!
//! While somebody is a member they also have the rights of that role, whose scope `team` then
//! means the records of the members of this very team. Leaving ends it at once.

mod model;
mod service;
mod store;

pub use model::{TEAM, Team, TeamInput, TeamMember};

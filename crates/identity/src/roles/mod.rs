//! Roles: named sets of rights, given to users directly or through a team.

mod model;
mod service;
mod store;

pub use model::{ROLE, Role, RoleGrant, RoleInput};

//! Roles: named sets of rights, given to users directly or through a team.
//!
//! Field rights belong to a right of a role, and the most generous one counts: a field is hidden if every
//! right to read its resource hides it, and not written if no right to create or change lets it be. It is
//! taken out where records become JSON, so use cases see whole records. Fields that `q` searches name the
//! record and cannot be hidden. Price: the API document calls members required that are absent for whoever
//! may not see them.

mod model;
mod service;
mod store;

pub use model::{ROLE, Role, RoleGrant, RoleInput};

//! Org units: the tree of the company. Who manages a unit sees the records of its users and of all
//! below, as far as their rights have the scope `subtree`.

mod model;
mod service;
mod store;

pub use model::{ORG_UNIT, OrgUnit, OrgUnitInput, OrgUnitKind};

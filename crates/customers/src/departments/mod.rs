//! Departments: how a party is organised, as a tree. A department stays with its party.

mod model;
mod service;
mod store;

pub use model::{DEPARTMENT, Department, DepartmentId, DepartmentInput};
pub(crate) use store::of_party;

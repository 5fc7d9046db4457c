//! Parties: everyone a company deals with, once each, whatever they are to it.
//!
//! A party is an organisation or a person. What it is to the company are its roles, which come and
//! go while the party, its history and its id stay. `org_chart.rs` puts departments and contacts
//! into the shape of a tree.

mod model;
mod org_chart;
mod service;
mod store;
mod visits;

pub use model::{PARTY, Party, PartyId, PartyInput, PartyKind, PartyRole};
pub use org_chart::{ChartContact, ChartDepartment, OrgChart};
pub(crate) use org_chart::{ContactRow, DepartmentRow};
pub(crate) use service::verify;
pub use service::{give_role, org_chart, withdraw_role};
pub(crate) use store::is_below;

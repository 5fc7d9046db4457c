//! Parties: everyone a company deals with, once each, whatever they are to it.
//!
//! A party is an organisation or a person. What it is to the company are its roles, which come and
//! go while the party, its history and its id stay. `org_chart.rs` puts departments and contacts
//! into the shape of a tree.
//!
//! Competitors are a registry of names: no two of them have the same, whatever the case and the width. It is
//! held when one is saved, by the index of names, and not by one of its own, so that a merge can make one of
//! two that are called alike. Whom a live opportunity names as a competitor, or as who has won, is not
//! deleted; price: one look-up more in each deletion of a party.

mod model;
mod org_chart;
mod purchases;
mod service;
mod store;
mod visits;

pub use model::{PARTY, Party, PartyId, PartyInput, PartyKind, PartyRole};
pub use org_chart::{ChartContact, ChartDepartment, OrgChart};
pub(crate) use org_chart::{ContactRow, DepartmentRow};
pub(crate) use purchases::have_bought;
pub use purchases::{Bought, has_bought, on_purchase};
pub use service::{convert_to_base, give_role, org_chart, withdraw_role};
pub(crate) use service::{give_credit_back, make_room, verify};
pub(crate) use store::is_below;

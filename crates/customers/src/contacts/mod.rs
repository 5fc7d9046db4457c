//! Contacts: the people of a party, whom one calls, visits and writes to.
//!
//! Deleting a contact deletes its relations with it; moving it to another party moves them too.

mod decision_role;
mod model;
mod service;
mod store;

pub use decision_role::DecisionRole;
pub use model::{CONTACT, Contact, ContactId, ContactInput};
pub(crate) use store::{of_party, primary_of};

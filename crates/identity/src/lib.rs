//! Who may see and do what: tenants, the organisation, users, roles, teams, sessions and API keys.
//!
//! | module | holds |
//! | --- | --- |
//! | [`tenants`] | the company: its name, zone, currency, country and fiscal calendar |
//! | [`org_units`] | the tree of units, and who manages which |
//! | [`users`] | people, their status, roles and sales profiles |
//! | [`roles`] | named sets of rights |
//! | [`teams`] | groups across units, with a role in the team |
//! | [`rights`] | what all of that gives one user; who may give what away |
//! | [`api_keys`] | keys by which programs act for their owner |
//! | [`sessions`] | signing in and staying signed in; who sends a request |
//! | [`work_calendars`] | when the company works: hours, holidays, make-up days |
//! | [`custom_fields`] | the fields that the company defines for its records, and what for |
//! | [`custom_objects`] | the kinds of records that the company defines |
//! | [`secrets`] | passwords and tokens themselves, without any store |
//! | [`bootstrap`] | the first tenant and its administrator; what the command line makes |

pub mod api_keys;
pub mod bootstrap;
pub mod custom_fields;
pub mod custom_objects;
pub mod org_units;
pub mod rights;
pub mod roles;
pub mod secrets;
pub mod sessions;
pub mod teams;
pub mod tenants;
pub mod users;
pub mod work_calendars;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use sessions::{Auth, Caller};

use guanxi_kernel::Code;
use guanxi_storage::{Kind, Resource as _};

/// The resources of this crate.
pub fn kinds() -> Vec<&'static Kind> {
    vec![
        tenants::Tenant::kind(),
        org_units::OrgUnit::kind(),
        users::User::kind(),
        teams::Team::kind(),
        roles::Role::kind(),
        api_keys::ApiKey::kind(),
        work_calendars::WorkCalendar::kind(),
        custom_fields::CustomField::kind(),
        custom_objects::CustomObject::kind(),
    ]
}

/// The codes of this crate.
pub fn problems() -> Vec<&'static Code> {
    [
        rights::PROBLEMS,
        users::PROBLEMS,
        sessions::PROBLEMS,
        sessions::second_factor::PROBLEMS,
        sessions::mailbox::PROBLEMS,
        work_calendars::PROBLEMS,
        custom_fields::PROBLEMS,
        custom_objects::PROBLEMS,
    ]
    .concat()
}

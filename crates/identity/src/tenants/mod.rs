//! Tenants: the companies that use one installation. Nothing of one is ever seen by another.

mod model;
mod service;
mod store;

pub use model::{Found, TENANT, Tenant, TenantInput, check_slug};
pub use service::find;
pub(crate) use service::{draft, insert, named};
pub use store::{all_ids, load};

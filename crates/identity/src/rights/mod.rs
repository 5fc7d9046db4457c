//! What a user may do: the rights of their roles, resolved to the records that each reaches, and
//! the rule that nobody gives away what they do not hold.
//!
//! [`model`](self) is pure: from what is loaded of one user to grants. Nothing of it is kept: each
//! change that could change anybody's rights counts up `tenants.access_version`, and who has rights
//! in a cache looks at that number first. [`explain()`] tells of every right what it reaches and why.
//!
//! What the rule does not cover: whoever may write the org units, users and teams of the whole
//! tenant decides by that who sees whose records. These rights make an administrator.

mod explain;
mod explanation;
mod model;
mod service;
mod store;

pub use explain::{About, Extent, LookedAt, Owner, Reason, Step, Through, Way, needed, step};
pub use explanation::{Explanation, Wish, explain};
pub use model::{
    Membership, Position, Source, covers, is_administrator, may_give, resolve, sources,
};
pub use service::{FORBIDDEN_GRANT, PROBLEMS, of_active_user, of_user, register, require_covering};
pub(crate) use service::{
    changed, check_resource, is_resource, require_giving, require_giving_roles, roles_of,
    unknown_parts,
};
pub use store::administrators;
pub(crate) use store::{administrator_left, roles};

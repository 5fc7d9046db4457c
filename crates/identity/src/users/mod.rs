//! Users: who can sign in, where they belong, what they sell and until when.

mod hooks;
mod model;
mod service;
mod store;

pub(crate) use hooks::guessed;
pub use hooks::{Hook, before_leaving, on_guesses, on_leave};
pub(crate) use model::address;
pub use model::{
    INACTIVE_OWNER, LAST_ADMINISTRATOR, OWN_EMAIL, PROBLEMS, SalesProfile, SetPassword, USER, User,
    UserInput, UserStatus,
};
pub use service::{check_owner, me};
pub(crate) use service::{move_to, require_free};
pub use store::has_role;
pub(crate) use store::{find_by_email, is_active};

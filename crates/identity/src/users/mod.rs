//! Users: who can sign in, where they belong, what they sell and until when.

mod leaving;
mod model;
mod service;
mod store;

pub use leaving::{Left, on_leave};
pub use model::{
    INACTIVE_OWNER, LAST_ADMINISTRATOR, PROBLEMS, SalesProfile, SetPassword, USER, User, UserInput,
    UserStatus,
};
pub use service::{Leaving, before_leaving, check_owner, me};
pub use store::has_role;
pub(crate) use store::{find_by_email, is_active};

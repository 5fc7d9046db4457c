//! Signing in and staying signed in, by password and by key; and who sends a request.
//!
//! A session begins with a password. It hands out an access token of ten minutes, which every
//! request shows, and a refresh token, which buys the next two once. Ending the session ends them
//! all at once, since each request looks whether its session still lives.
//!
//! | file | does |
//! | --- | --- |
//! | `login` | passwords in, tokens out; counting failures |
//! | `refresh` | the next tokens; noticing stolen ones |
//! | `service` | listing and ending sessions |
//! | `passwords` | changing and setting passwords |
//! | [`second_factor`] | codes of an authenticator app besides the password |
//! | [`mailbox`] | what somebody does by what they can read at an address |
//! | [`letters`] | letters about accounts |
//! | `authenticate` | from a token or a key to who acts, on every request |
//! | `maintain` | forgetting what need not be remembered |

mod authenticate;
pub mod letters;
mod login;
pub mod mailbox;
mod maintain;
mod model;
mod passwords;
mod refresh;
pub mod second_factor;
mod service;
mod store;

#[cfg(test)]
mod tests;

pub use authenticate::Caller;
pub use model::{
    BUSY, CURRENT_PASSWORD_REQUIRED, ChangePassword, Client, INVALID_CREDENTIALS,
    INVALID_REFRESH_TOKEN, Login, ORIGIN_NOT_ALLOWED, PASSWORD_EXPIRED, PROBLEMS, Refresh,
    SESSION_REQUIRED, Session, SessionList, TOKEN_EXPIRED, Tokens, UNAUTHENTICATED, WEAK_PASSWORD,
    WRONG_PASSWORD,
};
pub use passwords::NextPassword;
pub(crate) use passwords::{accept, hashed, keep, make_up, replace};
pub use service::{Auth, end_session, logout, logout_everywhere};
pub(crate) use store::{end_all, outdated};

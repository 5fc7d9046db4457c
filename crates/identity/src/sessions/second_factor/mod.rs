//! The second factor: besides the password, a code that an authenticator app shows.
//!
//! A user begins with a secret and confirms with a code that the app has it; from then on signing in
//! takes a code, in the same request as the password. A client that has none sends the password
//! first, is told `second_factor_code_required`, and sends both. So nothing half signed in has to be
//! stored, counted and forgotten; the price is that the password is checked twice.
//!
//! Codes count once, the store sees to that also under two requests at the same instant, and wrong
//! ones count as failed logins, and besides for themselves: a failed login is soon forgotten, a wrong code
//! only for a right one (see `backoff`). A right password without a code neither counts nor forgives, or it
//! would forgive the wrong codes of whoever knows the password.
//!
//! A role can require it. Who has such a role and no second factor can do nothing but set one up, from
//! the next request on; and only who holds the rights of the role takes that back. It concerns people; API
//! keys have no second factor.
//!
//! | file | holds |
//! | --- | --- |
//! | `model` | what is sent and answered |
//! | `enrol` | beginning, confirming, and turning it off |
//! | `prove` | whether somebody has shown it |
//! | `administer` | what administrators see and take away |
//! | `sealing` | sealing the secrets with the newest key |
//! | `store` | the SQL |

mod administer;
mod enrol;
mod model;
mod prove;
pub mod sealing;
mod store;

pub use administer::reset;
pub(crate) use administer::take_away;
pub use model::{
    ConfirmSecondFactor, DisableSecondFactor, OWN_SECOND_FACTOR, PROBLEMS, RecoveryCodes,
    RenewRecoveryCodes, SECOND_FACTOR_ACTIVE, SECOND_FACTOR_CODE_REQUIRED, SECOND_FACTOR_INACTIVE,
    SECOND_FACTOR_REQUIRED, SecondFactor, SecondFactorSecret, StartSecondFactor,
    TOO_MANY_WRONG_CODES, WRONG_SECOND_FACTOR, WRONG_SECOND_FACTOR_CODE,
};
pub(super) use prove::{Proof, is_missing, prove};
pub(super) use store::is_confirmed;

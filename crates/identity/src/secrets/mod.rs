//! What proves who somebody is. Knows no database and no HTTP, and is told what time it is.
//!
//! | module | holds |
//! | --- | --- |
//! | `password` | what people type: the rule for new ones, how they are kept and checked |
//! | `common` | which passwords too many people choose |
//! | `token` | access tokens: signed, short-lived, verified without asking anybody |
//! | `signing` | the keys that sign them: which one signs, when they go |
//! | `sealing` | the keys under which secrets that must be read back lie in the store |
//! | `key_files`, `key_ring`, `key_error` | what keys of both kinds share: a folder, an order, failures |
//! | `opaque` | refresh tokens, tokens of letters and API keys: random, stored as a digest |
//! | `totp` | one-time codes of authenticator apps |
//! | `recovery` | what helps without the app, once each |
//! | `backoff` | how long somebody who failed must wait before the next try |

mod backoff;
mod common;
mod key_error;
mod key_files;
mod key_ring;
mod opaque;
mod password;
mod recovery;
mod sealing;
mod signing;
mod token;
mod totp;

pub use backoff::{Attempts, WrongCodes};
pub use key_error::KeyError;
pub use opaque::{AccountToken, ApiKey, Digest, OpaqueError, RefreshToken};
pub use password::{
    Cost, PasswordError, PasswordRefusal, Passwords, Secret, Verdict, check_password,
};
pub use recovery::RecoveryCode;
pub use sealing::SealingKeys;
pub use signing::{SigningKeys, TokenSettings};
pub use token::{Claims, Holder, TokenError};
pub use totp::TotpSecret;

/// Overwrites what was secret. Best effort: `black_box` keeps the compiler from dropping a write
/// that nobody reads, but copies made elsewhere (the body of a request, a moved value) remain.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    std::hint::black_box(bytes);
}

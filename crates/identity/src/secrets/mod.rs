//! What proves who somebody is. Knows no database and no HTTP, and is told what time it is.
//!
//! | module | holds |
//! | --- | --- |
//! | `password` | what people type: the rule for new ones, how they are kept and checked |
//! | `common` | which passwords too many people choose |
//! | `token` | access tokens: signed, short-lived, verified without asking anybody |
//! | `keys` | the keys that sign them: where they lie, which one signs, when they go |
//! | `opaque` | refresh tokens and API keys: random, stored as a digest |
//! | `backoff` | how long somebody who failed must wait before the next try |

mod backoff;
mod common;
mod keys;
mod opaque;
mod password;
mod token;

pub use backoff::Attempts;
pub use keys::{KeyError, SigningKeys, TokenSettings};
pub use opaque::{ApiKey, Digest, OpaqueError, RefreshToken};
pub use password::{
    Cost, PasswordError, PasswordRefusal, Passwords, Secret, Verdict, check_password,
};
pub use token::{Claims, Holder, TokenError};

/// Overwrites what was secret. Best effort: `black_box` keeps the compiler from dropping a write
/// that nobody reads, but copies made elsewhere (the body of a request, a moved value) remain.
fn wipe(bytes: &mut [u8]) {
    bytes.fill(0);
    std::hint::black_box(bytes);
}

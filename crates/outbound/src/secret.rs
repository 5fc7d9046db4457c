//! The secret that an endpoint shares with us: `whsec_` and the base64 of 24 to 64 random bytes.

use crate::problems::SECRET_MALFORMED;
use base64::{Engine, engine::general_purpose::STANDARD};
use guanxi_kernel::{Result, problem::INTERNAL};
use hmac::{Hmac, KeyInit, Mac};
use rand::{TryRng, rngs::SysRng};
use sha2::Sha256;
use std::fmt;

const PREFIX: &str = "whsec_";
/// Bytes that the specification asks for, least and most.
const LEAST: usize = 24;
const MOST: usize = 64;
/// Bytes of those made here: as many as the hash has.
const MADE: usize = 32;

/// Signs what is sent to one endpoint. `Debug` and `Display` print `***`.
#[derive(Clone)]
pub struct WebhookSecret(Vec<u8>);

impl WebhookSecret {
    /// A new one of 32 bytes from the random source of the operating system.
    ///
    /// # Errors
    /// `internal` if the system gives no random bytes.
    pub fn generate() -> Result<Self> {
        let mut bytes = vec![0; MADE];
        SysRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| INTERNAL.problem().because(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// Reads what [`WebhookSecret::reveal`] writes, and what other senders gave their receivers.
    ///
    /// # Errors
    /// `webhook_secret_malformed`, which does not repeat the text.
    pub fn parse(text: &str) -> Result<Self> {
        let bytes = text.strip_prefix(PREFIX).and_then(|base64| STANDARD.decode(base64).ok());
        match bytes {
            Some(bytes) if (LEAST..=MOST).contains(&bytes.len()) => Ok(Self(bytes)),
            _ => Err(SECRET_MALFORMED.with("least", LEAST).with("most", MOST)),
        }
    }

    /// The text for the receiver. Each call is a place to look at when something has leaked.
    pub fn reveal(&self) -> String {
        PREFIX.to_owned() + &STANDARD.encode(&self.0)
    }

    /// HMAC-SHA256 (RFC 2104) of the parts one after the other.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length");
        };
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl Drop for WebhookSecret {
    fn drop(&mut self) {
        self.0.fill(0);
        // Keeps the compiler from leaving out a write that nobody reads.
        std::hint::black_box(&mut self.0);
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_never_printed() {
        let secret = WebhookSecret::generate().unwrap();
        let text = secret.reveal();
        assert_eq!(WebhookSecret::parse(&text).unwrap().reveal(), text);
        assert_eq!(text.len(), PREFIX.len() + 44);
        assert_ne!(WebhookSecret::generate().unwrap().reveal(), text);
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }

    #[test]
    fn what_is_no_secret_is_refused_without_being_repeated() {
        let of = |bytes: usize| PREFIX.to_owned() + &STANDARD.encode(vec![7; bytes]);
        for good in [24, 32, 64] {
            assert!(WebhookSecret::parse(&of(good)).is_ok(), "{good} bytes");
        }
        let whole = of(32);
        let bare = whole.trim_start_matches(PREFIX);
        for bad in [
            "",
            PREFIX,
            &of(23),
            &of(65),
            bare,
            &format!("whpk_{bare}"),
            &format!(" {whole}"),
            &format!("{whole}\n"),
            "whsec_not/base64!",
        ] {
            let problem = WebhookSecret::parse(bad).unwrap_err();
            assert!(problem.is(&SECRET_MALFORMED), "{bad}");
            assert!(!problem.to_string().contains(bare), "{problem}");
        }
    }
}

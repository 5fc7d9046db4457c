//! Cursors: where a page ended, sealed so that a caller can only hand them back.
//!
//! A cursor is bound to the query and the caller it was made for. It gives no right: the next page
//! is read with the rights of the moment.

use crate::error::BAD_CURSOR;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use guanxi_kernel::Result;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};

const SEAL: usize = 16;

/// A digest of what a cursor belongs to.
pub fn fingerprint(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    }
    URL_SAFE_NO_PAD.encode(&digest.finalize()[..9])
}

/// Seals `position` for the query with this fingerprint.
pub fn seal<T: Serialize>(key: &[u8], fingerprint: &str, position: &T) -> String {
    let mut bytes = serde_json::to_vec(position).unwrap_or_default();
    let tag = tag(key, fingerprint, &bytes);
    bytes.extend_from_slice(&tag[..SEAL]);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens a cursor.
///
/// # Errors
/// `bad_cursor` if it was made for another query or caller, or by somebody else.
pub fn open<T: DeserializeOwned>(key: &[u8], fingerprint: &str, cursor: &str) -> Result<T> {
    let open = || {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (position, seal) = bytes.split_at_checked(bytes.len().checked_sub(SEAL)?)?;
        let genuine = mac(key, fingerprint, position).verify_truncated_left(seal).is_ok();
        if genuine { serde_json::from_slice(position).ok() } else { None }
    };
    open().ok_or_else(|| BAD_CURSOR.problem())
}

fn mac(key: &[u8], fingerprint: &str, bytes: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(fingerprint.as_bytes());
    mac.update(bytes);
    mac
}

fn tag(key: &[u8], fingerprint: &str, bytes: &[u8]) -> Vec<u8> {
    mac(key, fingerprint, bytes).finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_and_nothing_else(
            texts in prop::collection::vec(any::<String>(), 0..4),
            number: i64,
            key: [u8; 32],
            at in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let (position, query) = ((texts, number), fingerprint(&["things"]));
            let cursor = seal(&key, &query, &position);
            prop_assert_eq!(open::<(Vec<String>, i64)>(&key, &query, &cursor).unwrap(), position);
            let mut bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let forged = URL_SAFE_NO_PAD.encode(bytes);
            prop_assert!(open::<(Vec<String>, i64)>(&key, &query, &forged).is_err());
        }

        #[test]
        fn any_cursor_is_read_or_refused(cursor: String) {
            prop_assert!(open::<(String, i64)>(b"key", &fingerprint(&[]), &cursor).is_err());
        }
    }

    #[test]
    fn a_cursor_opens_only_for_its_own_query() {
        let query = fingerprint(&["parties", "sort=name"]);
        let cursor = seal(b"key", &query, &("王", 7));
        assert_eq!(open::<(String, i64)>(b"key", &query, &cursor).unwrap(), ("王".to_owned(), 7));
        assert!(open::<(String, i64)>(b"other", &query, &cursor).is_err());
        assert!(open::<(String, i64)>(b"key", &fingerprint(&["users"]), &cursor).is_err());
        for bad in ["", "x", "AAAA", &cursor[1..], &format!("{cursor}A")] {
            assert!(
                open::<(String, i64)>(b"key", &query, bad).unwrap_err().is(&BAD_CURSOR),
                "{bad}"
            );
        }
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
    }
}

//! Bodies that are another one for each tenant and stay as they are until its fields change: made
//! once for each state of the fields, which a stamp names.

use crate::API_VERSION;
use actix_web::web::Bytes;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Bodies that are kept; one has less than a megabyte.
const KEPT: usize = 64;

/// A body that stays as it is.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Its `ETag`.
    pub tag: String,
    /// The text.
    pub body: Bytes,
}

impl Kept {
    /// Of this text.
    pub fn new(body: String) -> Self {
        let digest = Sha256::digest(&body);
        let tag = format!("\"{API_VERSION}-{}\"", URL_SAFE_NO_PAD.encode(&digest[..12]));
        Self { tag, body: body.into() }
    }
}

/// The bodies of tenants.
#[derive(Debug, Default)]
pub struct Bodies(Mutex<BTreeMap<String, Kept>>);

impl Bodies {
    /// The body of that name, which says what it is and of which state; made if it is not kept.
    pub fn get(&self, name: String, make: impl FnOnce() -> String) -> Kept {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = lock().get(&name) {
            return kept.clone();
        }
        let made = Kept::new(make());
        let mut bodies = lock();
        if bodies.len() >= KEPT {
            bodies.clear();
        }
        bodies.insert(name, made.clone());
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_made_once() {
        let bodies = Bodies::default();
        let first = bodies.get("a".into(), || "one".into());
        assert_eq!(bodies.get("a".into(), || unreachable!("it is kept")).tag, first.tag);
        let other = bodies.get("b".into(), || "two".into());
        assert!(other.tag != first.tag && &*other.body == b"two");
    }
}

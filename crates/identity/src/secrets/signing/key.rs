//! One key that signs access tokens: an Ed25519 pair.

use super::super::{
    key_error::{KeyError, Result},
    key_files::KeyFile,
    key_ring::Named,
    password::Secret,
    token::Claims,
};
// Only here: makes keys and tells their public half. It is in the build anyway, as what
// `jsonwebtoken` computes with.
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

pub(super) const PEM_END: &str = "-----END PRIVATE KEY-----";
pub(super) const PEM: &str = ".pem";
pub(super) const DER: &str = ".der";

/// What a key is, for messages.
const PKCS8: &str = "an Ed25519 private key in PKCS#8";

/// How many tokens of a key are remembered.
const REMEMBERED: usize = 10_000;

/// One key. `Debug` shows nothing private: the library redacts it.
#[derive(Debug)]
pub(in crate::secrets) struct Key {
    pub(in crate::secrets) kid: String,
    pub(super) created: DateTime<Utc>,
    file: Option<PathBuf>,
    pub(in crate::secrets) encoding: EncodingKey,
    pub(in crate::secrets) decoding: DecodingKey,
    /// The public key, in base64url.
    public: String,
    /// What recent tokens say whose signature by this key was found good, by the digest of the
    /// token: checking it again would be a fifth of the work of a small request.
    pub(in crate::secrets) verified: Cache<[u8; 32], Claims>,
}

impl Named for Key {
    fn id(&self) -> &str {
        &self.kid
    }

    fn created(&self) -> DateTime<Utc> {
        self.created
    }

    fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl Key {
    /// A key of its folder.
    pub(super) fn from_file(file: &KeyFile) -> Result<Arc<Key>> {
        let place = || file.path.display().to_string();
        let encoding = match file.suffix {
            DER => EncodingKey::from_ed_der(&file.bytes),
            _ => EncodingKey::from_ed_pem(&file.bytes).map_err(|_| malformed(place()))?,
        };
        Key::new(Some(&file.id), file.created, Some(&file.path), encoding)
    }

    /// One block of PEM text, which is called by that place when it is none.
    pub(super) fn from_pem(pem: &str, created: DateTime<Utc>, place: String) -> Result<Arc<Key>> {
        let encoding =
            EncodingKey::from_ed_pem(pem.trim().as_bytes()).map_err(|_| malformed(place))?;
        Key::new(None, created, None, encoding)
    }

    /// Without an id of its own, a key is named by what it is.
    fn new(
        kid: Option<&str>,
        created: DateTime<Utc>,
        file: Option<&Path>,
        encoding: EncodingKey,
    ) -> Result<Arc<Key>> {
        let pair = Ed25519KeyPair::from_pkcs8(encoding.as_bytes()).map_err(|_| {
            malformed(file.map_or("key".to_owned(), |file| file.display().to_string()))
        })?;
        Ok(Arc::new(Key {
            kid: kid.map_or_else(|| thumbprint(&pair), str::to_owned),
            created,
            file: file.map(Path::to_owned),
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
            public: public(&pair),
            verified: Cache::new(REMEMBERED),
            encoding,
        }))
    }

    /// RFC 8037. RFC 9864 renames the algorithm to `Ed25519`, which `jsonwebtoken` does not know.
    pub(super) fn jwk(&self) -> serde_json::Value {
        serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.kid, "x": self.public,
        })
    }
}

fn malformed(place: String) -> KeyError {
    KeyError::Malformed { place, expected: PKCS8 }
}

fn public(pair: &Ed25519KeyPair) -> String {
    URL_SAFE_NO_PAD.encode(pair.public_key())
}

/// The name that a key gives itself: its JWK thumbprint (RFC 7638).
fn thumbprint(pair: &Ed25519KeyPair) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, public(pair));
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

/// A new key: its id, and what is written.
pub(in crate::secrets) fn generate() -> Result<(String, Secret)> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
    // In version 1 a key has 48 bytes: one line of base64.
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n{PEM_END}\n", STANDARD.encode(&der));
    Ok((thumbprint(&pair), pem.into()))
}

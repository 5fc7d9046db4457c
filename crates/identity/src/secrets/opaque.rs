//! Tokens that say nothing to whoever holds them: refresh tokens, tokens of letters and API keys.
//!
//! | kind | looks like |
//! | --- | --- |
//! | refresh token | `gxr_` + tenant, 32 hexadecimal digits + `_` + 43 characters |
//! | token of a letter | `gxa_` + tenant, 32 hexadecimal digits + `_` + 43 characters |
//! | API key | `gx_live_` + its id, 8 characters + `_` + 43 characters |
//!
//! The 43 characters are 32 random bytes in base64url; the part before says where to look. Only
//! the [`Digest`] of the whole text is stored, so who reads the database can use none of them,
//! and a secret put behind another tenant or id is another token. The secret has 256 bits:
//! nothing can be guessed, so a plain SHA-256 is enough and no slow hash is needed. The prefixes
//! are for people and for scanners that look for secrets in the wrong place.

use super::wipe;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use uuid::Uuid;

const REFRESH_PREFIX: &str = "gxr_";
const ACCOUNT_PREFIX: &str = "gxa_";
const API_PREFIX: &str = "gx_live_";
/// Random bytes in each token.
const SECRET_BYTES: usize = 32;
/// Characters of an API key's id.
const ID_LENGTH: usize = 8;
/// What ids are made of: 32 characters, so that each takes five random bits, and none of `ilou`,
/// which are misread or make words.
pub(super) const ID_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The text is not a token of the kind that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token of this kind")]
pub struct OpaqueError;

/// What is stored of a token: the SHA-256 of its whole text. `==` takes the same time whatever
/// is compared.
#[derive(Clone, Copy)]
pub struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(text: &str) -> Digest {
        Digest(Sha256::digest(text.as_bytes()).into())
    }

    /// The 64 lower-case hexadecimal digits to store.
    pub fn to_hex(&self) -> String {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
        self.0.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// Whether this is what was stored by [`Digest::to_hex`], in the same time whatever it was.
    pub fn matches_hex(&self, stored: &str) -> bool {
        self.to_hex().as_bytes().ct_eq(stored.as_bytes()).into()
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Digest) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.to_hex())
    }
}

/// The random part.
#[derive(Clone)]
struct Random([u8; SECRET_BYTES]);

impl Random {
    fn generate() -> Random {
        Random(rand::random())
    }

    fn parse(text: &str) -> Result<Random, OpaqueError> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| OpaqueError)?;
        bytes.try_into().map(Random).map_err(|_| OpaqueError)
    }

    fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

impl Drop for Random {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Buys a new access token once. Names its tenant, since that is where its digest is looked up.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    tenant: Uuid,
    secret: Random,
}

impl RefreshToken {
    /// A new one for somebody of this tenant.
    pub fn generate(tenant: Uuid) -> RefreshToken {
        RefreshToken { tenant, secret: Random::generate() }
    }

    /// Reads exactly what [`RefreshToken::reveal`] writes.
    ///
    /// # Errors
    /// For anything else, be it a space more or an upper-case digit.
    pub fn parse(text: &str) -> Result<RefreshToken, OpaqueError> {
        let (tenant, secret) = read(text, REFRESH_PREFIX)?;
        Ok(RefreshToken { tenant, secret })
    }

    /// The token that follows this one: the same however often it is asked for, so that a request
    /// made twice gets the same answer although no token is stored. Who holds a token could only
    /// work it out with the seal, and who reads the seal in the database has no token.
    pub fn successor(&self, seal: &[u8]) -> RefreshToken {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(seal) else {
            unreachable!("HMAC takes keys of any length");
        };
        // The seal has other uses too; what it says here must say nothing there.
        mac.update(b"successor of refresh token\0");
        mac.update(self.reveal().as_bytes());
        RefreshToken { tenant: self.tenant, secret: Random(mac.finalize().into_bytes().into()) }
    }

    /// The tenant it says it is for; true only if the digest is found there.
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// What to store, or to compare with what was stored.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.reveal())
    }

    /// The token itself, for the one answer that hands it out.
    pub fn reveal(&self) -> String {
        written(REFRESH_PREFIX, self.tenant, &self.secret)
    }
}

/// Comes to somebody in a letter and shows once that they have read it. Names its tenant, since whoever
/// brings it may not have signed in.
#[derive(Debug, Clone)]
pub struct AccountToken {
    tenant: Uuid,
    secret: Random,
}

impl AccountToken {
    /// A new one for somebody of this tenant.
    pub fn generate(tenant: Uuid) -> AccountToken {
        AccountToken { tenant, secret: Random::generate() }
    }

    /// Reads exactly what [`AccountToken::reveal`] writes.
    ///
    /// # Errors
    /// For anything else, be it a space more or an upper-case digit.
    pub fn parse(text: &str) -> Result<AccountToken, OpaqueError> {
        let (tenant, secret) = read(text, ACCOUNT_PREFIX)?;
        Ok(AccountToken { tenant, secret })
    }

    /// The tenant it says it is for; true only if the digest is found there.
    pub fn tenant(&self) -> Uuid {
        self.tenant
    }

    /// What to store, or to compare with what was stored.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.reveal())
    }

    /// The token itself, for the one letter that brings it.
    pub fn reveal(&self) -> String {
        written(ACCOUNT_PREFIX, self.tenant, &self.secret)
    }
}

/// Lets a program act, with the rights that were given to the key.
#[derive(Debug, Clone)]
pub struct ApiKey {
    id: String,
    secret: Random,
}

impl ApiKey {
    /// A new one. Its id is random too, so whoever stores it makes sure that it is unique.
    pub fn generate() -> ApiKey {
        let bytes: [u8; ID_LENGTH] = rand::random();
        let id = bytes.iter().map(|byte| char::from(ID_ALPHABET[usize::from(byte & 31)])).collect();
        ApiKey { id, secret: Random::generate() }
    }

    /// Reads exactly what [`ApiKey::reveal`] writes.
    ///
    /// # Errors
    /// For anything else, be it a space more or an id of other characters.
    pub fn parse(text: &str) -> Result<ApiKey, OpaqueError> {
        let (id, secret) = split(text, API_PREFIX, ID_LENGTH)?;
        if !id.bytes().all(|byte| ID_ALPHABET.contains(&byte)) {
            return Err(OpaqueError);
        }
        Ok(ApiKey { id: id.to_owned(), secret: Random::parse(secret)? })
    }

    /// By what it is looked up and shown in lists; no secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What to store, or to compare with what was stored.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.reveal())
    }

    /// The key itself, for the one answer that hands it out.
    pub fn reveal(&self) -> String {
        format!("{API_PREFIX}{}_{}", self.id, self.secret.text())
    }
}

/// The token of a tenant, as people and programs hold it.
fn written(prefix: &str, tenant: Uuid, secret: &Random) -> String {
    format!("{prefix}{}_{}", tenant.simple(), secret.text())
}

/// The tenant and the secret of exactly what [`written`] writes.
fn read(text: &str, prefix: &str) -> Result<(Uuid, Random), OpaqueError> {
    let (tenant, secret) = split(text, prefix, 32)?;
    let tenant = Uuid::try_parse(tenant).map_err(|_| OpaqueError)?;
    let secret = Random::parse(secret)?;
    // Uuids can be written in other ways too, and one token must not have two digests.
    if written(prefix, tenant, &secret) == text { Ok((tenant, secret)) } else { Err(OpaqueError) }
}

/// The name and the secret of `<prefix><name>_<secret>`. By position: `_` may be in the secret.
fn split<'a>(text: &'a str, prefix: &str, name: usize) -> Result<(&'a str, &'a str), OpaqueError> {
    let rest = text.strip_prefix(prefix).ok_or(OpaqueError)?;
    let (name, rest) = rest.split_at_checked(name).ok_or(OpaqueError)?;
    Ok((name, rest.strip_prefix('_').ok_or(OpaqueError)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_survive_being_written_and_read() {
        let tenant = Uuid::new_v4();
        let token = RefreshToken::generate(tenant);
        let text = token.reveal();
        assert_eq!(text.len(), 4 + 32 + 1 + 43);
        assert!(text.starts_with(&format!("gxr_{}_", tenant.simple())), "{text}");
        let read = RefreshToken::parse(&text).unwrap();
        assert_eq!((read.tenant(), read.digest()), (tenant, token.digest()));

        let token = AccountToken::generate(tenant);
        let text = token.reveal();
        assert!(text.starts_with(&format!("gxa_{}_", tenant.simple())), "{text}");
        let read = AccountToken::parse(&text).unwrap();
        assert_eq!((read.tenant(), read.digest()), (tenant, token.digest()));
        // One kind is not taken for another.
        assert!(RefreshToken::parse(&text).is_err());
        assert!(AccountToken::parse(&text.replace("gxa_", "gxr_")).is_err());

        let key = ApiKey::generate();
        let text = key.reveal();
        assert_eq!(text.len(), 8 + 8 + 1 + 43);
        assert!(text.starts_with(&format!("gx_live_{}_", key.id())), "{text}");
        let read = ApiKey::parse(&text).unwrap();
        assert_eq!((read.id(), read.digest()), (key.id(), key.digest()));
    }

    #[test]
    fn a_successor_is_the_same_again_and_follows_from_token_and_seal() {
        let token = RefreshToken::generate(Uuid::new_v4());
        let next = token.successor(b"seal");
        assert_eq!(next.reveal(), token.successor(b"seal").reveal());
        assert_eq!(RefreshToken::parse(&next.reveal()).unwrap().digest(), next.digest());
        assert_eq!(next.tenant(), token.tenant());
        assert_ne!(next.digest(), token.digest());
        assert_ne!(next.digest(), token.successor(b"another seal").digest());
        assert_ne!(next.digest(), next.successor(b"seal").digest());
    }

    #[test]
    fn no_two_are_alike() {
        let tenant = Uuid::nil();
        assert_ne!(
            RefreshToken::generate(tenant).reveal(),
            RefreshToken::generate(tenant).reveal()
        );
        let (one, other) = (ApiKey::generate(), ApiKey::generate());
        assert_ne!(one.id(), other.id());
        assert_ne!(one.digest(), other.digest());
    }

    #[test]
    fn nothing_but_a_token_is_read() {
        let secret = "A".repeat(43);
        let tenant = Uuid::nil().simple().to_string();
        let refresh = format!("gxr_{tenant}_{secret}");
        assert!(RefreshToken::parse(&refresh).is_ok());
        let api = format!("gx_live_01abcdez_{secret}");
        assert!(ApiKey::parse(&api).is_ok());
        let broken = [
            String::new(),
            "gxr_".into(),
            "gx_live_".into(),
            format!(" {refresh}"),
            format!("{refresh} "),
            format!("{refresh}A"),
            format!("{refresh}="),
            refresh.to_uppercase(),
            refresh.replace("gxr_", "gxr-"),
            format!("gxr_{}_{secret}", "F".repeat(32)),
            format!("gxr_{}_{secret}", "g".repeat(32)),
            format!("gxr_{}_{secret}", Uuid::nil()),
            format!("gxr_{tenant}-{secret}"),
            format!("gxr_{tenant}_{}", "A".repeat(42)),
            // One bit too many: would be a second way to write the same bytes.
            format!("gxr_{tenant}_{}B", "A".repeat(42)),
            format!("gxr_{tenant}_{}+", "A".repeat(42)),
            format!("gxr_{}é_{secret}", "0".repeat(31)),
            format!("gx_live_01ABCDEZ_{secret}"),
            format!("gx_live_01abcdel_{secret}"),
            format!("gx_live_01abcde_{secret}"),
            format!("gx_live_01abcdé_{secret}"),
            format!("gx_test_01abcdez_{secret}"),
            format!("{api}\n"),
        ];
        for text in broken {
            assert_eq!(RefreshToken::parse(&text).err(), Some(OpaqueError), "{text:?}");
            assert_eq!(ApiKey::parse(&text).err(), Some(OpaqueError), "{text:?}");
        }
        assert!(RefreshToken::parse(&api).is_err());
        assert!(ApiKey::parse(&refresh).is_err());
    }

    #[test]
    fn the_digest_is_that_of_the_whole_text() {
        let secret = "A".repeat(43);
        let key = ApiKey::parse(&format!("gx_live_00000000_{secret}")).unwrap();
        let other = ApiKey::parse(&format!("gx_live_00000001_{secret}")).unwrap();
        assert_ne!(key.digest(), other.digest());
        let stored = key.digest().to_hex();
        let sha256 = Sha256::digest(key.reveal());
        let expected: String = sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(stored, expected);
        assert!(key.digest().matches_hex(&stored));
        for wrong in ["", &stored[1..], &stored.to_uppercase(), &other.digest().to_hex()] {
            assert!(!key.digest().matches_hex(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let token = RefreshToken::generate(Uuid::nil());
        let letter = AccountToken::generate(Uuid::nil());
        let key = ApiKey::generate();
        for (printed, secret) in [
            (format!("{token:?}"), token.secret.text()),
            (format!("{letter:?}"), letter.secret.text()),
            (format!("{key:?}"), key.secret.text()),
            (format!("{key:#?}"), key.secret.text()),
        ] {
            assert!(!printed.contains(&secret), "{printed}");
            assert!(printed.contains("***"), "{printed}");
        }
    }
}

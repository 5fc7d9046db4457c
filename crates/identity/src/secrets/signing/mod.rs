//! The Ed25519 keys that sign access tokens: where they lie, which one signs, when they go.
//!
//! A key has three ages. Young, it is published but does not sign yet: every node and every
//! reader of the JWKS must have had time to see it. Then it signs, until a newer one does. After
//! that it only verifies what it has signed, and goes when nothing of that can be valid any more.
//! So a rotation fails no request.
//!
//! Private keys lie in a folder of their own that all nodes share, or come from the environment;
//! never in the database. In the folder each is a PKCS#8 file, `<created, Unix ms>-<kid>.pem`
//! (or `.der`), that only its owner can read; see `key_files`. To revoke a key at once, remove its
//! file and reload.
//!
//! All of this reads and writes small files and blocks while it does.

mod key;
#[cfg(test)]
mod tests;

pub(super) use key::{Key, generate};

use super::{
    key_error::{KeyError, Result},
    key_files,
    key_ring::{KeyRing, Named as _, in_order, outlived},
    password::Secret,
    token::LEEWAY,
};
use chrono::{DateTime, TimeDelta, Utc};
use key::{DER, PEM, PEM_END};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// The folder is read again no sooner than this. Whoever sends made-up key ids could otherwise
/// make us read it for each.
const RELOAD_PAUSE: TimeDelta = TimeDelta::seconds(2);

/// What access tokens say and how long keys live.
#[derive(Debug, Clone)]
pub struct TokenSettings {
    /// Who issues: the `iss` of every token.
    pub issuer: String,
    /// For whom: the `aud` of every token.
    pub audience: String,
    /// How long a token is valid.
    pub life: TimeDelta,
    /// How long a new key is only published before it signs. Longer than nodes take to reload
    /// and readers of the JWKS to ask again.
    pub publish_for: TimeDelta,
    /// A key younger than this is not removed; see [`SigningKeys::rotate`].
    pub retire_after: TimeDelta,
}

impl TokenSettings {
    /// Tokens of ten minutes; keys are published for fifteen minutes and kept for a day.
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>) -> TokenSettings {
        TokenSettings {
            issuer: issuer.into(),
            audience: audience.into(),
            life: TimeDelta::minutes(10),
            publish_for: TimeDelta::minutes(15),
            retire_after: TimeDelta::days(1),
        }
    }
}

/// The keys of this installation. Shared by all that sign and verify, behind an `Arc`.
#[derive(Debug)]
pub struct SigningKeys {
    pub(super) settings: TokenSettings,
    /// `None` if they came from the environment.
    folder: Option<PathBuf>,
    ring: KeyRing<Key>,
    /// When the folder was last reloaded, in Unix ms.
    reloaded: AtomicI64,
}

impl SigningKeys {
    /// Opens the folder; makes it, and the first key, if they are missing.
    ///
    /// # Errors
    /// If the folder cannot be read or made, or if anything in it that calls itself a key is not
    /// one or can be read by others.
    pub fn open(folder: &Path, settings: TokenSettings, now: DateTime<Utc>) -> Result<SigningKeys> {
        key_files::create_folder(folder)?;
        let mut keys = read_folder(folder)?;
        if keys.is_empty() {
            create_key(folder, now)?;
            keys = read_folder(folder)?;
        }
        SigningKeys::with(keys, Some(folder.to_owned()), settings)
    }

    /// Takes the keys from PEM text, one block after the other. The first signs, the others only
    /// verify. To rotate, give the new one second to every node, then first, then alone; between
    /// the steps wait for as long as [`TokenSettings`] says.
    ///
    /// # Errors
    /// If there is none, or if any is not an Ed25519 private key.
    pub fn from_pem(pems: &Secret, settings: TokenSettings) -> Result<SigningKeys> {
        let blocks = pems.expose().split_inclusive(PEM_END).filter(|text| !text.trim().is_empty());
        let keys = blocks.enumerate().map(|(at, pem)| {
            // As if made one after the other long ago, the first one last.
            let created = DateTime::UNIX_EPOCH - TimeDelta::seconds(i64::try_from(at).unwrap_or(0));
            Key::from_pem(pem, created, format!("PEM block {}", at + 1))
        });
        SigningKeys::with(keys.collect::<Result<_>>()?, None, settings)
    }

    fn with(
        keys: Vec<Arc<Key>>,
        folder: Option<PathBuf>,
        settings: TokenSettings,
    ) -> Result<SigningKeys> {
        let ring = KeyRing::new(keys)?;
        Ok(SigningKeys { settings, folder, ring, reloaded: AtomicI64::new(0) })
    }

    /// Makes a new key, and removes those that no valid token can be signed with. Gives the id of
    /// the new one.
    ///
    /// A key is removed when it is older than `retire_after` *and* its successor has been signing
    /// for longer than a token lives. The first alone would not do: with rotations further apart
    /// than `retire_after` it would remove the very key that signs.
    ///
    /// # Errors
    /// If the keys came from the environment, or if the folder cannot be written.
    pub fn rotate(&self, now: DateTime<Utc>) -> Result<String> {
        let folder = self.folder.as_deref().ok_or(KeyError::Fixed)?;
        let kid = create_key(folder, now)?;
        let mut keys = in_order(read_folder(folder)?)?;
        let retired = self.retired(&keys, now);
        retired.iter().filter_map(|key| key.file()).try_for_each(key_files::remove)?;
        keys.retain(|key| !retired.iter().any(|gone| gone.kid == key.kid));
        self.ring.replace(keys)?;
        Ok(kid)
    }

    /// Takes over what other nodes have changed in the folder. True if anything has; nothing is
    /// looked at if it was less than two seconds ago, or if the keys came from the environment.
    /// To be called when a token names an unknown key.
    ///
    /// # Errors
    /// If the folder cannot be read or holds no usable key; the keys known so far stay in use.
    pub fn reload(&self, now: DateTime<Utc>) -> Result<bool> {
        let (now, last) = (now.timestamp_millis(), self.reloaded.load(Ordering::Relaxed));
        if now.abs_diff(last) < RELOAD_PAUSE.num_milliseconds().unsigned_abs() {
            return Ok(false);
        }
        self.reloaded.store(now, Ordering::Relaxed);
        self.refresh()
    }

    /// The same at any time. To be called every minute; it does not use up the two seconds, so that
    /// a node that has just started knows the key that another one has made at the same moment.
    ///
    /// # Errors
    /// As [`SigningKeys::reload`].
    pub fn refresh(&self) -> Result<bool> {
        let Some(folder) = &self.folder else { return Ok(false) };
        self.ring.replace(read_folder(folder)?)
    }

    /// The public keys, as `/.well-known/jwks.json` shows them: also those that do not sign yet.
    pub fn jwks(&self) -> serde_json::Value {
        let keys = self.ring.all().iter().map(|key| key.jwk()).collect::<Vec<_>>();
        serde_json::json!({ "keys": keys })
    }

    /// The newest key that has been published for long enough; if none has, the oldest.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Result<Arc<Key>> {
        let keys = self.ring.all();
        let ready = keys.iter().find(|key| now - key.created >= self.settings.publish_for);
        ready.or(keys.last()).cloned().ok_or(KeyError::Missing)
    }

    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.ring.find(kid)
    }

    fn retired(&self, keys: &[Arc<Key>], now: DateTime<Utc>) -> Vec<Arc<Key>> {
        let TokenSettings { life, publish_for, retire_after, .. } = self.settings;
        outlived(keys, |key, successor| {
            now - key.created >= retire_after
                && now - successor.created >= publish_for + life + LEEWAY
        })
    }
}

/// Writes a new key, and returns its id.
fn create_key(folder: &Path, now: DateTime<Utc>) -> Result<String> {
    let (kid, pem) = generate()?;
    key_files::write(folder, now, &kid, PEM, &pem)?;
    Ok(kid)
}

/// All keys in the folder.
fn read_folder(folder: &Path) -> Result<Vec<Arc<Key>>> {
    key_files::read_all(folder, &[PEM, DER])?.iter().map(Key::from_file).collect()
}

//! The Ed25519 keys that sign access tokens: where they lie, which one signs, when they go.
//!
//! A key has three ages. Young, it is published but does not sign yet: every node and every
//! reader of the JWKS must have had time to see it. Then it signs, until a newer one does. After
//! that it only verifies what it has signed, and goes when nothing of that can be valid any more.
//! So a rotation fails no request.
//!
//! Private keys lie in a folder of their own that all nodes share, or come from the environment;
//! never in the database. In the folder each is a PKCS#8 file, `<created, Unix ms>-<kid>.pem`
//! (or `.der`), that only its owner can read; anything else there is left alone. To revoke a key
//! at once, remove its file and reload.
//!
//! All of this reads and writes small files and blocks while it does.

use super::password::Secret;
use super::token::{Claims, LEEWAY};
// Only here: makes keys and tells their public half. It is in the build anyway, as what
// `jsonwebtoken` computes with.
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{DecodingKey, EncodingKey};
use quick_cache::sync::Cache;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The folder is read again no sooner than this. Whoever sends made-up key ids could otherwise
/// make us read it for each.
const RELOAD_PAUSE: TimeDelta = TimeDelta::seconds(2);
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// What can go wrong with signing keys. No message holds any of a key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A file or the folder could not be read or written.
    #[error("{path} cannot be read or written")]
    Io {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Others than the owner may read a private key.
    #[error("{0}: others can read this private key; give it mode 0600 and replace it")]
    Exposed(PathBuf),
    /// The file name is not `<created, Unix ms>-<kid>.pem`.
    #[error("{0}: a key file is named <created, Unix ms>-<kid>.pem")]
    Name(PathBuf),
    /// Not an Ed25519 private key in PKCS#8. The text says which.
    #[error("{0}: not an Ed25519 private key in PKCS#8")]
    Malformed(String),
    /// Two keys have the same id.
    #[error("two signing keys have the id {0}")]
    Twice(String),
    /// There is none.
    #[error("there is no signing key")]
    Missing,
    /// Keys from the environment can only be changed there.
    #[error("the signing keys come from the environment; rotate them there")]
    Fixed,
    /// The machine could not make a key.
    #[error("no new signing key could be made")]
    Generate,
    /// The token could not be signed.
    #[error("the token could not be signed")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

type Result<T> = std::result::Result<T, KeyError>;

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

/// One key. `Debug` shows nothing private: the library redacts it.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) kid: String,
    created: DateTime<Utc>,
    /// Where it lies, unless it came from the environment.
    file: Option<PathBuf>,
    pub(super) encoding: EncodingKey,
    pub(super) decoding: DecodingKey,
    /// The public key, in base64url.
    public: String,
    /// What recent tokens say whose signature by this key was found good, by the digest of the
    /// token: checking it again would be a fifth of the work of a small request.
    pub(super) verified: Cache<[u8; 32], Claims>,
}

/// How many tokens of a key are remembered.
const REMEMBERED: usize = 10_000;

/// The keys of this installation. Shared by all that sign and verify, behind an `Arc`.
#[derive(Debug)]
pub struct SigningKeys {
    pub(super) settings: TokenSettings,
    /// `None` if they came from the environment.
    folder: Option<PathBuf>,
    /// The newest first; never empty.
    keys: RwLock<Vec<Arc<Key>>>,
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
        create_folder(folder)?;
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
            let encoding = EncodingKey::from_ed_pem(pem.trim().as_bytes())
                .map_err(|_| KeyError::Malformed(format!("PEM block {}", at + 1)))?;
            Key::new(None, created, None, encoding)
        });
        SigningKeys::with(keys.collect::<Result<_>>()?, None, settings)
    }

    fn with(
        keys: Vec<Arc<Key>>,
        folder: Option<PathBuf>,
        settings: TokenSettings,
    ) -> Result<SigningKeys> {
        let keys = RwLock::new(in_order(keys)?);
        Ok(SigningKeys { settings, folder, keys, reloaded: AtomicI64::new(0) })
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
        retired.iter().filter_map(|key| key.file.as_deref()).try_for_each(remove)?;
        keys.retain(|key| !retired.iter().any(|gone| gone.kid == key.kid));
        self.replace(keys);
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
        Ok(self.replace(in_order(read_folder(folder)?)?))
    }

    /// The public keys, as `/.well-known/jwks.json` shows them: also those that do not sign yet.
    pub fn jwks(&self) -> serde_json::Value {
        let keys = self.all().iter().map(|key| key.jwk()).collect::<Vec<_>>();
        serde_json::json!({ "keys": keys })
    }

    /// The newest key that has been published for long enough; if none has, the oldest.
    pub(super) fn signing(&self, now: DateTime<Utc>) -> Result<Arc<Key>> {
        let keys = self.all();
        let ready = keys.iter().find(|key| now - key.created >= self.settings.publish_for);
        ready.or(keys.last()).cloned().ok_or(KeyError::Missing)
    }

    pub(super) fn find(&self, kid: &str) -> Option<Arc<Key>> {
        self.all().into_iter().find(|key| key.kid == kid)
    }

    fn retired(&self, keys: &[Arc<Key>], now: DateTime<Utc>) -> Vec<Arc<Key>> {
        let TokenSettings { life, publish_for, retire_after, .. } = self.settings;
        let is_done = |successor: &Key, key: &Key| {
            now - key.created >= retire_after
                && now - successor.created >= publish_for + life + LEEWAY
        };
        let pairs = keys.windows(2).filter(|pair| is_done(&pair[0], &pair[1]));
        pairs.map(|pair| Arc::clone(&pair[1])).collect()
    }

    fn all(&self) -> Vec<Arc<Key>> {
        // Nobody can leave the list half changed, so a panic elsewhere does not spoil it.
        self.keys.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// True if there is another key now, or one less.
    fn replace(&self, keys: Vec<Arc<Key>>) -> bool {
        let ids = |keys: &[Arc<Key>]| keys.iter().map(|key| key.kid.clone()).collect::<Vec<_>>();
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let changed = ids(&known) != ids(&keys);
        *known = keys;
        changed
    }
}

impl Key {
    /// Without an id of its own, a key is named by what it is.
    fn new(
        kid: Option<&str>,
        created: DateTime<Utc>,
        file: Option<&Path>,
        encoding: EncodingKey,
    ) -> Result<Arc<Key>> {
        let pair = Ed25519KeyPair::from_pkcs8(encoding.as_bytes()).map_err(|_| {
            KeyError::Malformed(file.map_or("key".to_owned(), |file| file.display().to_string()))
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
    fn jwk(&self) -> serde_json::Value {
        serde_json::json!({
            "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig",
            "kid": self.kid, "x": self.public,
        })
    }
}

fn public(pair: &Ed25519KeyPair) -> String {
    URL_SAFE_NO_PAD.encode(pair.public_key())
}

/// The name that a key gives itself: its JWK thumbprint (RFC 7638).
fn thumbprint(pair: &Ed25519KeyPair) -> String {
    let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, public(pair));
    URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
}

/// The newest first.
fn in_order(mut keys: Vec<Arc<Key>>) -> Result<Vec<Arc<Key>>> {
    if keys.is_empty() {
        return Err(KeyError::Missing);
    }
    let mut kids = BTreeSet::new();
    if let Some(twice) = keys.iter().find(|key| !kids.insert(key.kid.clone())) {
        return Err(KeyError::Twice(twice.kid.clone()));
    }
    keys.sort_by(|a, b| (b.created, &b.kid).cmp(&(a.created, &a.kid)));
    Ok(keys)
}

fn create_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder).map_err(at(folder))
}

/// Writes a new key, and returns its id.
fn create_key(folder: &Path, now: DateTime<Utc>) -> Result<String> {
    let (kid, pem) = generate()?;
    write_private(folder, &format!("{}-{kid}.pem", now.timestamp_millis()), &pem)?;
    Ok(kid)
}

/// A new key: its id, and what is written.
pub(super) fn generate() -> Result<(String, Secret)> {
    let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
    // In version 1 a key has 48 bytes: one line of base64.
    let der = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n{PEM_END}\n", STANDARD.encode(&der));
    Ok((thumbprint(&pair), pem.into()))
}

/// Writes the file under another name first, so that no other node reads half of it.
fn write_private(folder: &Path, name: &str, text: &Secret) -> Result<()> {
    let (unfinished, path) = (folder.join(format!(".{name}.new")), folder.join(name));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished).map_err(at(&unfinished))?;
    file.write_all(text.expose().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, &path))
        .and_then(|()| sync_folder(folder))
        .map_err(at(&path))
}

/// So that the new name survives a power cut too. Only Unix can, and only there one must.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// All keys in the folder.
fn read_folder(folder: &Path) -> Result<Vec<Arc<Key>>> {
    let mut keys = Vec::new();
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let path = entry.map_err(at(folder))?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        match read_key(&path, extension) {
            // Another node has removed it meanwhile.
            Err(KeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            key => keys.extend(key?),
        }
    }
    Ok(keys)
}

/// `None` if the file does not call itself a key.
fn read_key(path: &Path, extension: Option<&str>) -> Result<Option<Arc<Key>>> {
    let malformed = || KeyError::Malformed(path.display().to_string());
    let encoding = match extension {
        Some("pem") => EncodingKey::from_ed_pem(&read_private(path)?).map_err(|_| malformed())?,
        Some("der") => EncodingKey::from_ed_der(&read_private(path)?),
        _ => return Ok(None),
    };
    let (created, kid) = parse_name(path).ok_or_else(|| KeyError::Name(path.to_owned()))?;
    Key::new(Some(kid), created, Some(path), encoding).map(Some)
}

fn read_private(path: &Path) -> Result<Vec<u8>> {
    let mut file = File::open(path).map_err(at(path))?;
    #[cfg(unix)]
    {
        let mode = file.metadata().map_err(at(path))?;
        if std::os::unix::fs::MetadataExt::mode(&mode) & 0o077 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(at(path))?;
    Ok(bytes)
}

/// When the key was made, and its id.
fn parse_name(path: &Path) -> Option<(DateTime<Utc>, &str)> {
    let (created, kid) = path.file_stem()?.to_str()?.split_once('-')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if kid.is_empty() || kid.len() > 64 || !kid.chars().all(plain) {
        return None;
    }
    Some((DateTime::from_timestamp_millis(created.parse().ok()?)?, kid))
}

/// Another node may have been faster.
fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> KeyError {
    |source| KeyError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Folder {
            Folder(std::env::temp_dir().join(format!("guanxi-keys-{}", Uuid::new_v4())))
        }

        fn open(&self, minutes: i64) -> Result<SigningKeys> {
            SigningKeys::open(&self.0, settings(), at(minutes))
        }

        fn files(&self) -> Vec<PathBuf> {
            fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect()
        }

        fn write(&self, name: &str, text: &str) -> PathBuf {
            write_private(&self.0, name, &text.into()).unwrap();
            self.0.join(name)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    fn settings() -> TokenSettings {
        TokenSettings::new("https://crm.example", "guanxi")
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    fn kids(keys: &SigningKeys) -> Vec<String> {
        keys.all().iter().map(|key| key.kid.clone()).collect()
    }

    fn signer(keys: &SigningKeys, minutes: i64) -> String {
        keys.signing(at(minutes)).unwrap().kid.clone()
    }

    #[test]
    fn the_first_key_is_made_once_and_signs_at_once() {
        let folder = Folder::new();
        let first = signer(&folder.open(0).unwrap(), 0);
        assert_eq!(signer(&folder.open(1).unwrap(), 1), first);
        let files = folder.files();
        assert_eq!(files, [folder.0.join(format!("{}-{first}.pem", at(0).timestamp_millis()))]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_keys() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let keys = folder.open(0).unwrap();
        let file = folder.files().remove(0);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder.0), mode(&file)), (0o700, 0o600));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(folder.open(1), Err(KeyError::Exposed(path)) if path == file));
        assert!(matches!(keys.reload(at(1)), Err(KeyError::Exposed(_))));
        assert_eq!(kids(&keys).len(), 1, "what was known stays in use");
    }

    #[test]
    fn a_new_key_is_published_before_it_signs() {
        let folder = Folder::new();
        let keys = folder.open(0).unwrap();
        let first = signer(&keys, 0);
        let second = keys.rotate(at(1_000)).unwrap();
        assert_eq!(kids(&keys), [second.clone(), first.clone()]);
        assert_eq!(keys.jwks()["keys"].as_array().unwrap().len(), 2);
        assert_eq!(signer(&keys, 1_000), first);
        assert_eq!(signer(&keys, 1_014), first);
        assert_eq!(signer(&keys, 1_015), second);
    }

    #[test]
    fn of_two_young_keys_the_older_signs() {
        let folder = Folder::new();
        let keys = folder.open(0).unwrap();
        let first = signer(&keys, 0);
        keys.rotate(at(1)).unwrap();
        assert_eq!(signer(&keys, 2), first);
    }

    #[test]
    fn a_key_goes_when_nothing_it_has_signed_can_be_valid() {
        let (day, folder) = (24 * 60, Folder::new());
        let keys = folder.open(0).unwrap();
        let first = signer(&keys, 0);
        // Long past its age, but it is the one that signs.
        let second = keys.rotate(at(90 * day)).unwrap();
        assert_eq!(kids(&keys), [second.clone(), first.clone()]);
        // The second signs since minute 15; what the first signed may be valid until 25:30.
        let third = keys.rotate(at(90 * day + 25)).unwrap();
        assert_eq!(kids(&keys), [third.clone(), second.clone(), first]);
        let fourth = keys.rotate(at(90 * day + 26)).unwrap();
        assert_eq!(kids(&keys), [fourth, third, second]);
        assert_eq!(folder.files().len(), 3);
        // All but the newest that signs and what is younger than a day.
        let fifth = keys.rotate(at(95 * day)).unwrap();
        assert_eq!(kids(&keys).len(), 2);
        assert_eq!(kids(&keys)[0], fifth);
    }

    #[test]
    fn what_another_node_has_changed_is_seen() {
        let folder = Folder::new();
        let (one, other) = (folder.open(0).unwrap(), folder.open(0).unwrap());
        assert!(!other.reload(at(1)).unwrap());
        let new = one.rotate(at(2)).unwrap();
        assert!(other.find(&new).is_none());
        assert!(other.reload(at(2)).unwrap());
        assert!(other.find(&new).is_some());
        let file = folder.files().into_iter().find(|file| file.to_string_lossy().contains(&new));
        fs::remove_file(file.unwrap()).unwrap();
        assert!(!other.reload(at(2) + TimeDelta::milliseconds(1_999)).unwrap(), "too soon");
        assert!(other.reload(at(2) + TimeDelta::milliseconds(2_000)).unwrap());
        assert!(other.find(&new).is_none());
    }

    #[test]
    fn an_empty_folder_leaves_the_known_keys_in_use() {
        let folder = Folder::new();
        let keys = folder.open(0).unwrap();
        fs::remove_file(&folder.files()[0]).unwrap();
        assert!(matches!(keys.reload(at(1)), Err(KeyError::Missing)));
        assert_eq!(kids(&keys).len(), 1);
    }

    #[test]
    fn what_calls_itself_a_key_must_be_one() {
        let pem = generate().unwrap().1;
        let rsa_like = "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----\n";
        let table = [
            ("key.pem", pem.expose(), false),
            ("x-abc.pem", pem.expose(), false),
            ("12-.pem", pem.expose(), false),
            ("12-a b.pem", pem.expose(), false),
            ("12-abc.pem", "", false),
            ("12-abc.pem", "gxcanary", false),
            ("12-abc.pem", rsa_like, false),
            ("12-abc.der", pem.expose(), false),
            ("12-abc.pem", pem.expose(), true),
            ("README.md", "gxcanary", true),
            (".12-abc.pem.new", "gxcanary", true),
        ];
        for (name, text, fine) in table {
            let folder = Folder::new();
            folder.open(0).unwrap();
            folder.write(name, text);
            match folder.open(0) {
                Ok(_) => assert!(fine, "{name}"),
                Err(error) => {
                    assert!(!fine, "{name}: {error}");
                    let shown = format!("{error} {error:?}");
                    assert!(shown.contains(name) && !shown.contains("gxcanary"), "{shown}");
                }
            }
        }
    }

    #[test]
    fn a_file_in_der_is_a_key_too_and_names_it() {
        let folder = Folder::new();
        folder.open(0).unwrap();
        let (kid, pem) = generate().unwrap();
        let der = EncodingKey::from_ed_pem(pem.expose().as_bytes()).unwrap();
        let path = folder.write(&format!("{}-by-hand_2026.der", at(-60).timestamp_millis()), "");
        fs::write(path, der.as_bytes()).unwrap();
        let keys = folder.open(0).unwrap();
        let key = keys.find("by-hand_2026").unwrap();
        assert_eq!(keys.signing(at(0)).unwrap().kid, key.kid);
        assert!(keys.find(&kid).is_none());
        folder.write("12-by-hand_2026.pem", pem.expose());
        assert!(matches!(folder.open(0), Err(KeyError::Twice(_))));
    }

    #[test]
    fn keys_from_the_environment_are_taken_in_their_order() {
        let made = [generate().unwrap(), generate().unwrap(), generate().unwrap()];
        let text: String = made.iter().map(|(_, pem)| pem.expose()).collect();
        let keys = SigningKeys::from_pem(&text.into(), settings()).unwrap();
        let order: Vec<String> = made.iter().map(|(kid, _)| kid.clone()).collect();
        assert_eq!(kids(&keys), order);
        assert_eq!(signer(&keys, 0), order[0]);
        assert!(matches!(keys.rotate(at(0)), Err(KeyError::Fixed)));
        assert!(!keys.reload(at(0)).unwrap());
        for (text, wrong) in [("", "Missing"), (" \n", "Missing"), ("gxcanary", "Malformed")] {
            let error = SigningKeys::from_pem(&text.into(), settings()).unwrap_err();
            let shown = format!("{error:?}");
            assert!(shown.starts_with(wrong) && !shown.contains("gxcanary"), "{shown}");
        }
        let twice = [made[0].1.expose(), made[0].1.expose()].concat();
        let error = SigningKeys::from_pem(&twice.into(), settings()).unwrap_err();
        assert!(matches!(error, KeyError::Twice(_)));
    }

    #[test]
    fn the_published_keys_are_public() {
        let (kid, pem) = generate().unwrap();
        let keys = SigningKeys::from_pem(&pem, settings()).unwrap();
        let jwks = keys.jwks();
        let key = jwks["keys"][0].as_object().unwrap();
        let mut names: Vec<&str> = key.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
        assert_eq!((&key["kid"], &key["crv"]), (&kid.into(), &"Ed25519".into()));
        assert_eq!(URL_SAFE_NO_PAD.decode(key["x"].as_str().unwrap()).unwrap().len(), 32);
        // The library reads it as the same key and gives it the same name.
        let read: jsonwebtoken::jwk::Jwk = serde_json::from_value(jwks["keys"][0].clone()).unwrap();
        let hash = jsonwebtoken::jwk::ThumbprintHash::SHA256;
        assert_eq!(read.thumbprint(hash).unwrap(), key["kid"].as_str().unwrap());
        let private = pem.expose().lines().nth(1).unwrap();
        assert!(!format!("{keys:?}{jwks}").contains(&private[24..]));
    }
}

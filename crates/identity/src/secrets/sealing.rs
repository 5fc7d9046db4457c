//! The keys under which secrets that must be read back lie in the store: AES-256 in Galois/Counter
//! mode (NIST SP 800-38D), with nonces that the library draws at random for each text.
//!
//! The newest key seals, all of them open. In the folder, the same as that of the signing keys, each
//! is a file `<created, Unix ms>-<id>.sealing.key` with the 32 bytes in base64. The id is a digest of
//! the key, so a key has one name wherever it comes from. A key goes when nothing is sealed with it
//! any more, and not before every node has learnt of its successor.

use super::{
    key_error::{KeyError, Result},
    key_files::{self, KeyFile},
    key_ring::{KeyRing, Named, in_order, outlived},
    password::Secret,
    wipe,
};
use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, TimeDelta, Utc};
use guanxi_kernel::{self as kernel, problem::INTERNAL};
use guanxi_storage::{
    error::{SEAL_REFUSED, SEALING_KEY_MISSING},
    vault::Vault,
};
use sha2::{Digest as _, Sha256};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

/// How the files of these keys end.
const SUFFIX: &str = ".sealing.key";
/// What a key is, for messages.
const BYTES: &str = "a sealing key: 32 bytes in base64";
/// Characters of an id: 96 bits.
const ID: usize = 16;
/// Nodes look for new keys every minute; so long after its successor was made no node seals with a
/// key any more.
const OVERLAP: TimeDelta = TimeDelta::hours(1);

/// The sealing keys of this installation.
#[derive(Debug)]
pub struct SealingKeys {
    /// `None` if they came from the configuration.
    folder: Option<PathBuf>,
    ring: KeyRing<Key>,
}

/// One key; `Debug` shows nothing of it.
#[derive(Debug)]
struct Key {
    id: String,
    created: DateTime<Utc>,
    file: Option<PathBuf>,
    cipher: RandomizedNonceKey,
}

impl Named for Key {
    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> DateTime<Utc> {
        self.created
    }

    fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }
}

impl SealingKeys {
    /// Opens the folder; makes it, and the first key, if they are missing.
    ///
    /// # Errors
    /// If the folder cannot be read or made, or if anything in it that calls itself a sealing key is
    /// not one or can be read by others.
    pub fn open(folder: &Path, now: DateTime<Utc>) -> Result<Self> {
        key_files::create_folder(folder)?;
        let mut keys = read_folder(folder)?;
        if keys.is_empty() {
            create_key(folder, now)?;
            keys = read_folder(folder)?;
        }
        Ok(Self { folder: Some(folder.to_owned()), ring: KeyRing::new(keys)? })
    }

    /// Takes the keys from a text, each 32 bytes in base64, separated by spaces or commas. The first
    /// seals, the others only open.
    ///
    /// # Errors
    /// If there is none, or if any is not such a key.
    pub fn from_text(text: &Secret) -> Result<Self> {
        let keys = text.expose().split([' ', ',', '\n']).filter(|text| !text.is_empty());
        let keys = keys.enumerate().map(|(at, text)| {
            // As if made one after the other long ago, the first one last.
            let created = DateTime::UNIX_EPOCH - TimeDelta::seconds(i64::try_from(at).unwrap_or(0));
            Key::new(text.as_bytes(), created, None, || format!("sealing key {}", at + 1))
        });
        Ok(Self { folder: None, ring: KeyRing::new(keys.collect::<Result<_>>()?)? })
    }

    /// Makes a new key, which seals from now on; its id.
    ///
    /// # Errors
    /// If the keys came from the configuration, or if the folder cannot be written.
    pub fn create(&self, now: DateTime<Utc>) -> Result<String> {
        let folder = self.folder.as_deref().ok_or(KeyError::Fixed)?;
        // Newer than all, whatever the clock of another node says.
        let newest = self.ring.all().iter().map(|key| key.created).max();
        let made = newest.map_or(now, |newest| now.max(newest + TimeDelta::milliseconds(1)));
        let id = create_key(folder, made)?;
        self.refresh()?;
        Ok(id)
    }

    /// Removes the keys that are not among those in use, were replaced an hour ago or longer, and
    /// came from the folder; their ids.
    ///
    /// # Errors
    /// If the folder cannot be read or written.
    pub fn retire(&self, used: &BTreeSet<String>, now: DateTime<Utc>) -> Result<Vec<String>> {
        let Some(folder) = &self.folder else { return Ok(Vec::new()) };
        let keys = in_order(read_folder(folder)?)?;
        let gone = outlived(&keys, |key, successor| {
            !used.contains(&key.id) && now - successor.created >= OVERLAP
        });
        gone.iter().filter_map(|key| key.file()).try_for_each(key_files::remove)?;
        self.refresh()?;
        Ok(gone.iter().map(|key| key.id.clone()).collect())
    }

    /// Takes over what other nodes have changed in the folder. True if anything has. Reads small
    /// files, and blocks while it does.
    ///
    /// # Errors
    /// If the folder cannot be read or holds no usable key; the keys known so far stay in use.
    pub fn refresh(&self) -> Result<bool> {
        let Some(folder) = &self.folder else { return Ok(false) };
        self.ring.replace(read_folder(folder)?)
    }

    /// The newest.
    fn current(&self) -> kernel::Result<Arc<Key>> {
        let newest = self.ring.all().into_iter().next();
        newest.ok_or_else(|| INTERNAL.problem().because(KeyError::Missing))
    }

    /// The key of that id; if it is unknown, another node may have made it just now.
    fn find(&self, id: &str) -> kernel::Result<Arc<Key>> {
        if let Some(key) = self.ring.find(id) {
            return Ok(key);
        }
        self.refresh().map_err(|error| INTERNAL.problem().because(error))?;
        self.ring.find(id).ok_or_else(|| SEALING_KEY_MISSING.with("key", id))
    }
}

impl Vault for SealingKeys {
    fn seal(&self, place: &str, text: &str) -> kernel::Result<(String, String)> {
        let key = self.current()?;
        let mut bytes = text.as_bytes().to_vec();
        let nonce = key.cipher.seal_in_place_append_tag(Aad::from(place.as_bytes()), &mut bytes);
        let nonce = nonce.map_err(|error| INTERNAL.problem().because(error.to_string()))?;
        let sealed = [nonce.as_ref().as_slice(), &bytes].concat();
        Ok((key.id.clone(), URL_SAFE_NO_PAD.encode(sealed)))
    }

    fn open(&self, key: &str, place: &str, sealed: &str) -> kernel::Result<String> {
        let key = self.find(key)?;
        let text = URL_SAFE_NO_PAD.decode(sealed).ok().and_then(|mut bytes| {
            let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let plain =
                key.cipher.open_in_place(nonce, Aad::from(place.as_bytes()), sealed).ok()?;
            let text = String::from_utf8(plain.to_vec()).ok();
            wipe(plain);
            text
        });
        text.ok_or_else(|| SEAL_REFUSED.problem())
    }

    fn key(&self) -> String {
        self.current().map(|key| key.id.clone()).unwrap_or_default()
    }
}

impl Key {
    fn new(
        text: &[u8],
        created: DateTime<Utc>,
        file: Option<&Path>,
        place: impl Fn() -> String,
    ) -> Result<Arc<Self>> {
        let malformed = || KeyError::Malformed { place: place(), expected: BYTES };
        let mut bytes = STANDARD.decode(text.trim_ascii()).map_err(|_| malformed())?;
        let cipher = RandomizedNonceKey::new(&AES_256_GCM, &bytes).map_err(|_| malformed());
        let id = id_of(&bytes);
        wipe(&mut bytes);
        Ok(Arc::new(Self { id, created, file: file.map(Path::to_owned), cipher: cipher? }))
    }

    fn from_file(file: &KeyFile) -> Result<Arc<Self>> {
        let place = || file.path.display().to_string();
        Self::new(&file.bytes, file.created, Some(&file.path), place)
    }
}

/// The name that a key gives itself.
fn id_of(bytes: &[u8]) -> String {
    let digest = Sha256::new().chain_update("guanxi sealing key").chain_update(bytes).finalize();
    let mut id = URL_SAFE_NO_PAD.encode(digest);
    id.truncate(ID);
    id
}

/// Writes a new key, and returns its id.
fn create_key(folder: &Path, now: DateTime<Utc>) -> Result<String> {
    let mut bytes: [u8; 32] = rand::random();
    let (id, text) = (id_of(&bytes), Secret::from(STANDARD.encode(bytes) + "\n"));
    wipe(&mut bytes);
    key_files::write(folder, now, &id, SUFFIX, &text)?;
    Ok(id)
}

/// All keys in the folder.
fn read_folder(folder: &Path) -> Result<Vec<Arc<Key>>> {
    key_files::read_all(folder, &[SUFFIX])?.iter().map(Key::from_file).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use uuid::Uuid;

    /// A folder that goes with the test.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            Self(std::env::temp_dir().join(format!("guanxi-sealing-{}", Uuid::new_v4())))
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).ok();
        }
    }

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    #[test]
    fn what_is_sealed_opens_in_its_place_only() {
        let folder = Folder::new();
        let keys = SealingKeys::open(&folder.0, at(0)).unwrap();
        let (id, sealed) = keys.seal("tenant/a", "whsec_canary").unwrap();
        assert_eq!(keys.open(&id, "tenant/a", &sealed).unwrap(), "whsec_canary");
        let (_, again) = keys.seal("tenant/a", "whsec_canary").unwrap();
        assert_ne!(sealed, again, "a nonce is drawn for each");
        let mut bytes = URL_SAFE_NO_PAD.decode(&sealed).unwrap();
        assert_eq!(bytes.len(), NONCE_LEN + "whsec_canary".len() + 16);
        bytes[NONCE_LEN] ^= 1;
        let altered = URL_SAFE_NO_PAD.encode(bytes);
        for (place, text) in
            [("tenant/b", &*sealed), ("tenant/a", &*altered), ("tenant/a", "AA"), ("tenant/a", "!")]
        {
            assert!(keys.open(&id, place, text).unwrap_err().is(&SEAL_REFUSED), "{place} {text}");
        }
        let shown = format!("{keys:?}");
        let file = fs::read_dir(&folder.0).unwrap().next().unwrap().unwrap().path();
        assert!(file.to_string_lossy().ends_with(&format!("-{id}.sealing.key")), "{file:?}");
        assert!(!shown.contains(fs::read_to_string(file).unwrap().trim()));
    }

    #[test]
    fn a_new_key_seals_and_the_old_one_goes_when_it_is_not_used() {
        let folder = Folder::new();
        let keys = SealingKeys::open(&folder.0, at(0)).unwrap();
        let other = SealingKeys::open(&folder.0, at(0)).unwrap();
        let (old, sealed) = keys.seal("a", "x").unwrap();
        let new = keys.create(at(0)).unwrap();
        assert_eq!((keys.key(), other.key()), (new.clone(), old.clone()));
        let (id, renewed) = keys.seal("a", "x").unwrap();
        assert_eq!(id, new);
        assert_eq!(other.open(&new, "a", &renewed).unwrap(), "x", "it looks for what it lacks");
        assert_eq!(keys.open(&old, "a", &sealed).unwrap(), "x");
        let none = BTreeSet::new();
        assert!(keys.retire(&none, at(59)).unwrap().is_empty(), "too soon");
        let used = BTreeSet::from([old.clone()]);
        assert!(keys.retire(&used, at(100)).unwrap().is_empty(), "in use");
        assert_eq!(keys.retire(&none, at(61)).unwrap(), std::slice::from_ref(&old));
        let missing = keys.open(&old, "a", &sealed).unwrap_err();
        assert!(missing.is(&SEALING_KEY_MISSING) && missing.params()["key"] == old, "{missing}");
        assert!(keys.retire(&none, at(1_000)).unwrap().is_empty(), "the newest stays");
    }

    #[test]
    fn keys_from_the_configuration_have_the_same_names() {
        let folder = Folder::new();
        let keys = SealingKeys::open(&folder.0, at(0)).unwrap();
        let file = fs::read_dir(&folder.0).unwrap().next().unwrap().unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let another = STANDARD.encode([7; 32]);
        let given = SealingKeys::from_text(&format!("{another}, {text}").into()).unwrap();
        let (id, sealed) = keys.seal("a", "x").unwrap();
        assert_eq!(given.open(&id, "a", &sealed).unwrap(), "x");
        assert_ne!(given.key(), id);
        assert!(matches!(given.create(at(0)), Err(KeyError::Fixed)));
        assert!(given.retire(&BTreeSet::new(), at(1_000)).unwrap().is_empty());
        for wrong in ["", "gxcanary!", "AAAA"] {
            let error = SealingKeys::from_text(&wrong.into()).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("gxcanary"), "{error}");
        }
        fs::write(&file, "gxcanary").unwrap();
        let error = keys.refresh().unwrap_err().to_string();
        assert!(error.contains(".sealing.key: not a sealing key"), "{error}");
        assert_eq!(keys.key(), id, "what was known stays in use");
    }
}

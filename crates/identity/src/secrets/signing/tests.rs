//! Keys in folders and from the environment, as time goes on.

use super::*;
use crate::secrets::key_files::write_private;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::EncodingKey;
use std::fs;
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
    keys.ring.all().iter().map(|key| key.kid.clone()).collect()
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

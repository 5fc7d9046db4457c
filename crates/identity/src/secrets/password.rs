//! Passwords: which ones are accepted, how they are kept, and how they are checked.
//!
//! Kept is an Argon2id hash in PHC form, which names its own cost. Computing one takes a core for
//! tens of milliseconds and the memory that the cost says, so no more run at once than there are
//! cores, a bounded number waits, and who comes after that is told so: a flood of logins must
//! neither exhaust the memory nor hold up anything else.

use super::{common, wipe};
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher, PasswordVerifier};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, Version};
use std::fmt;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::Semaphore;
use tokio::task::{JoinError, spawn_blocking};
use unicode_normalization::UnicodeNormalization;

/// Characters that a password has at least.
const SHORTEST: usize = 12;
/// Characters that a password has at most: enough for any sentence.
const LONGEST: usize = 128;
/// Bytes that a context word has at least. Bytes, not characters: two Chinese characters are a
/// name, two Latin letters are in half of all passwords.
const SHORTEST_CONTEXT: usize = 4;
/// How many wait for a core before others are turned away.
const WAITING: usize = 64;

/// A text that is never shown: both its `Debug` and its `Display` print `***`.
#[derive(Clone, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// The text itself. Each call is a place to look at when something has leaked.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Secret {
        Secret(text.to_owned())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        wipe(&mut std::mem::take(&mut self.0).into_bytes());
    }
}

/// As hidden as in logs: what is written can be shown, and never read back.
impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(
        &self,
        serializer: S,
    ) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Why a new password is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// Fewer than twelve characters.
    #[error("a password has at least {SHORTEST} characters")]
    TooShort,
    /// More than 128 characters.
    #[error("a password has at most {LONGEST} characters")]
    TooLong,
    /// It holds what anybody knows of its owner: the address, the name, the company.
    #[error("a password must not contain your name, your address or that of your company")]
    Context,
    /// Too many people would think of it.
    #[error("this password is too common")]
    Common,
}

/// Whether this may become a password. Nothing is asked of its characters but their number; it
/// must not contain what is known of its owner (`context_words`: the local part of the e-mail
/// address, names, the tenant), nor be a common one. Both are looked for without regard to case,
/// width and the encoding of accents, the former also without regard to signs and spaces.
///
/// # Errors
/// The first rule that it breaks.
pub fn check_password(
    password: &Secret,
    context_words: &[&str],
) -> std::result::Result<(), PasswordRefusal> {
    match password.expose().chars().count() {
        ..SHORTEST => return Err(PasswordRefusal::TooShort),
        SHORTEST..=LONGEST => {}
        _ => return Err(PasswordRefusal::TooLong),
    }
    let folded = fold(password.expose());
    if contains_any(&folded, context_words) {
        return Err(PasswordRefusal::Context);
    }
    if common::is_common(&folded) { Err(PasswordRefusal::Common) } else { Ok(()) }
}

/// Compatible characters become the same, and case is dropped. Upper case first: it is what
/// makes `ss` of `ß` and one sigma of two.
fn fold(text: &str) -> String {
    let caseless = text.nfkc().flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    caseless.nfkc().collect()
}

fn contains_any(folded: &str, context_words: &[&str]) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    let password = letters(folded);
    let mut words = context_words.iter().map(|word| letters(&fold(word)));
    words.any(|word| word.len() >= SHORTEST_CONTEXT && password.contains(&word))
}

/// Why nothing can be said of a password.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting; come again in a second.
    #[error("too many passwords are being checked")]
    Busy,
    /// Argon2 knows no such cost.
    #[error("impossible cost for password hashes")]
    Cost(#[source] argon2::Error),
    /// What was stored is no Argon2 hash: bad data, not a wrong password.
    #[error("the stored password hash cannot be read")]
    Stored,
    /// Out of memory or of randomness.
    #[error("the password hash could not be computed")]
    Compute(#[source] password_hash::Error),
    /// The computation broke off, or the server is stopping.
    #[error("the password hash was not finished")]
    Unfinished(#[source] JoinError),
}

type Result<T> = std::result::Result<T, PasswordError>;

/// What one hash costs, and so what one guess costs whoever steals it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes that could be computed in parallel.
    pub lanes: u32,
}

impl Cost {
    /// Costs next to nothing, for tests and nowhere else.
    pub const WEAK: Cost = Cost { memory: 8, passes: 1, lanes: 1 };

    /// Whether it is enough for real passwords: the usual minimum, where more passes make up for
    /// less memory.
    pub fn is_enough(&self) -> bool {
        let memory = match self.passes {
            0 => return false,
            1 => 46 * 1024,
            2 => 19 * 1024,
            _ => 12 * 1024,
        };
        self.memory >= memory
    }
}

/// 19 MiB, two passes, one lane.
impl Default for Cost {
    fn default() -> Cost {
        Cost { memory: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// What checking a password has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub matches: bool,
    /// It is, and its hash should be replaced by a new one: this one was made at another cost.
    pub rehash: bool,
}

/// Hashes and checks passwords. Clones share one queue.
#[derive(Clone, Debug)]
pub struct Passwords {
    argon2: Argon2<'static>,
    /// One permit for each core.
    cores: Arc<Semaphore>,
    /// One permit for each that has a core or waits for one.
    places: Arc<Semaphore>,
    /// A hash at the current cost that no password has: what an unknown user's is compared with.
    decoy: Arc<str>,
}

impl Passwords {
    /// New hashes are made at this cost.
    ///
    /// # Errors
    /// If Argon2 knows no such cost, as with no memory at all.
    pub fn new(cost: Cost) -> Result<Passwords> {
        let cores = available_parallelism().map_or(1, usize::from);
        Passwords::with_limits(cost, cores, WAITING)
    }

    fn with_limits(cost: Cost, cores: usize, waiting: usize) -> Result<Passwords> {
        let Cost { memory, passes, lanes } = cost;
        let params = Params::new(memory, passes, lanes, None).map_err(PasswordError::Cost)?;
        // Salt and hash are nothing but zeros, in base64.
        let (salt, hash) = ("A".repeat(22), "A".repeat(43));
        let decoy = format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${hash}");
        Ok(Passwords {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            cores: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores + waiting)),
            decoy: decoy.into(),
        })
    }

    /// What to store of a password.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] if too many wait already; else if the machine fails.
    pub async fn hash(&self, password: &Secret) -> Result<String> {
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let hash = move || argon2.hash_password(password.expose().as_bytes());
        Ok(self.in_turn(hash).await?.map_err(PasswordError::Compute)?.to_string())
    }

    /// Whether this is the password whose hash is stored. `None` is for a user there is not: it
    /// takes as long as a wrong password and never matches, so that the time does not tell who
    /// has an account.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] if too many wait already; else if what is stored is no hash or if
    /// the machine fails. That a password is wrong is no error.
    pub async fn verify(&self, password: &Secret, stored: Option<&str>) -> Result<Verdict> {
        let known = stored.is_some();
        let stored = read(stored.unwrap_or(&self.decoy))?;
        let (argon2, password) = (self.argon2.clone(), password.clone());
        let rehash = !self.is_current(&stored);
        let verify = move || argon2.verify_password(password.expose().as_bytes(), &stored);
        match self.in_turn(verify).await? {
            Ok(()) => Ok(Verdict { matches: known, rehash: known && rehash }),
            Err(password_hash::Error::PasswordInvalid) => {
                Ok(Verdict { matches: false, rehash: false })
            }
            Err(error) => Err(PasswordError::Compute(error)),
        }
    }

    /// Any other cost is outdated, also a higher one: a check that takes longer than the decoy's
    /// would tell that the account exists.
    fn is_current(&self, stored: &PasswordHash) -> bool {
        let same_cost = Params::try_from(stored).is_ok_and(|params| {
            let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
            cost(&params) == cost(self.argon2.params())
        });
        let version = stored.version == Some(Version::V0x13.into());
        same_cost && version && stored.algorithm == ARGON2ID_IDENT
    }

    /// Runs `work` beside the async threads, as soon as a core is free.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let place = self.places.clone().try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let core = self.cores.clone().acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        let work = move || {
            // Held by the work, not by the caller: one that hangs up stops waiting, but what has
            // begun still has its core and its memory.
            let _held = (place, core);
            work()
        };
        spawn_blocking(work).await.map_err(PasswordError::Unfinished)
    }
}

/// A hash that passwords can be compared with.
fn read(stored: &str) -> Result<PasswordHash> {
    let is_whole = |hash: &PasswordHash| {
        let known = Algorithm::try_from(hash.algorithm.as_str()).is_ok();
        known && Params::try_from(hash).is_ok() && hash.salt.is_some() && hash.hash.is_some()
    };
    PasswordHash::new(stored).ok().filter(is_whole).ok_or(PasswordError::Stored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn weak() -> Passwords {
        Passwords::new(Cost::WEAK).unwrap()
    }

    #[tokio::test]
    async fn only_the_password_matches() {
        let (passwords, password) = (weak(), Secret::from("ein Satz mit vier Hunden"));
        let stored = passwords.hash(&password).await.unwrap();
        assert_ne!(stored, passwords.hash(&password).await.unwrap());
        let verify =
            async |text: &str| passwords.verify(&Secret::from(text), Some(&stored)).await.unwrap();
        assert_eq!(verify(password.expose()).await, Verdict { matches: true, rehash: false });
        for wrong in
            ["", "ein Satz mit vier hunden", "ein Satz mit vier Hunden ", "ein Satz mit vier"]
        {
            assert_eq!(verify(wrong).await, Verdict { matches: false, rehash: false }, "{wrong}");
        }
    }

    #[tokio::test]
    async fn an_unknown_user_costs_the_same_and_never_matches() {
        for cost in [Cost::WEAK, Cost::default()] {
            let passwords = Passwords::new(cost).unwrap();
            let decoy = PasswordHash::new(&passwords.decoy).unwrap();
            assert!(passwords.is_current(&decoy));
            assert_eq!(decoy.hash.map(|hash| hash.len()), Some(32));
            let verdict = passwords.verify(&Secret::from("whatever it is"), None).await.unwrap();
            assert_eq!(verdict, Verdict { matches: false, rehash: false });
        }
    }

    #[tokio::test]
    async fn the_default_cost_is_what_the_stored_hash_says() {
        let passwords = Passwords::new(Cost::default()).unwrap();
        let stored = passwords.hash(&Secret::from("a")).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
    }

    #[tokio::test]
    async fn a_hash_of_another_cost_is_to_be_replaced() {
        let password = Secret::from("a");
        let costs = [(8, 1, 1), (16, 1, 1), (16, 2, 1), (32, 2, 1), (16, 3, 1), (16, 2, 2)];
        let current = (16, 2, 1);
        let passwords =
            |(memory, passes, lanes)| Passwords::new(Cost { memory, passes, lanes }).unwrap();
        for cost in costs {
            let stored = passwords(cost).hash(&password).await.unwrap();
            let verdict = passwords(current).verify(&password, Some(&stored)).await.unwrap();
            assert_eq!(verdict, Verdict { matches: true, rehash: cost != current }, "{cost:?}");
        }
    }

    #[tokio::test]
    async fn bad_data_is_an_error_and_not_a_wrong_password() {
        let salt = "AAAAAAAAAAAAAAAAAAAAAA";
        let broken = [
            String::new(),
            "*".into(),
            "plain text".into(),
            "$2b$10$".into(),
            "$argon2id$v=19$m=8,t=1,p=1$".into(),
            "$argon2id$v=19$m=8,t=1,p=1".into(),
            format!("$argon2id$v=19$m=8,t=1,p=1${salt}"),
            format!("$argon2id$v=19$m=0,t=1,p=1${salt}${salt}"),
            format!("$argon2x$v=19$m=8,t=1,p=1${salt}${salt}"),
            format!("$pbkdf2-sha256$i=1${salt}${salt}"),
        ];
        for stored in broken {
            let verdict = weak().verify(&Secret::from("a"), Some(&stored)).await;
            assert!(matches!(verdict, Err(PasswordError::Stored)), "{stored}: {verdict:?}");
        }
    }

    #[test]
    fn an_impossible_cost_is_refused() {
        for (memory, passes, lanes) in [(0, 1, 1), (8, 0, 1), (8, 1, 0), (8, 1, 2)] {
            let passwords = Passwords::new(Cost { memory, passes, lanes });
            assert!(matches!(passwords, Err(PasswordError::Cost(_))), "{passwords:?}");
        }
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_turned_away() {
        let passwords = Passwords::with_limits(Cost::WEAK, 1, 2).unwrap();
        let core = passwords.cores.clone().acquire_owned().await.unwrap();
        let hash = |passwords: Passwords| async move { passwords.hash(&Secret::from("a")).await };
        let waiting: Vec<_> = (0..3).map(|_| tokio::spawn(hash(passwords.clone()))).collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(passwords.hash(&Secret::from("a")).await, Err(PasswordError::Busy)));
        drop(core);
        for done in waiting {
            assert!(done.await.unwrap().is_ok());
        }
        assert!(passwords.hash(&Secret::from("a")).await.is_ok());
    }

    #[tokio::test]
    async fn who_stops_waiting_gives_the_place_back() {
        let passwords = Passwords::with_limits(Cost::WEAK, 1, 1).unwrap();
        let core = passwords.cores.clone().acquire_owned().await.unwrap();
        let password = Secret::from("a");
        let hash = passwords.hash(&password);
        assert!(tokio::time::timeout(Duration::from_millis(5), hash).await.is_err());
        assert_eq!(passwords.places.available_permits(), 2);
        drop(core);
    }

    #[test]
    fn costs_below_the_usual_minimum_are_not_enough() {
        let enough = |memory, passes| Cost { memory, passes, lanes: 1 }.is_enough();
        assert!(Cost::default().is_enough() && !Cost::WEAK.is_enough());
        assert!(enough(47_104, 1) && !enough(47_103, 1));
        assert!(enough(19_456, 2) && !enough(19_455, 2));
        assert!(enough(12_288, 3) && !enough(12_287, 9) && !enough(99_999, 0));
    }

    #[test]
    fn new_passwords_follow_the_rule() {
        use PasswordRefusal::{Common, Context, TooLong, TooShort};
        let words = ["anna.schmidt", "Acme Straße", "关系", "al", ""];
        let table = [
            ("", Err(TooShort)),
            ("v8#kq2!zmw0", Err(TooShort)),
            ("v8#kq2!zmw0p", Ok(())),
            ("我昨天在市场买了三斤苹果", Ok(())),
            ("我昨天在市场买了三斤苹", Err(TooShort)),
            ("correct horse battery staple", Ok(())),
            ("password1234", Err(Common)),
            ("PASSWORD1234", Err(Common)),
            ("ｐａｓｓｗｏｒｄ１２３４", Err(Common)),
            ("Anna Schmidt frühstückt gern", Err(Context)),
            ("xx-ANNA.SCHMIDT-xx-77", Err(Context)),
            ("annaschmidtannaschmidt", Err(Context)),
            ("mein ACMESTRASSE kennwort", Err(Context)),
            ("wo men de 关系 hen hao", Err(Context)),
            ("al zijn paarden zijn blauw", Ok(())),
        ];
        for (password, verdict) in table {
            assert_eq!(check_password(&password.into(), &words), verdict, "{password}");
        }
        let long = |characters: usize| -> Secret {
            "Möwe, Krähe, Storch! ".chars().cycle().take(characters).collect::<String>().into()
        };
        assert_eq!(check_password(&long(129), &[]), Err(TooLong));
        assert_eq!(check_password(&long(128), &[]), Ok(()));
    }

    #[test]
    fn a_secret_is_not_printed() {
        let secret: Secret = serde_json::from_str("\"hunter2\"").unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
    }
}

//! What clients remember of their writes, and what the store says to it afterwards.
//!
//! A client names each write, sends it, and sends it again under the same key until it is acknowledged,
//! whatever happens in between. Then the store is read directly. What was acknowledged has to be there,
//! once, under the id that was told, with the one event that tells of it; what was not may be there, but
//! only whole.
//!
//! The same experiments run for seconds in `make test` and for hours in `make soak`. Three controls that do
//! lose writes (sqlx's own pool after a full disk, a PostgreSQL that does not wait for its log, one that does
//! not wait for its standby) show that the ledger sees it. Price: half a minute of `make test`, and a
//! PostgreSQL of their own for the tests that break one.

use crate::json;
use futures_util::future::join_all;
use guanxi_identity::bootstrap;
use guanxi_storage::{Db, Options, Tx, sql};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

/// How long a client waits for an answer.
const ANSWER: Duration = Duration::from_secs(20);

/// How long a client waits before it sends again.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a client goes on sending again when the time for new writes is over.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What was acknowledged: the id under each name.
pub type Acknowledged = BTreeMap<String, Uuid>;

/// Where clients find servers.
#[derive(Debug, Clone)]
pub struct Entrance {
    /// Addresses of servers of one store; a request goes to one, the next request to the next one.
    pub bases: Vec<String>,
    /// The certificate that their own are held against, as PEM; without it none is believed.
    pub authority: Option<Vec<u8>>,
}

impl<const N: usize> From<[String; N]> for Entrance {
    fn from(bases: [String; N]) -> Self {
        Self { bases: bases.into(), authority: None }
    }
}

/// What all clients of a run remember.
#[derive(Debug)]
pub struct Ledger {
    http: reqwest::Client,
    bases: Vec<String>,
    turn: AtomicUsize,
    key: String,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    attempted: BTreeSet<String>,
    acknowledged: Acknowledged,
    answers: BTreeMap<u16, u64>,
    unanswered: u64,
    retried: u64,
    given_up: u64,
    last: Option<Instant>,
    silence: Duration,
}

impl Ledger {
    /// Of clients that write to these servers by an API key.
    ///
    /// # Panics
    /// When no client can be made.
    pub fn new(entrance: &Entrance, key: &str) -> Self {
        let authority = entrance.authority.as_deref();
        let authority = authority.map(|pem| reqwest::Certificate::from_pem(pem).expect("a PEM"));
        let http = reqwest::Client::builder().no_proxy().tls_certs_only(authority).build();
        Self {
            http: http.expect("a client"),
            bases: entrance.bases.clone(),
            turn: AtomicUsize::new(0),
            key: key.to_owned(),
            book: Mutex::default(),
        }
    }

    /// So many clients write, one after the other each, until then; what is under way is brought to
    /// its end.
    pub async fn load(&self, clients: usize, until: Instant) {
        let client = async || {
            while Instant::now() < until {
                self.write(until + PATIENCE).await;
            }
        };
        join_all((0..clients).map(|_| client())).await;
    }

    /// One write, sent until it is acknowledged.
    pub async fn write(&self, give_up: Instant) {
        let name = Uuid::new_v4().to_string();
        self.book().attempted.insert(name.clone());
        loop {
            let answer = self.send(&name).await;
            if self.note(&name, answer) {
                return;
            }
            if Instant::now() > give_up {
                self.book().given_up += 1;
                return;
            }
            self.book().retried += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Notes an answer; whether the write is acknowledged.
    fn note(&self, name: &str, answer: Option<(u16, Option<Uuid>)>) -> bool {
        let mut book = self.book();
        let Some((status, id)) = answer else {
            book.unanswered += 1;
            return false;
        };
        *book.answers.entry(status).or_default() += 1;
        match (status, id) {
            (201, Some(id)) => {
                let now = Instant::now();
                let silence = book.last.replace(now).map_or(Duration::ZERO, |last| now - last);
                book.silence = book.silence.max(silence);
                book.acknowledged.insert(name.to_owned(), id);
                true
            }
            _ => false,
        }
    }

    /// The status of the answer, and the id in it; `None` if none came, or not all of it.
    async fn send(&self, name: &str) -> Option<(u16, Option<Uuid>)> {
        let request = self.http.post(format!("{}/v1/parties", self.base())).timeout(ANSWER);
        let request = request.header("x-api-key", &self.key).header("idempotency-key", name);
        let party = json!({ "kind": "organisation", "name": name });
        let answer =
            request.header("prefer", "accept-duplicates").json(&party).send().await.ok()?;
        let status = answer.status().as_u16();
        let body: Json = serde_json::from_str(&answer.text().await.ok()?).unwrap_or_default();
        Some((status, body["id"].as_str().and_then(|id| id.parse().ok())))
    }

    /// The status of a read, if it is answered.
    pub async fn read(&self) -> Option<u16> {
        let request = self.http.get(format!("{}/v1/parties?limit=1", self.base())).timeout(ANSWER);
        let answer = request.header("x-api-key", &self.key).send().await.ok()?;
        Some(answer.status().as_u16())
    }

    /// Whose turn it is.
    fn base(&self) -> &str {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        &self.bases[turn % self.bases.len()]
    }

    /// The longest time in which nothing was acknowledged: between two writes that were.
    pub fn silence(&self) -> Duration {
        self.book().silence
    }

    /// What was acknowledged so far.
    pub fn acknowledged(&self) -> Acknowledged {
        self.book().acknowledged.clone()
    }

    /// How many answers had this status so far.
    pub fn answers(&self, status: u16) -> u64 {
        self.book().answers.get(&status).copied().unwrap_or(0)
    }

    /// Holds what was acknowledged against the store at `url`, where nobody writes any more.
    pub async fn balance(&self, url: &str) -> Balance {
        let acknowledged = self.acknowledged();
        self.balance_of(&acknowledged, url).await
    }

    /// The same for what had been acknowledged at some time before.
    ///
    /// # Panics
    /// When the store cannot be read.
    pub async fn balance_of(&self, acknowledged: &Acknowledged, url: &str) -> Balance {
        let Stored { parties, events } = Stored::read(url).await;
        let mut ids: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
        for (id, name) in &parties {
            ids.entry(name).or_default().push(*id);
        }
        let mut told: BTreeMap<Uuid, usize> = BTreeMap::new();
        for (id,) in &events {
            *told.entry(*id).or_default() += 1;
        }
        let stored = |name: &String| ids.get(name.as_str()).map(Vec::as_slice).unwrap_or_default();
        let book = self.book();
        Balance {
            acknowledged: acknowledged.len(),
            stored: parties.len(),
            lost: acknowledged.keys().filter(|name| stored(name).is_empty()).count(),
            doubled: ids.values().filter(|ids| ids.len() > 1).count(),
            renamed: acknowledged
                .iter()
                .filter(|(name, id)| !stored(name).is_empty() && !stored(name).contains(id))
                .count(),
            strange: ids.keys().filter(|name| !book.attempted.contains(**name)).count(),
            untold: parties.iter().filter(|(id, _)| told.remove(id) != Some(1)).count(),
            ghosts: told.len(),
            given_up: book.given_up,
            retried: book.retried,
            unanswered: book.unanswered,
            refused: book
                .answers
                .iter()
                .filter(|(status, _)| **status != 201)
                .map(|(status, count)| (*status, *count))
                .collect(),
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is in a store.
struct Stored {
    parties: Vec<(Uuid, String)>,
    events: Vec<(Uuid,)>,
}

impl Stored {
    async fn read(url: &str) -> Self {
        let mut options = Options::new(url);
        options.limits.read = Duration::from_secs(60);
        let db = Db::open(&options).await.expect("the store");
        let tenant = bootstrap::tenant(&db, bootstrap::MAIN).await.expect("the tenant");
        let all = async |tx: &mut Tx| {
            let parties = sql!("SELECT id, name FROM parties WHERE tenant_id = $1");
            let events = sql!(
                "SELECT subject_id FROM events
                 WHERE tenant_id = $1 AND subject_type = 'party' AND kind = 'party.created'"
            );
            Ok(Self { parties: tx.all(parties).await?, events: tx.all(events).await? })
        };
        let stored = db.read(tenant, all).await.expect("the parties");
        db.close().await;
        stored
    }
}

/// What the store says to a ledger. From `lost` to `given_up` there should be none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Balance {
    /// Writes that were acknowledged.
    pub acknowledged: usize,
    /// Records in the store.
    pub stored: usize,
    /// Acknowledged, and not there.
    pub lost: usize,
    /// Names that are there more than once.
    pub doubled: usize,
    /// There, under another id than was told.
    pub renamed: usize,
    /// Names that nobody has written.
    pub strange: usize,
    /// Records without the one event that tells of them.
    pub untold: usize,
    /// Events of records that are not there.
    pub ghosts: usize,
    /// Writes that were never acknowledged, however long they were sent.
    pub given_up: u64,
    /// Requests that were sent again.
    pub retried: u64,
    /// Requests without an answer, or without the whole of it.
    pub unanswered: u64,
    /// Answers other than 201, by status.
    pub refused: BTreeMap<u16, u64>,
}

impl Balance {
    /// Whether something was written, and nothing was lost, doubled or left half.
    pub fn is_even(&self) -> bool {
        let Self { lost, doubled, renamed, strange, untold, ghosts, given_up, .. } = *self;
        let wrong = lost + doubled + renamed + strange + untold + ghosts;
        self.acknowledged > 0 && wrong == 0 && given_up == 0
    }

    /// Answers that say that the program has failed, and not that the store is away (503) or full (507).
    pub fn failures(&self) -> u64 {
        let failures =
            self.refused.range(500_u16..).filter(|(status, _)| ![503, 507].contains(*status));
        failures.map(|(_, count)| count).sum()
    }
}

impl fmt::Display for Balance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { acknowledged, lost, doubled, renamed, strange, untold, ghosts, .. } = self;
        write!(
            f,
            "{acknowledged:>8} {lost:>6} {doubled:>7} {renamed:>7} {strange:>7} {untold:>6} {ghosts:>6} \
             {:>8} {:>7} {:>10}",
            self.given_up, self.retried, self.unanswered
        )?;
        for (status, count) in &self.refused {
            write!(f, "  {count} × {status}")?;
        }
        Ok(())
    }
}

/// The names of the columns of a balance.
pub const COLUMNS: &str =
    "   acked   lost doubled renamed strange untold ghosts given_up retried unanswered  refused";

//! Rate limits: so many requests a minute for each caller. Each node counts for itself, and tells the others
//! (`sharing`).
//!
//! Who calls is known after the store was asked, so made-up API keys would be a read each. An address that has
//! shown too many wrong ones waits before the next one is looked up; keys that were right a while ago are looked
//! up all the same, or one program with an old key would keep out all others behind its address. Tokens need no
//! such limit: whoever makes one up fails at its signature, without the store.

use crate::{
    Options,
    forwarded::{Network, sender},
    problem::QUOTA_EXCEEDED,
};
use actix_web::{HttpMessage as _, HttpRequest};
use governor::{
    Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
    middleware::StateInformationMiddleware,
    state::keyed::DashMapStateStore,
};
use guanxi_kernel::{Problem, Result};
use quick_cache::sync::Cache;
use sha2::{Digest as _, Sha256};
use std::{
    collections::HashMap,
    fmt::Display,
    hash::Hash,
    num::NonZeroU32,
    str::FromStr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use uuid::Uuid;

mod sharing;

pub use sharing::Sharing;

/// How many API keys are remembered as right ones.
const REMEMBERED: usize = 10_000;

/// What a request is counted as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Reads.
    Read,
    /// Writes.
    Write,
}

type Limiter<K> = RateLimiter<K, DashMapStateStore<K>, DefaultClock, StateInformationMiddleware>;

/// The counters.
pub struct RateLimits {
    reads: Counter<Uuid>,
    writes: Counter<Uuid>,
    sign_ins: Counter<String>,
    visits: Counter<String>,
    wrong_keys: Counter<String>,
    /// Until when addresses wait that have shown too many wrong keys.
    waiting: Mutex<HashMap<String, Instant>>,
    /// Digests of keys that were right when they were shown last.
    right_keys: Cache<[u8; 32], ()>,
    proxies: Vec<Network>,
    shared: Arc<AtomicBool>,
}

struct Counter<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: u32,
    limiter: Limiter<K>,
    /// What was spent here since others were told.
    spent: Mutex<HashMap<K, u64>>,
    /// Whether others are told.
    shared: Arc<AtomicBool>,
}

/// What a caller has spent of a quota.
pub(crate) struct Spent {
    /// The name of the quota.
    pub(crate) class: &'static str,
    /// Who is counted.
    pub(crate) key: String,
    /// How much.
    pub(crate) cells: u64,
}

/// What is left, for the answer's headers (draft-ietf-httpapi-ratelimit-headers).
#[derive(Debug, Clone)]
pub struct Left {
    /// `RateLimit-Policy`.
    pub policy: String,
    /// `RateLimit`.
    pub left: String,
}

impl RateLimits {
    /// Counters with the limits of `options`.
    pub fn new(options: &Options) -> Self {
        let shared = Arc::default();
        Self {
            reads: Counter::new("read", options.reads_per_minute, &shared),
            writes: Counter::new("write", options.writes_per_minute, &shared),
            sign_ins: Counter::new("sign_in", options.sign_ins_per_minute, &shared),
            visits: Counter::new("visit", options.writes_per_minute, &shared),
            wrong_keys: Counter::new("wrong_key", options.sign_ins_per_minute, &shared),
            waiting: Mutex::default(),
            right_keys: Cache::new(REMEMBERED),
            proxies: options.trusted_proxies.clone(),
            shared,
        }
    }

    /// Counts a request of `principal`.
    ///
    /// # Errors
    /// `quota_exceeded`.
    pub fn spend(&self, request: &HttpRequest, class: Class, principal: Uuid) -> Result<()> {
        let counter = match class {
            Class::Read => &self.reads,
            Class::Write => &self.writes,
        };
        counter.spend(request, &principal)
    }

    /// Counts a request of nobody known, by the address it comes from.
    ///
    /// # Errors
    /// `quota_exceeded`.
    pub fn spend_by_address(&self, request: &HttpRequest) -> Result<()> {
        self.sign_ins.spend(request, &self.address_of(request))
    }

    /// Counts a request by a public page, by the address it comes from. This keeps the store from being
    /// asked without end; how much a form takes it says itself, for all nodes together.
    ///
    /// # Errors
    /// `quota_exceeded`.
    pub fn spend_of_visitor(&self, request: &HttpRequest) -> Result<()> {
        self.visits.spend(request, &self.address_of(request))
    }

    /// Whether an API key may be looked up: not one that is new here, from an address that has shown too many
    /// wrong ones.
    ///
    /// # Errors
    /// `quota_exceeded`.
    pub fn admit_key(&self, request: &HttpRequest, key: &str) -> Result<()> {
        if self.waiting().is_empty() {
            return Ok(());
        }
        let until = self.waiting().get(&self.address_of(request)).copied();
        match until.and_then(|until| until.checked_duration_since(Instant::now())) {
            Some(left) if !self.right_keys.contains_key(&digest(key)) => {
                Err(self.wrong_keys.refuse(request, left.as_secs() + 1))
            }
            _ => Ok(()),
        }
    }

    /// Remembers that an API key was right.
    pub fn right_key(&self, key: &str) {
        self.right_keys.insert(digest(key), ());
    }

    /// Counts an API key that was wrong, by the address that has shown it.
    pub fn wrong_key(&self, request: &HttpRequest, key: &str) {
        self.right_keys.remove(&digest(key));
        let address = self.address_of(request);
        let wait = match self.wrong_keys.take(request, &address) {
            Ok(0) => Duration::from_secs(60) / self.wrong_keys.per_minute,
            Ok(_) => return,
            Err(early) => Duration::from_secs(early.wait().unwrap_or(1)),
        };
        self.waiting().insert(address, Instant::now() + wait);
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        locked(&self.waiting)
    }

    /// What was spent here since this was asked last; nothing is noted before it was.
    pub(crate) fn spent(&self) -> Vec<Spent> {
        self.shared.store(true, Ordering::Relaxed);
        let mut spent = self.reads.spent();
        spent.extend(self.writes.spent());
        spent.extend(self.sign_ins.spent());
        spent.extend(self.visits.spent());
        spent.extend(self.wrong_keys.spent());
        spent
    }

    /// Counts what was spent of a quota at another node.
    pub(crate) fn spent_elsewhere(&self, class: &str, key: &str, cells: u64) {
        self.reads.spent_elsewhere(class, key, cells);
        self.writes.spent_elsewhere(class, key, cells);
        self.sign_ins.spent_elsewhere(class, key, cells);
        self.visits.spent_elsewhere(class, key, cells);
        self.wrong_keys.spent_elsewhere(class, key, cells);
    }

    /// The address that a request comes from, as far as it can be known.
    pub(crate) fn address_of(&self, request: &HttpRequest) -> String {
        sender(request, &self.proxies).map(|address| address.to_string()).unwrap_or_default()
    }

    /// Forgets callers that have their whole quota again; called from time to time.
    pub fn forget(&self) {
        self.reads.limiter.retain_recent();
        self.writes.limiter.retain_recent();
        self.sign_ins.limiter.retain_recent();
        self.visits.limiter.retain_recent();
        self.wrong_keys.limiter.retain_recent();
        let now = Instant::now();
        self.waiting().retain(|_, until| *until > now);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

impl<K: Hash + Eq + Clone + Display + FromStr> Counter<K> {
    /// Who has spent a tenth of what they may in a second since this was asked last.
    fn spent(&self) -> Vec<Spent> {
        let least = u64::from(self.per_minute / 600).max(1);
        let spent = std::mem::take(&mut *locked(&self.spent)).into_iter();
        let told = |(key, cells): (K, u64)| Spent { class: self.name, key: key.to_string(), cells };
        spent.filter(|(_, cells)| *cells >= least).map(told).collect()
    }

    fn spent_elsewhere(&self, class: &str, key: &str, cells: u64) {
        let (true, Ok(key)) = (class == self.name, key.parse::<K>()) else { return };
        for _ in 0..cells.min(self.per_minute.into()) {
            if self.limiter.check_key(&key).is_err() {
                return;
            }
        }
    }
}

impl<K: Hash + Eq + Clone> Counter<K> {
    fn new(name: &'static str, per_minute: u32, shared: &Arc<AtomicBool>) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        // As many as the quota has, which is never none.
        let (per_minute, spent) = (per_minute.max(1), Mutex::default());
        Self { name, per_minute, limiter, spent, shared: shared.clone() }
    }

    fn spend(&self, request: &HttpRequest, key: &K) -> Result<()> {
        self.take(request, key).map(|_| ())
    }

    /// Counts one more of `key`; how many are left.
    fn take(&self, request: &HttpRequest, key: &K) -> Result<u32> {
        match self.limiter.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                // One more request is allowed every 60/q seconds; all of them again after this time.
                let reset = u64::from(self.per_minute - left.min(self.per_minute)) * 60
                    / u64::from(self.per_minute);
                self.tell(request, left, reset);
                if self.shared.load(Ordering::Relaxed) {
                    *locked(&self.spent).entry(key.clone()).or_default() += 1;
                }
                Ok(left)
            }
            Err(early) => {
                let wait = early.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                Err(self.refuse(request, wait))
            }
        }
    }

    /// The refusal of whoever has to wait so many seconds.
    fn refuse(&self, request: &HttpRequest, wait: u64) -> Problem {
        self.tell(request, 0, wait);
        QUOTA_EXCEEDED.with("limit", self.per_minute).with("seconds", wait).retry_after(wait)
    }

    fn tell(&self, request: &HttpRequest, left: u32, reset: u64) {
        let policy = format!("\"{}\";q={};w=60", self.name, self.per_minute);
        let left = format!("\"{}\";r={left};t={reset}", self.name);
        request.extensions_mut().insert(Left { policy, left });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn an_address_with_wrong_keys_waits_and_keys_that_were_right_do_not() {
        let limits = RateLimits::new(&Options { sign_ins_per_minute: 3, ..Options::default() });
        let from = |address: &str| {
            let address = address.parse().expect("an address");
            TestRequest::default().peer_addr(address).to_http_request()
        };
        let (stranger, other) = (from("203.0.113.7:1"), from("203.0.113.8:1"));
        limits.right_key("right");
        for tried in 0..3 {
            assert!(limits.admit_key(&stranger, "made up").is_ok(), "{tried}");
            limits.wrong_key(&stranger, "made up");
        }
        let refused = limits.admit_key(&stranger, "made up").expect_err("a refusal");
        assert!(refused.is(&QUOTA_EXCEEDED));
        assert!(refused.wait().is_some_and(|wait| (1..=20).contains(&wait)), "{refused:?}");
        assert!(limits.admit_key(&stranger, "right").is_ok());
        assert!(limits.admit_key(&other, "made up").is_ok());
        limits.forget();
        assert!(limits.admit_key(&stranger, "made up").is_err(), "it is not forgotten too early");
        // A key that is taken back is as good as one that is made up.
        limits.wrong_key(&stranger, "right");
        assert!(limits.admit_key(&stranger, "right").is_err());
    }
}

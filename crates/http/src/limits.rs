//! Rate limits: so many requests a minute for each caller, counted on this node.

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
use guanxi_kernel::Result;
use std::{hash::Hash, num::NonZeroU32};
use uuid::Uuid;

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
    proxies: Vec<Network>,
}

struct Counter<K: Hash + Eq + Clone> {
    name: &'static str,
    per_minute: u32,
    limiter: Limiter<K>,
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
        Self {
            reads: Counter::new("read", options.reads_per_minute),
            writes: Counter::new("write", options.writes_per_minute),
            sign_ins: Counter::new("sign_in", options.sign_ins_per_minute),
            visits: Counter::new("visit", options.writes_per_minute),
            proxies: options.trusted_proxies.clone(),
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
    }
}

impl<K: Hash + Eq + Clone> Counter<K> {
    fn new(name: &'static str, per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::dashmap(quota).with_middleware::<StateInformationMiddleware>();
        Self { name, per_minute, limiter }
    }

    fn spend(&self, request: &HttpRequest, key: &K) -> Result<()> {
        let policy = format!("\"{}\";q={};w=60", self.name, self.per_minute);
        let (left, spent) = match self.limiter.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                // One more request is allowed every 60/q seconds; all of them again after this time.
                let reset = u64::from(self.per_minute - left.min(self.per_minute)) * 60
                    / u64::from(self.per_minute);
                (format!("\"{}\";r={left};t={reset}", self.name), Ok(()))
            }
            Err(early) => {
                let wait = early.wait_time_from(DefaultClock::default().now()).as_secs() + 1;
                let problem = QUOTA_EXCEEDED
                    .with("limit", self.per_minute)
                    .with("seconds", wait)
                    .retry_after(wait);
                (format!("\"{}\";r=0;t={wait}", self.name), Err(problem))
            }
        };
        request.extensions_mut().insert(Left { policy, left });
        spent
    }
}

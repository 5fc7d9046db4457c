//! Webhooks: who is told what happens, and what became of each message.
//!
//! | module | does |
//! | --- | --- |
//! | [`endpoints`] | who is called, about what, and signed with which secret |
//! | [`deliveries`] | one message to one endpoint, with its attempts |
//! | [`payload`] | what a message says |
//! | [`dispatch`] | from the chain of events to deliveries, in order and once |
//! | [`sealing`] | seals what is stored of endpoints with the newest key |
//! | [`send`] | leases what is due, sends it, notes what came of it |
//!
//! An endpoint is told of an event if its owner may read the record at that time, so it never knows
//! more than a person. How a message looks on the wire is the crate `outbound`'s business.

pub mod deliveries;
pub mod dispatch;
pub mod endpoints;
pub mod payload;
mod readers;
pub mod sealing;
pub mod send;

pub use deliveries::{DELIVERY, WebhookDelivery};
pub use endpoints::{ENDPOINT, WebhookEndpoint};

use guanxi_kernel::{
    Clock, Problem, Result,
    problem::{FieldError, UNKNOWN_VALUE},
};
use guanxi_outbound::{
    Delivery, Failure, Outcome, Policy, Sender, Target, problems::finding, send as outbound,
};
use guanxi_storage::{Db, Kind};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::{sync::Arc, time::Duration};

guanxi_kernel::problems! {
    /// The endpoint was disabled, so nothing is sent to it.
    ENDPOINT_DISABLED = Conflict "webhook_endpoint_disabled"
        ("Endpoint disabled", "Nothing is sent to the endpoint since it was disabled; resume it first.")
        ("端点已停用", "该端点已停用,不再发送;请先恢复。");
    /// A replay of more events than one request may ask for.
    REPLAY_TOO_LARGE = Invalid "webhook_replay_too_large"
        ("Too much to replay", "The range holds more than {limit} events for the endpoint; ask for a part of it.")
        ("重放范围过大", "该范围内超过 {limit} 个事件,请缩小范围。");
}

/// What the operator can set.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Allows http, every port, and addresses of this machine and of private networks. For tests,
    /// and for intranets whose administrators are trusted with whatever listens there.
    pub allow_private: bool,
    /// Seconds that one attempt may take.
    pub seconds: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { allow_private: false, seconds: 15 }
    }
}

impl Settings {
    fn policy(&self) -> Policy {
        Policy { allow_private: self.allow_private }
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(self.seconds.max(1))
    }
}

/// The part of the program that sends webhooks. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks(Arc<Shared>);

struct Shared {
    db: Db,
    clock: Clock,
    kinds: Vec<&'static Kind>,
    settings: Settings,
    /// None on a machine without certificates of authorities.
    sender: Option<Sender>,
}

impl Webhooks {
    /// Over this store. `kinds` are those of the records whose events are told.
    pub fn new(db: Db, clock: Clock, kinds: Vec<&'static Kind>, settings: Settings) -> Self {
        let wanted = outbound::Settings {
            policy: settings.policy(),
            time_limit: settings.time_limit(),
            ..outbound::Settings::default()
        };
        let sender = Sender::new(&wanted);
        if let Err(error) = &sender {
            tracing::warn!(
                error = error as &dyn std::error::Error,
                "no webhooks can be sent; mostly the certificates of the authorities are missing"
            );
        }
        Self(Arc::new(Shared { db, clock, kinds, settings, sender: sender.ok() }))
    }

    /// Judges what a caller wrote of an endpoint as far as it takes the network and the list of
    /// resources: the URL, whose host is looked up, and the types of events.
    ///
    /// # Errors
    /// `validation_failed` with findings at `/url` and `/event_types/…`.
    pub async fn examine(&self, body: &Json) -> Result<()> {
        let mut findings = Vec::new();
        if let Some(url) = body["url"].as_str() {
            let judged = match &self.0.sender {
                Some(sender) => sender.examine(url.trim()).await,
                None => Target::parse(url.trim(), self.0.settings.policy()),
            };
            findings.extend(judged.err().map(|problem| finding(&problem, "/url")));
        }
        for (at, pattern) in body["event_types"].as_array().into_iter().flatten().enumerate() {
            findings.extend(pattern.as_str().and_then(|pattern| self.unknown_kind(pattern, at)));
        }
        Problem::collect(findings)
    }

    fn unknown_kind(&self, pattern: &str, at: usize) -> Option<FieldError> {
        let (kind, _) = pattern.split_once('.')?;
        let names: Vec<&str> = self.0.kinds.iter().map(|kind| kind.name).collect();
        let expected = format!("an event of one of {}", names.join(", "));
        let unknown = || UNKNOWN_VALUE.field(format!("/event_types/{at}"));
        (!names.contains(&kind)).then(|| unknown().with("expected", expected))
    }

    /// Makes one attempt.
    async fn send(&self, delivery: Delivery) -> Outcome {
        match &self.0.sender {
            Some(sender) => sender.send(delivery).await,
            None => Outcome {
                status: None,
                duration_ms: 0,
                response: String::new(),
                failure: Some(Failure::Tls),
                retry_after: None,
            },
        }
    }

    fn kind(&self, name: &str) -> Option<&'static Kind> {
        self.0.kinds.iter().copied().find(|kind| kind.name == name)
    }
}

//! One attempt to deliver one webhook.
//!
//! Whoever answers is a stranger. So a connection is made for one attempt and goes only to judged
//! addresses; no proxy, no cookies, no redirects, no decompression; little of the answer is read;
//! and one deadline covers everything from the DNS to the last byte.
//!
//! Reusing a connection would save a handshake, and would skip the lookup and bring resets that are
//! nobody's fault.

use crate::outcome::{of_error, of_status, retry_after, shown};
use crate::resolve::Guard;
use crate::{
    ExtraHeaders, Failure, Outcome, Policy, Resolve, SystemResolver, Target, WebhookSecret, sign,
};
use chrono::{DateTime, Utc};
use guanxi_kernel::Result;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Certificate, Client, Response, redirect, retry};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::time::timeout;
use uuid::Uuid;

/// Bytes of a body that an [`Outcome`] keeps.
const KEPT: usize = 1_024;
/// Bytes of a body that are read before the connection is closed, so that an ordinary receiver is
/// not interrupted in the middle of its answer.
const READ: usize = 64 * 1_024;

/// What the operator chooses.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which URLs and addresses are called.
    pub policy: Policy,
    /// How long one attempt takes at most.
    pub time_limit: Duration,
    /// The `user-agent` of every request.
    pub user_agent: String,
    /// Certificates in PEM of authorities that are trusted beside those of the system.
    pub authorities: Vec<u8>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            time_limit: Duration::from_secs(15),
            user_agent: concat!("Guanxi-Webhooks/", env!("CARGO_PKG_VERSION")).to_owned(),
            authorities: Vec::new(),
        }
    }
}

/// The settings do not make a client: a user agent that is no header, authorities that are no
/// certificates, a system without any.
#[derive(Debug, thiserror::Error)]
#[error("webhooks cannot be sent with these settings")]
pub struct SettingsError(#[from] reqwest::Error);

/// What is sent, where to, and who vouches for it.
#[derive(Clone)]
pub struct Delivery {
    /// The endpoint; judged again at every attempt.
    pub url: String,
    /// The same at every attempt, so that receivers recognise what they have seen.
    pub id: Uuid,
    /// The time of this attempt.
    pub timestamp: DateTime<Utc>,
    /// The JSON, byte for byte what is signed.
    pub body: Vec<u8>,
    /// The active secrets: one, or two during a rotation.
    pub secrets: Vec<WebhookSecret>,
    /// What the endpoint adds.
    pub headers: ExtraHeaders,
}

/// Sends webhooks; built once and shared.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    guard: Guard,
    time_limit: Duration,
}

impl Sender {
    /// A sender that asks the system's resolver.
    ///
    /// # Errors
    /// When the settings do not make a client.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Self::with_resolver(settings, Arc::new(SystemResolver))
    }

    /// A sender that asks `resolver`.
    ///
    /// # Errors
    /// When the settings do not make a client.
    pub fn with_resolver(
        settings: &Settings,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, SettingsError> {
        let guard = Guard { resolver, policy: settings.policy };
        let client = Client::builder()
            .dns_resolver(guard.clone())
            .tls_certs_merge(Certificate::from_pem_bundle(&settings.authorities)?)
            .user_agent(&settings.user_agent)
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .no_zstd()
            .http1_only()
            // Each attempt looks up the name and judges it, and none inherits a dying connection.
            .pool_max_idle_per_host(0)
            .https_only(!settings.policy.allow_private)
            .build()?;
        Ok(Self { client, guard, time_limit: settings.time_limit })
    }

    /// Reads the URL of an endpoint and looks its host up, so that people hear of a mistake when
    /// they make it. Says nothing about tomorrow: [`Sender::send`] asks again.
    ///
    /// # Errors
    /// One of the codes `webhook_url_…`.
    pub async fn examine(&self, url: &str) -> Result<Target> {
        let target = Target::parse(url, self.guard.policy)?;
        let judged = timeout(self.time_limit, self.guard.examine(&target)).await;
        judged.unwrap_or_else(|_| Err(crate::problems::URL_UNRESOLVED.problem()))?;
        Ok(target)
    }

    /// Makes one attempt. Whatever happens is an outcome.
    pub async fn send(&self, delivery: Delivery) -> Outcome {
        let began = Instant::now();
        let mut answer = Answer::default();
        let failure = match Target::parse(&delivery.url, self.guard.policy) {
            Err(problem) if problem.is(&crate::problems::URL_ADDRESS) => {
                Some(Failure::RefusedAddress)
            }
            Err(_) => Some(Failure::RefusedUrl),
            Ok(target) => {
                let exchange = self.exchange(target, delivery, &mut answer);
                let ended = timeout(self.time_limit, exchange).await;
                match (answer.status, ended) {
                    (Some(status), _) => of_status(status),
                    (None, Ok(Err(error))) => Some(of_error(&error)),
                    (None, _) => Some(Failure::Timeout),
                }
            }
        };
        Outcome {
            status: answer.status,
            duration_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            response: shown(&answer.body, KEPT),
            retry_after: answer.retry_after.filter(|_| failure.is_some()),
            failure,
        }
    }

    /// Fills `answer` as far as it comes, so that what had come by the deadline is not lost.
    async fn exchange(
        &self,
        target: Target,
        delivery: Delivery,
        answer: &mut Answer,
    ) -> reqwest::Result<()> {
        let now = delivery.timestamp;
        let headers = headers(&delivery);
        let request =
            self.client.post(target.into_url()).headers(headers).body(delivery.body).build()?;
        let response = self.client.execute(request).await?;
        answer.begin(&response, now);
        answer.read(response).await;
        Ok(())
    }
}

fn headers(delivery: &Delivery) -> HeaderMap {
    let id = delivery.id.to_string();
    let signature = sign(&delivery.secrets, &id, delivery.timestamp, &delivery.body);
    let mut headers = delivery.headers.clone().into_map();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in [
        ("webhook-id", id),
        ("webhook-timestamp", delivery.timestamp.timestamp().to_string()),
        ("webhook-signature", signature),
    ] {
        // Digits, letters, hyphens and base64 are always a header.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// As much of an answer as has come.
#[derive(Default)]
struct Answer {
    status: Option<u16>,
    retry_after: Option<u32>,
    body: Vec<u8>,
}

impl Answer {
    fn begin(&mut self, response: &Response, now: DateTime<Utc>) {
        self.status = Some(response.status().as_u16());
        self.retry_after = response
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| retry_after(value, now));
    }

    /// Reads up to the cap; a body that breaks off is shown as far as it came.
    async fn read(&mut self, mut response: Response) {
        let mut seen = 0;
        while seen < READ {
            let Ok(Some(bytes)) = response.chunk().await else { break };
            seen += bytes.len();
            // Four bytes more, so that a character on the edge is cut whole.
            let room = (KEPT + 4).saturating_sub(self.body.len());
            self.body.extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
    }
}

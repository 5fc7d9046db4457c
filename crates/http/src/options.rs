//! What an operator can set about the HTTP side.

use crate::{forwarded::Network, traces::Tracer};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Limits and addresses of the HTTP side. Every member has a default.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Browser origins that may call the API, exactly as browsers send them, e.g.
    /// `https://crm.example.com`. Origins of API keys are allowed besides.
    pub cors_origins: Vec<String>,
    /// Whether `/docs` is served.
    pub docs: bool,
    /// The largest JSON body, in bytes after decompression.
    pub body_bytes: usize,
    /// The largest file to import, in bytes.
    pub upload_bytes: u64,
    /// The largest attachment, in bytes.
    pub attachment_bytes: u64,
    /// Seconds that a body may take to arrive.
    pub body_seconds: u64,
    /// Seconds that a request may take.
    pub request_seconds: u64,
    /// Requests per minute and caller that read.
    pub reads_per_minute: u32,
    /// Requests per minute and caller that write.
    pub writes_per_minute: u32,
    /// Requests per minute and address that sign in or refresh; and as many that show a wrong API key.
    pub sign_ins_per_minute: u32,
    /// The proxies that are believed when they say from where a request comes; nobody when empty.
    pub trusted_proxies: Vec<Network>,
    /// Sends `Strict-Transport-Security`; set it where TLS ends in front of the server.
    pub hsts: bool,
    /// How webhooks are sent; a section of its own in the configuration.
    #[serde(skip)]
    pub webhooks: guanxi_webhooks::Settings,
    /// By which server mails are sent; a section of its own in the configuration.
    #[serde(skip)]
    pub mail: guanxi_marketing::mail::Settings,
    /// Who is told of requests; nobody when absent.
    #[serde(skip)]
    pub tracer: Option<Tracer>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            docs: true,
            body_bytes: 256 * 1024,
            upload_bytes: 50 * 1024 * 1024,
            attachment_bytes: 25 * 1024 * 1024,
            body_seconds: 15,
            request_seconds: 30,
            reads_per_minute: 6_000,
            writes_per_minute: 3_000,
            sign_ins_per_minute: 60,
            trusted_proxies: Vec::new(),
            hsts: false,
            webhooks: guanxi_webhooks::Settings::default(),
            mail: guanxi_marketing::mail::Settings::default(),
            tracer: None,
        }
    }
}

impl Options {
    /// See [`Options::body_seconds`].
    pub fn body_time(&self) -> Duration {
        Duration::from_secs(self.body_seconds)
    }

    /// See [`Options::request_seconds`].
    pub fn request_time(&self) -> Duration {
        Duration::from_secs(self.request_seconds)
    }
}

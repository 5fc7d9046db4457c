//! Spans of requests for a collector, by OTLP over HTTP in its JSON form.
//!
//! Written by hand, since that is one document with a dozen members: the crates for it bring a second
//! HTTP stack, Protocol Buffers and gRPC.
//!
//! Price: there are no spans within a request, and none in what webhooks call; with those the crates would
//! pay.

use actix_web::http::StatusCode;
use guanxi_http::traces::{Span, Tracer};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, timeout_at},
};

/// Spans that wait for the collector; more are dropped.
const WAITING: usize = 8_192;
/// Spans that are sent at once.
const AT_ONCE: usize = 512;
/// How long spans are gathered.
const GATHERING: Duration = Duration::from_secs(1);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// `[traces]`: where spans of requests are sent.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The collector, e.g. `http://localhost:4318/v1/traces`; without it nothing is sent.
    pub(crate) endpoint: Option<String>,
    /// What the service is called there.
    pub(crate) service: String,
    /// The share that is sent, from 0 to 1, of requests whose callers have not decided themselves.
    pub(crate) share: f64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { endpoint: None, service: "guanxi".to_owned(), share: 1.0 }
    }
}

/// Sends spans until it is told to stop.
pub(crate) struct Exporter {
    http: reqwest::Client,
    endpoint: String,
    resource: Json,
    spans: mpsc::Receiver<Span>,
    failing: bool,
}

/// Who begins spans, and who sends them; `None` without a collector.
///
/// # Errors
/// When this machine cannot call it.
pub(crate) fn start(settings: &Settings) -> Result<Option<(Tracer, Exporter)>, reqwest::Error> {
    let Some(endpoint) = settings.endpoint.clone() else { return Ok(None) };
    let (out, spans) = mpsc::channel(WAITING);
    let node = uuid::Uuid::new_v4().to_string();
    let resource = json!({ "attributes": [
        text("service.name", &settings.service),
        text("service.version", env!("CARGO_PKG_VERSION")),
        text("service.instance.id", &node),
    ] });
    let http = reqwest::Client::builder().timeout(PATIENCE).build()?;
    let exporter = Exporter { http, endpoint, resource, spans, failing: false };
    Ok(Some((Tracer::new(settings.share, out), exporter)))
}

impl Exporter {
    /// Sends what comes; when it is to stop, what is there already, and then no more.
    pub(crate) async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let (mut batch, mut open) = (Vec::new(), true);
        loop {
            tokio::select! {
                count = self.spans.recv_many(&mut batch, AT_ONCE) => {
                    if count == 0 {
                        return;
                    }
                }
                _ = stop.changed(), if open => {
                    open = false;
                    self.spans.close();
                    continue;
                }
            }
            let until = Instant::now() + GATHERING;
            while open && batch.len() < AT_ONCE {
                let room = AT_ONCE - batch.len();
                let more = timeout_at(until, self.spans.recv_many(&mut batch, room)).await;
                if !matches!(more, Ok(1..)) {
                    break;
                }
            }
            self.send(&batch).await;
            batch.clear();
        }
    }

    async fn send(&mut self, batch: &[Span]) {
        let body = document(&self.resource, batch).to_string();
        let request = self.http.post(&self.endpoint).header("content-type", "application/json");
        let answer = request.body(body).send().await;
        let failure = match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => None,
            Err(error) => Some(error.without_url()),
        };
        let result = if failure.is_none() { "sent" } else { "failed" };
        let count = u64::try_from(batch.len()).unwrap_or(0);
        metrics::counter!("guanxi_spans_total", "result" => result).increment(count);
        // Said once, and again when it has changed.
        match failure {
            Some(error) if !self.failing => {
                tracing::warn!(%error, "the collector does not take spans; they are lost");
                self.failing = true;
            }
            None if self.failing => {
                tracing::info!("the collector takes spans again");
                self.failing = false;
            }
            _ => {}
        }
    }
}

/// An attribute.
fn text(key: &str, value: &str) -> Json {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// `ExportTraceServiceRequest` (opentelemetry-proto 1.3) as JSON: ids in hexadecimal, numbers of 64 bits
/// as texts.
fn document(resource: &Json, batch: &[Span]) -> Json {
    let spans: Vec<Json> = batch.iter().map(told).collect();
    json!({ "resourceSpans": [{
        "resource": resource,
        "scopeSpans": [{
            "scope": { "name": "guanxi-http", "version": env!("CARGO_PKG_VERSION") },
            "spans": spans,
        }],
    }] })
}

fn told(span: &Span) -> Json {
    /// The numbers of `SpanKind` and `StatusCode`.
    const SERVER: u8 = 2;
    const ERROR: u8 = 2;
    const UNSET: u8 = 0;
    let begun = i128::from(span.begun.timestamp_micros()) * 1_000;
    let ended = begun + i128::try_from(span.took.as_nanos()).unwrap_or(0);
    let failed = StatusCode::from_u16(span.status).is_ok_and(|status| status.is_server_error());
    let mut attributes = vec![
        text("http.request.method", &span.method),
        json!({
            "key": "http.response.status_code",
            "value": { "intValue": span.status.to_string() },
        }),
        text("guanxi.request_id", &span.request_id),
    ];
    if failed {
        attributes.push(text("error.type", &span.status.to_string()));
    }
    let name = match &span.route {
        Some(route) => {
            attributes.push(text("http.route", route));
            format!("{} {route}", span.method)
        }
        None => span.method.clone(),
    };
    let context = span.context;
    let mut told = json!({
        "traceId": format!("{:032x}", context.trace),
        "spanId": format!("{:016x}", context.span),
        "name": name,
        "kind": SERVER,
        "startTimeUnixNano": begun.to_string(),
        "endTimeUnixNano": ended.to_string(),
        "attributes": attributes,
        "status": { "code": if failed { ERROR } else { UNSET } },
    });
    if let Some(parent) = context.parent {
        told["parentSpanId"] = format!("{parent:016x}").into();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_http::traces::TraceContext;

    #[test]
    fn a_span_is_told_as_collectors_read_it() {
        let context = TraceContext {
            trace: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
            span: 0xb7,
            parent: Some(0x00f0_67aa_0ba9_02b7),
            sampled: true,
        };
        let span = Span {
            context,
            begun: chrono::DateTime::from_timestamp_micros(1_767_225_600_000_001).unwrap(),
            took: Duration::from_micros(1_500),
            method: "GET".to_owned(),
            route: Some("/v1/parties".to_owned()),
            status: 503,
            request_id: "r-1".into(),
        };
        let resource = json!({ "attributes": [text("service.name", "crm")] });
        let document = document(&resource, &[span]);
        let resource = &document["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "crm");
        let expected = json!({
            "traceId": "4bf92f3577b34da6a3ce929d0e0e4736",
            "spanId": "00000000000000b7",
            "parentSpanId": "00f067aa0ba902b7",
            "name": "GET /v1/parties",
            "kind": 2,
            "startTimeUnixNano": "1767225600000001000",
            "endTimeUnixNano": "1767225600001501000",
            "attributes": [
                { "key": "http.request.method", "value": { "stringValue": "GET" } },
                { "key": "http.response.status_code", "value": { "intValue": "503" } },
                { "key": "guanxi.request_id", "value": { "stringValue": "r-1" } },
                { "key": "error.type", "value": { "stringValue": "503" } },
                { "key": "http.route", "value": { "stringValue": "/v1/parties" } },
            ],
            "status": { "code": 2 },
        });
        assert_eq!(resource["scopeSpans"][0]["spans"], json!([expected]));
    }
}

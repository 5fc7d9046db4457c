//! One span for each request, by W3C Trace Context: a request that comes with a `traceparent` is part of
//! its caller's trace, and every log line of it says which. Where spans go is the business of whoever
//! has the other end of the channel.

use actix_web::http::header::HeaderMap;
use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Where a request stands in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace; never 0.
    pub trace: u128,
    /// This request in it; never 0.
    pub span: u64,
    /// What it was made for, if somebody else began the trace.
    pub parent: Option<u64>,
    /// Whether its span is kept.
    pub sampled: bool,
}

/// A request that was answered.
#[derive(Debug, Clone)]
pub struct Span {
    /// Where it stands.
    pub context: TraceContext,
    /// When it began.
    pub begun: DateTime<Utc>,
    /// How long it took.
    pub took: Duration,
    /// The method.
    pub method: String,
    /// The route as the API document writes it; none where none fits.
    pub route: Option<String>,
    /// The status of the answer.
    pub status: u16,
    /// The id of the request.
    pub request_id: Arc<str>,
}

/// Begins spans and hands those on that are kept. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Tracer {
    share: f64,
    out: mpsc::Sender<Span>,
}

impl Tracer {
    /// Keeps this share, from 0 to 1, of requests whose callers have not decided themselves.
    pub fn new(share: f64, out: mpsc::Sender<Span>) -> Self {
        Self { share, out }
    }

    /// The context of a request with these headers.
    pub fn begin(&self, headers: &HeaderMap) -> TraceContext {
        let (high, low) = Uuid::new_v4().as_u64_pair();
        // The version in it keeps it from being 0.
        let span = high;
        let given = headers.get("traceparent").and_then(|value| value.to_str().ok());
        match given.and_then(parse) {
            Some((trace, parent, sampled)) => {
                TraceContext { trace, span, parent: Some(parent), sampled }
            }
            None => {
                let trace = Uuid::new_v4().as_u128();
                TraceContext { trace, span, parent: None, sampled: self.keeps(low) }
            }
        }
    }

    /// Whether a number whose lower half came by chance is among those of the share.
    fn keeps(&self, drawn: u64) -> bool {
        const ALL: f64 = 4_294_967_296.0;
        let drawn = u32::try_from(drawn & u64::from(u32::MAX)).unwrap_or(u32::MAX);
        f64::from(drawn) < self.share * ALL
    }

    /// Hands a span on if it is kept. Nobody waits for it: when nobody takes spans, they are dropped.
    pub fn end(&self, span: Span) {
        if span.context.sampled && self.out.try_send(span).is_err() {
            metrics::counter!("guanxi_spans_total", "result" => "dropped").increment(1);
        }
    }
}

/// The trace, the parent and whether it is sampled, of a `traceparent`.
fn parse(text: &str) -> Option<(u128, u64, bool)> {
    let mut parts = text.split('-');
    let version = hex(parts.next()?, 2)?;
    let (trace, parent) = (hex(parts.next()?, 32)?, hex(parts.next()?, 16)?);
    let flags = hex(parts.next()?, 2)?;
    // Later versions may add parts; this one has none, and 255 is forbidden.
    let known = version != 255 && (version != 0 || parts.next().is_none());
    let parent = u64::try_from(parent).ok()?;
    (known && trace != 0 && parent != 0).then_some((trace, parent, flags & 1 == 1))
}

/// A number of so many digits, in lower case.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let plain = |sign: u8| sign.is_ascii_digit() || (b'a'..=b'f').contains(&sign);
    let fits = text.len() == digits && text.bytes().all(plain);
    if fits { u128::from_str_radix(text, 16).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_traceparent_is_read_as_the_recommendation_says() {
        let trace = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
        let parent = 0x00f0_67aa_0ba9_02b7;
        assert_eq!(parse(GIVEN), Some((trace, parent, true)));
        assert_eq!(parse(&GIVEN.replace("-01", "-00")), Some((trace, parent, false)));
        assert_eq!(parse(&format!("01{}-more", &GIVEN[2..])), Some((trace, parent, true)));
        for wrong in [
            "",
            "00",
            &GIVEN.to_uppercase(),
            &format!("{GIVEN}-more"),
            &format!("ff{}", &GIVEN[2..]),
            &GIVEN.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &GIVEN.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &GIVEN.replace("4bf9", "+bf9"),
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_caller_decides_and_otherwise_the_share_does() {
        let (out, mut spans) = mpsc::channel(1);
        let tracer = |share| Tracer::new(share, out.clone());
        let mut headers = HeaderMap::new();
        assert!((0..50).all(|_| tracer(1.0).begin(&headers).sampled));
        assert!((0..50).all(|_| !tracer(0.0).begin(&headers).sampled));
        let kept = (0..2_000).filter(|_| tracer(0.5).begin(&headers).sampled).count();
        assert!((800..1_200).contains(&kept), "{kept}");
        headers.insert(HeaderName::from_static("traceparent"), HeaderValue::from_static(GIVEN));
        let context = tracer(0.0).begin(&headers);
        assert!(context.sampled && context.parent == Some(0x00f0_67aa_0ba9_02b7));
        assert_ne!(Some(context.span), context.parent);
        let span = |sampled| Span {
            context: TraceContext { sampled, ..context },
            begun: DateTime::default(),
            took: Duration::ZERO,
            method: "GET".to_owned(),
            route: None,
            status: 200,
            request_id: "".into(),
        };
        // The third finds no room, and nobody waits.
        for sampled in [false, true, true] {
            tracer(1.0).end(span(sampled));
        }
        assert!(spans.try_recv().is_ok() && spans.try_recv().is_err());
    }
}

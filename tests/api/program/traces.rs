//! Spans of requests, as a collector gets them.

use super::{GLANCE, PASSWORD, PATIENCE, Program};
use crate::webhooks::receiver::{Manner, Receiver};
use guanxi_tests::Json;
use std::time::Instant;

programs![a_request_is_a_span_in_the_trace_of_its_caller, a_collector_that_is_away_disturbs_nobody];

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const OTHER: &str = "0af7651916cd43dd8448eb211c80319c";

/// All spans that have arrived.
fn spans(collector: &Receiver) -> Vec<Json> {
    let messages = collector.messages();
    let spans = messages.iter().map(|message| {
        let resource = &message.json()["resourceSpans"][0];
        let name = &resource["resource"]["attributes"][0]["value"]["stringValue"];
        assert_eq!(name, "crm", "{resource}");
        resource["scopeSpans"][0]["spans"].as_array().cloned().unwrap_or_default()
    });
    spans.flatten().collect()
}

async fn a_request_is_a_span_in_the_trace_of_its_caller(program: &Program) {
    let collector = Receiver::start(&[Manner::Says("200 OK")]).await;
    let endpoint = collector.url();
    let variables = [
        ("GUANXI_ADMIN_PASSWORD", PASSWORD),
        ("GUANXI_TRACES_ENDPOINT", endpoint.as_str()),
        ("GUANXI_TRACES_SERVICE", "crm"),
        ("GUANXI_TRACES_SHARE", "0"),
    ];
    let server = program.serve_with(&variables);
    let admin = server.admin().await;
    let given = format!("00-{TRACE}-00f067aa0ba902b7-01");
    admin.get("/v1/parties?q=canary-77aa").header("traceparent", &given).await.expect(200);
    let unwanted = format!("00-{OTHER}-00f067aa0ba902b7-00");
    admin.get("/v1/parties").header("traceparent", &unwanted).await.expect(200);
    let until = Instant::now() + PATIENCE;
    while spans(&collector).is_empty() {
        assert!(Instant::now() < until, "no span arrives");
        tokio::time::sleep(GLANCE).await;
    }
    let log = server.stop().err;
    let spans = spans(&collector);
    assert_eq!(spans.len(), 1, "{spans:?}");
    let span = &spans[0];
    assert_eq!((&span["traceId"], &span["name"]), (&TRACE.into(), &"GET /v1/parties".into()));
    assert_eq!((&span["parentSpanId"], &span["kind"]), (&"00f067aa0ba902b7".into(), &2.into()));
    let nanos = |end: &str| span[end].as_str().and_then(|text| text.parse::<u128>().ok());
    assert!(nanos("startTimeUnixNano") < nanos("endTimeUnixNano"), "{span}");
    assert!(!span.to_string().contains("canary-77aa"), "no query is told: {span}");
    for trace in [TRACE, OTHER] {
        assert!(log.contains(&format!("\"trace_id\":\"{trace}\"")), "{log}");
    }
}

async fn a_collector_that_is_away_disturbs_nobody(program: &Program) {
    let variables = [
        ("GUANXI_ADMIN_PASSWORD", PASSWORD),
        ("GUANXI_TRACES_ENDPOINT", "http://127.0.0.1:1/v1/traces"),
    ];
    let server = program.serve_with(&variables);
    let admin = server.admin().await;
    admin.get("/v1/parties").await.expect(200);
    let failed = "guanxi_spans_total{result=\"failed\"} 0";
    let until = Instant::now() + PATIENCE;
    while server.anonymous().get("/metrics").await.expect(200).text.contains(failed) {
        assert!(Instant::now() < until, "nothing is counted");
        tokio::time::sleep(GLANCE).await;
    }
    let log = server.stop().err;
    assert_eq!(log.matches("does not take spans").count(), 1, "{log}");
}

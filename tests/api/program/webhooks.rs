//! `guanxi serve` sends webhooks by itself.

use super::{GLANCE, PASSWORD, PATIENCE, Program};
use crate::webhooks::receiver::Receiver;
use guanxi_tests::{Client, given, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

programs![
    x_85_an_event_is_sent_within_two_seconds,
    x_85_an_answer_is_in_reports_feed_and_webhooks,
    e_20_what_was_acknowledged_before_a_kill_is_sent_after_it,
    without_certificates_it_serves_and_says_what_is_missing,
];

const PRIVATE: &[(&str, &str)] =
    &[("GUANXI_ADMIN_PASSWORD", PASSWORD), ("GUANXI_WEBHOOKS_ALLOW_PRIVATE", "true")];

async fn endpoint(admin: &Client, url: &str, event: &str) -> String {
    let body = json!({ "name": "ERP", "url": url, "event_types": [event] });
    let made = admin.post("/v1/webhook-endpoints", body).await.expect(201);
    format!("/v1/webhook-endpoints/{}", made.id())
}

/// Waits for so many different messages.
async fn arrived(receiver: &Receiver, count: usize) {
    let until = Instant::now() + PATIENCE;
    let seen = || {
        let messages = receiver.messages();
        messages.iter().map(|message| message.id().to_owned()).collect::<BTreeSet<_>>().len()
    };
    while seen() < count {
        assert!(Instant::now() < until, "{} of {count} have arrived", seen());
        tokio::time::sleep(GLANCE).await;
    }
}

async fn x_85_an_event_is_sent_within_two_seconds(program: &Program) {
    let server = program.serve_with(PRIVATE);
    let (admin, receiver) = (server.admin().await, Receiver::willing().await);
    endpoint(&admin, &receiver.url(), "party.created").await;
    given::party(&admin, "First").await;
    arrived(&receiver, 1).await;
    given::party(&admin, "Second").await;
    let began = Instant::now();
    arrived(&receiver, 2).await;
    // Two looks of half a second; the rest is for a busy machine, and for PostgreSQL, which seals
    // events only when all transactions before them have ended.
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    server.stop();
}

async fn x_85_an_answer_is_in_reports_feed_and_webhooks(program: &Program) {
    let server = program.serve_with(PRIVATE);
    let (admin, receiver) = (server.admin().await, Receiver::willing().await);
    endpoint(&admin, &receiver.url(), "response.created").await;
    let made = given::record(&admin, "responses").await;
    // A report reads what was written, so it is there at once.
    let report = admin.get("/v1/reports/reply-channels").await.expect(200);
    assert_eq!(report.json["totals"]["responses"], 1);
    let began = Instant::now();
    arrived(&receiver, 1).await;
    assert_eq!(receiver.messages()[0].json()["data"]["id"], json!(made.id()));
    let feed = admin.get("/v1/changes?types=response").await.expect(200);
    assert_eq!(feed.each("id"), [json!(made.id())]);
    assert!(began.elapsed() < Duration::from_secs(10), "{:?}", began.elapsed());
    server.stop();
}

async fn e_20_what_was_acknowledged_before_a_kill_is_sent_after_it(program: &Program) {
    let mut server = program.serve_with(PRIVATE);
    let (admin, receiver) = (server.admin().await, Receiver::willing().await);
    let path = endpoint(&admin, &receiver.url(), "party.created").await;
    // Nothing is under way when it is killed: a lease would have to end first.
    admin.act(format!("{path}/pause")).await.expect(200);
    for number in 0..20 {
        given::party(&admin, &format!("P{number}")).await;
    }
    server.process.signal("-KILL");
    server.process.end();
    let server = program.serve_with(PRIVATE);
    server.admin().await.act(format!("{path}/resume")).await.expect(200);
    arrived(&receiver, 20).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(receiver.messages().len(), 20, "each once");
    server.stop();
}

async fn without_certificates_it_serves_and_says_what_is_missing(program: &Program) {
    let nowhere = program.write("empty.pem", "").to_owned();
    let certificates = [("SSL_CERT_FILE", nowhere.as_str()), ("SSL_CERT_DIR", "nowhere")];
    let server = program.serve_with(&[PRIVATE, &certificates].concat());
    let (admin, receiver) = (server.admin().await, Receiver::willing().await);
    let path = endpoint(&admin, &receiver.url(), "party.created").await;
    let tested = admin.act(format!("{path}/test")).await.expect(200);
    assert_eq!(tested.json["attempt"]["failure"], "tls");
    assert!(receiver.messages().is_empty());
    let log = server.stop().err;
    assert_eq!(log.matches("no webhooks can be sent").count(), 1, "{log}");
}

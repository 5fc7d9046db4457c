//! What arrives at a receiver.

use crate::receiver::{Manner, Receiver, delivery, inside};
use guanxi_outbound::{ExtraHeaders, verify};
use std::{collections::BTreeMap, process::Command};

fn split(request: &str) -> (&str, BTreeMap<&str, &str>, &str) {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let (line, headers) = head.split_once("\r\n").unwrap();
    let mut seen = BTreeMap::new();
    for header in headers.split("\r\n") {
        let (name, value) = header.split_once(": ").unwrap();
        assert_eq!(seen.insert(name, value), None, "{name} is there once");
    }
    (line, seen, body)
}

#[tokio::test]
async fn z_14_the_request_is_what_the_specification_says_and_nothing_more() {
    let receiver = Receiver::saying("200 OK\r\n\r\n").await;
    let sent = delivery(receiver.url() + "?tenant=1");
    assert_eq!(inside().send(sent.clone()).await.failure, None);
    let requests = receiver.requests();
    let (line, headers, body) = split(&requests[0]);
    assert_eq!(line, "POST /in?tenant=1 HTTP/1.1");
    assert_eq!(body.as_bytes(), sent.body);
    let names: Vec<_> = headers.keys().copied().collect();
    // `accept`, `content-length`, `host` and `user-agent` are HTTP's own.
    let expected = [
        "accept",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
    ];
    assert_eq!(names, expected);
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["webhook-id"], sent.id.to_string());
    assert_eq!(headers["webhook-timestamp"], "1700000000");
    assert!(headers["user-agent"].starts_with("Guanxi-Webhooks/"));
    for secret in sent.secrets {
        let signed = verify(
            &[secret],
            headers["webhook-id"],
            headers["webhook-timestamp"],
            headers["webhook-signature"],
            body.as_bytes(),
            sent.timestamp,
        );
        assert_eq!(signed, Ok(()));
    }
}

#[tokio::test]
async fn an_endpoint_s_own_headers_come_along() {
    let answer = "HTTP/1.1 200 OK\r\nset-cookie: id=1\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Manner::Keeps(answer)).await;
    let own = BTreeMap::from([("X-Route".to_owned(), "crm 1".to_owned())]);
    let mut sent = delivery(receiver.url());
    sent.headers = ExtraHeaders::read(&own, "/headers").unwrap();
    let sender = inside();
    for _ in 0..2 {
        assert_eq!(sender.send(sent.clone()).await.failure, None);
    }
    let requests = receiver.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(receiver.connections(), 2, "no connection is used twice");
    for request in &requests {
        let (_, headers, _) = split(request);
        assert_eq!(headers["x-route"], "crm 1");
        assert!(!headers.contains_key("cookie"), "cookies are not kept");
    }
}

/// The environment of a process cannot be changed safely, so another process is started, in which
/// every variable names a proxy and the test above must still reach its receiver.
#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked() {
    let proxy = Receiver::saying("502 Bad Gateway\r\n\r\n").await;
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "calling::an_endpoint_s_own_headers_come_along"]);
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    {
        child.env(name, format!("http://{}", proxy.address));
    }
    child.env_remove("no_proxy").env_remove("NO_PROXY").env_remove("REQUEST_METHOD");
    let run = tokio::task::spawn_blocking(move || child.output().unwrap()).await.unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(proxy.connections(), 0);
}
